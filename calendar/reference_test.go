package calendar_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/calendar"
	"berth/calendar/foreign"
	"berth/scheduler"
	"berth/scheduler/phrases"
	"berth/testbeds"
)

var update = flag.Bool("update", false, "write docs/reference/calendar-properties.md anew")

// TestReference: docs/reference/calendar-properties.md has every property that the calendars write, with what they write.
func TestReference(t *testing.T) {
	t.Parallel()
	const file = "../docs/reference/calendar-properties.md"
	made := (&manual{t: t, used: map[string]bool{}}).page()
	if *update {
		if err := os.WriteFile(file, []byte(made), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(b), made); diff != "" {
		t.Errorf("run go test ./calendar -run TestReference -update (-committed +made from the code):\n%s", diff)
	}
}

// meanings says what each property is for. A property without a meaning here fails the test, and so does a meaning that nothing writes.
var meanings = map[string]string{
	"VERSION": "of iCalendar", "PRODID": "the program that wrote it", "CALSCALE": "always so", "METHOD": "`PUBLISH` in feeds, `REQUEST` and `CANCEL` in mails",
	"UID":     "the request's UUID, for ever; offers, orchestration and tear-down add an ending, closures are named after their content, *Busy* events after nothing that others know",
	"DTSTAMP": "the last change of the request, not the time of reading: unchanged events are the same bytes", "LAST-MODIFIED": "the same", "CREATED": "when the request was submitted",
	"SEQUENCE": "the revision of the request", "DTSTART": "in UTC, without `VTIMEZONE`", "DTEND": "in UTC; the event ends before this instant",
	"STATUS": "see [below](#status)", "SUMMARY": "title; at most 512 bytes", "DESCRIPTION": "for people: status, next step, page, slot, room to grow, people, needs; at most 8 KiB",
	"LOCATION": "the places of the testbeds, as in the facility file", "URL": "the page of the request; of a feed, Berth's first page", "CATEGORIES": "the testbeds, one property for each",
	"COMMENT":                    "why the last move in a calendar client was refused, or that it waits for the mentor; also at the beginning of the description",
	"RELATED-TO":                 "the series, the same in all of its occurrences; an occurrence is never a recurring event",
	"RELATED-TO;RELTYPE":         "the series is the parent",
	"TRANSP":                     "`TRANSPARENT` for what takes nobody's time: cancelled events, closures of a part of a testbed",
	"X-MICROSOFT-CDO-BUSYSTATUS": "the same for Outlook: `BUSY`, `TENTATIVE` or `FREE`",
	"X-BERTH-VERSION":            "the version of a movable event: a client's change must carry the current one (or its entity tag in `If-Match`)",
	"ACTION":                     "in an alarm", "TRIGGER": "of an alarm: seconds before the start, as chosen",
	"ORGANIZER": "in invitations: Berth's sender", "ORGANIZER;CN": "the sender's name", "ATTENDEE": "in invitations: the reader", "ATTENDEE;CN": "the reader's name", "ATTENDEE;CUTYPE": "always so", "ATTENDEE;ROLE": "always so",
	"ATTENDEE;PARTSTAT": "Berth reads no answers",
	"NAME":              "of the calendar", "X-WR-CALNAME": "the same, for older programs", "X-WR-CALDESC": "what is in it", "X-WR-TIMEZONE": "all times are in UTC", "X-WR-RELCALID": "identifies the calendar for Outlook",
	"X-PUBLISHED-TTL": "how often programs may ask, for Outlook", "REFRESH-INTERVAL": "the same, RFC 7986", "REFRESH-INTERVAL;VALUE": "always so", "X-APPLE-CALENDAR-COLOR": "colour of the calendar",
	"FREEBUSY": "a time that is taken; touching ones are merged", "FREEBUSY;FBTYPE": "`BUSY`, `BUSY-TENTATIVE`, or `BUSY-UNAVAILABLE` for closures",
}

// manual makes the page.
type manual struct {
	t    *testing.T
	used map[string]bool
	b    strings.Builder
}

func (m *manual) out(format string, args ...any) { fmt.Fprintf(&m.b, format+"\n", args...) }

// sample is one text with properties to explain.
type sample struct{ title, text string }

func (m *manual) page() string {
	m.out("# Calendar properties\n\nEvery iCalendar property (RFC 5545, RFC 7986) that Berth writes, made from what it writes for one example: request #42, an occurrence of a series.")
	m.out("[Calendars](../calendars.md) says what the calendars are for.")
	site, f, r := calendar.Site{URL: "https://berth.example.org"}, exampleFacility(), exampleRequest()
	objects := map[calendar.Kind]calendar.Object{}
	for _, o := range site.Objects(r, f) {
		objects[o.Kind] = o.Versioned()
	}
	closures, err := calendar.Closures(f, testbeds.NewSlot(r.Slot.Start.AddDate(0, 0, -7), 30*24*time.Hour), nil, r.Created)
	if err != nil || len(closures) != 1 {
		m.t.Fatalf("%d closures, %v", len(closures), err)
	}
	alarmed := calendar.WithAlarms(objects[calendar.KindOrchestrate].Full, []time.Duration{time.Hour})
	samples := []sample{
		{"deployment", objects[calendar.KindDeployment].Full}, {"offer", objects[calendar.KindOffer].Full}, {"orchestrate", alarmed},
		{"tear down", objects[calendar.KindTearDown].Full}, {"closure", closures[0].Full}, {"busy", objects[calendar.KindDeployment].Busy},
	}
	m.out("\n## Calendars\n\n| calendar | events |\n|---|---|")
	m.out("| Operations | orchestrate, tear down |\n| All deployments | deployment, offer, closure; *busy* instead of deployment and offer for those who may not see the request |")
	m.out("| My deployments, My decisions | deployment |\n| Testbed … | deployment, offer, closure, *busy* |")
	m.out("| a calendar of the facility ([bookings out](../connect/testbed-calendars.md)) | deployment or *busy*, without room to grow, with `%s`: which Berth wrote it |", foreign.MarkProperty)
	m.out("\n## Properties of events\n\nThe calendar around an event has `VERSION`, `PRODID` and `CALSCALE`.\n")
	m.table(samples)
	m.status(site, f, r)
	m.out("\n## A deployment, as it is served\n\n```ics\n%s```", strings.ReplaceAll(objects[calendar.KindDeployment].Full, "\r\n", "\n"))
	head, tail := calendar.Feed(calendar.Info{ID: "berth-operations", Name: "Berth: Operations", Description: "What to orchestrate and to tear down, and when.", Colour: "#B3541E", URL: "https://berth.example.org/"})
	m.out("\n## Feeds, and calendars read as one file\n\nThe same events without `X-BERTH-VERSION`, from %d days ago to %d days ahead, in one calendar:\n", int(calendar.FeedPast.Hours()/24), int(calendar.FeedFuture.Hours()/24))
	m.table([]sample{{"feed", head + tail}})
	m.out("\n## Invitations by mail\n\nThe deployment with the same UID and revision, `METHOD:REQUEST`; with `METHOD:CANCEL` and `STATUS:CANCELLED` when the slot goes. Beside the properties of events:\n")
	m.table([]sample{{"invitation", only(site.Invitation(r, f, calendar.MethodRequest, calendar.Party{Name: "Berth", Address: "berth@example.org"}, calendar.Party{Name: "Eva", Address: "eva@example.org"}),
		"METHOD", "ORGANIZER", "ATTENDEE")}})
	m.out("\n## Free-busy\n\nThe answer to a `free-busy-query` is a `VFREEBUSY` with `UID`, `DTSTAMP`, `DTSTART` and `DTEND` of the question, and:\n")
	o := objects[calendar.KindDeployment]
	busy := calendar.FreeBusy(testbeds.NewSlot(r.Slot.Start, 24*time.Hour), r.Updated, slices.Values([]*calendar.Entry{calendar.Warm(&o)}))
	m.table([]sample{{"free-busy", only(string(busy), "FREEBUSY")}})
	m.out("\n## What Berth reads from a client\n\n`UID`, `DTSTART`, and `DTEND` or `DURATION` of exactly one event, in UTC or with a `TZID`, and `X-BERTH-VERSION`. Everything else that a client writes is ignored.")
	m.out("An event that lasts whole days, has a time without a zone, or repeats (`RRULE`, `RDATE`) is refused. [Moving in the client](../calendars.md#moving-in-the-client) says what a change of the times does.")
	m.out("\nNo text of Berth has `VTIMEZONE`, `RRULE`, `GEO`, `PRIORITY` or `ATTACH`, and none but invitations has guests.")
	for name := range meanings {
		if !m.used[name] {
			m.t.Errorf("%s has a meaning, and nothing writes it", name)
		}
	}
	return m.b.String()
}

// table explains the properties of some texts, in the order in which they first come, with the first value of each.
func (m *manual) table(samples []sample) {
	var order []string
	values, in := map[string]string{}, map[string][]string{}
	for _, s := range samples {
		for _, p := range properties(s.text) {
			if p.name == "BEGIN" || p.name == "END" {
				continue
			}
			for _, name := range append([]string{p.name}, slices.Sorted(maps.Keys(p.parameters))...) {
				value := p.value
				if v, ok := p.parameters[name]; ok {
					name, value = p.name+";"+name, v
				}
				if _, known := values[name]; !known {
					order, values[name] = append(order, name), value
				}
				if !slices.Contains(in[name], s.title) {
					in[name] = append(in[name], s.title)
				}
			}
		}
	}
	head := "| property | example | meaning |"
	if len(samples) > 1 {
		head += " in |"
	}
	m.out("%s\n%s", head, "|"+strings.Repeat("---|", strings.Count(head, "|")-1))
	for _, name := range order {
		meaning, known := meanings[name]
		if !known {
			m.t.Errorf("%s is written and has no meaning here", name)
		}
		m.used[name] = true
		row := fmt.Sprintf("| `%s` | `%s` | %s |", name, short(values[name]), meaning)
		if len(samples) > 1 {
			where := strings.Join(in[name], ", ")
			if len(in[name]) == len(samples) {
				where = "all"
			}
			row += " " + where + " |"
		}
		m.out("%s", row)
	}
}

// status shows how the status of a request shows in its event.
func (m *manual) status(site calendar.Site, f testbeds.Facility, r scheduler.Request) {
	m.out("\n## Status\n\n| request | `STATUS` | `TRANSP` | `X-MICROSOFT-CDO-BUSYSTATUS` | title begins |\n|---|---|---|---|---|")
	row := func(title string, r scheduler.Request) {
		values := map[string]string{}
		for _, p := range properties(site.Objects(r, f)[0].Full) {
			values[p.name] = p.value
		}
		begins, _, _ := strings.Cut(values["SUMMARY"], " Slice")
		m.out("| %s | %s | %s | %s | `%s` |", title, values["STATUS"], values["TRANSP"], values["X-MICROSOFT-CDO-BUSYSTATUS"], begins)
	}
	for _, r.Status = range scheduler.Statuses {
		row(phrases.Status(r.Status), r)
	}
	r.Status, r.Overbooked = scheduler.Scheduled, []scheduler.Overbook{{By: "monika", Reason: "the demonstration"}}
	row("scheduled, overbooked", r)
	m.out("\nA cancelled or rejected event leaves the calendars after %d days, others %d days after their end.", int(calendar.KeepWithdrawn.Hours()/24), int(calendar.KeepPast.Hours()/24))
}

// property is one line of iCalendar, unfolded.
type property struct {
	name, value string
	parameters  map[string]string
}

func properties(text string) (list []property) {
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n ", ""), "\r\n") {
		head, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		parts := strings.Split(head, ";")
		p := property{parts[0], value, map[string]string{}}
		for _, x := range parts[1:] {
			k, v, _ := strings.Cut(x, "=")
			p.parameters[k] = v
		}
		list = append(list, p)
	}
	return list
}

// only keeps some properties of a text.
func only(text string, names ...string) string {
	var kept []string
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n ", ""), "\r\n") {
		if slices.Contains(names, line[:max(0, strings.IndexAny(line, ":;"))]) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\r\n") + "\r\n"
}

// short cuts an example to a length that fits a table.
func short(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

func exampleFacility() testbeds.Facility {
	return testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "nitos", Name: "NITOS", Location: "Volos, Greece", Timezone: "Europe/Athens", Devices: []testbeds.Device{{ID: "usrp", Count: 4}},
		Setup: testbeds.Period{Clock: 30 * time.Minute}, Teardown: testbeds.Period{Clock: 30 * time.Minute},
		Closures: []testbeds.Closure{{ID: "c1", Summary: "Maintenance", Start: testbeds.LocalTime{Time: time.Date(2026, 12, 7, 8, 0, 0, 0, time.UTC)}, Duration: testbeds.Period{Clock: 4 * time.Hour}}}}}}
}

func exampleRequest() scheduler.Request {
	slot := testbeds.NewSlot(time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC), 4*time.Hour)
	return scheduler.Request{ID: "5f0c9a2e-1111-4222-8333-444455556666", Number: 42, Name: "Slice trial", NSD: "video-slice", Experimenter: "eva", Organisation: "Example University", Mentor: "monika",
		Status: scheduler.Scheduled, Slot: slot, Scheduled: &slot, Revision: 3, Created: slot.Start.AddDate(0, 0, -7), Updated: slot.Start.AddDate(0, 0, -2),
		Devices: []testbeds.DeviceNeed{{Testbed: "nitos", Device: "usrp", Count: 2}}, Demand: testbeds.Demand{{Resource: testbeds.Resource{Testbed: "nitos", Device: "usrp"}, Amount: 2}},
		Series: &scheduler.InSeries{ID: "7d1c9a2e-1111-4222-8333-444455556666", Number: 42, Place: 1, Of: 3},
		Remark: &scheduler.CalendarNote{Text: "The move was refused: nitos usrp: needs 2, 1 free."},
		Offers: []scheduler.Offer{{ID: "1", State: scheduler.OfferOpen, Expires: slot.Start.AddDate(0, 0, -1), What: testbeds.Alternative{Slot: slot.Shift(24 * time.Hour)}}}}
}
