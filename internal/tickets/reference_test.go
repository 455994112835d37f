package tickets

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/phrases"
	"berth/scheduler/series"
	"berth/testbeds"
)

var update = flag.Bool("update", false, "write docs/reference/ticket-texts.md anew")

// CompareReference compares docs/reference/ticket-texts.md with what the code writes, given what only Bugzilla's tracker knows.
func CompareReference(t *testing.T, about About, stock StatusMap) {
	t.Helper()
	const file = "../../docs/reference/ticket-texts.md"
	made := newReference(t, about, stock).page()
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
		t.Errorf("run go test ./internal/tickets -run TestReference -update (-committed +made from the code):\n%s", diff)
	}
}

// reference makes the page from one example: request #42, and a series of it.
type reference struct {
	t     *testing.T
	w     wording
	known background
	view  scheduler.View
	whole subject
	b     strings.Builder
}

var exampleStart = time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)

func newReference(t *testing.T, about About, stock StatusMap) *reference {
	t.Helper()
	athens := testbeds.Testbed{ID: "nitos", Name: "NITOS", Timezone: "Europe/Athens", VIMs: []testbeds.VIM{{ID: "volos", Capacity: testbeds.Quantities{"vcpu": 32}}},
		Devices: []testbeds.Device{{ID: "usrp", Count: 4}}}
	slot := testbeds.NewSlot(exampleStart, 4*time.Hour)
	r := scheduler.Request{ID: "5f0c9a2e-1111-4222-8333-444455556666", Number: 42, Name: "Slice trial", NSD: "video-slice", Description: "We compare two slices.", Organisation: "Example University",
		Experimenter: "eva", Mentor: "monika", Status: scheduler.Scheduled, Slot: slot, Scheduled: &slot,
		Components: []testbeds.Component{{Member: "1", VNF: "encoder", Size: testbeds.Quantities{"vcpu": 8}}}, Placement: testbeds.Placement{"1": "nitos/volos"},
		Devices: []testbeds.DeviceNeed{{Testbed: "nitos", Device: "usrp", Count: 2}}, Created: exampleStart.AddDate(0, 0, -7)}
	r.Demand = r.Experiment().Demand()
	at := &reference{t: t, known: background{zones: testbeds.Facility{Testbeds: []testbeds.Testbed{athens}}}, view: scheduler.View{Request: r, Fit: testbeds.Verdict{Fits: true}},
		w: wording{Settings{Statuses: stock, Site: "https://berth.example.org", Marker: "berth#", OfferLinks: true}, about}}
	at.whole = subject{View: at.view, series: scheduler.Series{ID: "7d1c9a2e-1111-4222-8333-444455556666", Number: 42, Name: r.Name, AllOrNothing: true, Created: r.Created,
		Plan: series.Plan{Zone: "Europe/Athens", Start: testbeds.LocalTime{Time: time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)}, Duration: testbeds.Period{Clock: 4 * time.Hour}, Rule: "FREQ=WEEKLY;COUNT=3"}}}
	for i := range 3 {
		o := r
		o.ID, o.Number, o.Slot = fmt.Sprint(r.ID, i), r.Number+int64(i), testbeds.NewSlot(exampleStart.AddDate(0, 0, 7*i), 4*time.Hour)
		o.Series = &scheduler.InSeries{ID: at.whole.series.ID, Number: r.Number, Place: i + 1, Of: 3}
		at.whole.all = append(at.whole.all, o)
		at.whole.series.Members = append(at.whole.series.Members, scheduler.SeriesMember{Place: i + 1, Request: o.ID, Number: o.Number})
	}
	return at
}

func (x *reference) out(format string, args ...any) { fmt.Fprintf(&x.b, format+"\n", args...) }

func (x *reference) fenced(text string) { x.out("\n```text\n%s\n```", text) }

func (x *reference) page() string {
	x.out("# Ticket texts\n\nWhat Berth writes into Bugzilla, and what it reads there, made from the code with one example: request #42 of eva, whose mentor is monika.")
	x.out("[Connect a Bugzilla](../connect/bugzilla.md) says how the two are connected.")
	x.fields()
	x.statuses()
	x.comments()
	x.ofASeries()
	x.reads()
	x.notes()
	return x.b.String()
}

// fields writes the fields of a new ticket, and its description.
func (x *reference) fields() {
	one := subject{View: x.view}
	s := Service{settings: x.w.settings, about: x.w.about}
	x.out("\n## A new ticket\n\n| field | value | example |\n|---|---|---|")
	row := func(field, value, example string) { x.out("| %s | %s | `%s` |", field, value, example) }
	row("Summary", "the network service and the experimenter; Berth keeps what a user writes instead", one.summary())
	row("Alias", "the UUID of the request, or of the series", one.id())
	row("URL", "the page of the request, or of the series", s.page(one))
	row("Deadline", "the last day of the slot, in UTC", one.day())
	row("Product, component", "`bugzilla_product`, `bugzilla_component`, `bugzilla_components`", x.w.about.Where)
	row("Assignee", "the mentor, if they have an account", "monika@example.org")
	row("CC", "the experimenter, if they have an account", "eva@example.org")
	row("See Also", "the ticket of the request whose offer was accepted, where the installation has it", "https://bugs.example.org/show_bug.cgi?id=1010")
	x.out("| others | what `bugzilla_fields` says; Berth sets no flags, votes or dependencies | |")
	x.out("\nThe description:")
	x.fenced(x.w.description(x.view, x.known) + "\n\n" + mark(one.id(), 7))
	x.out("\nThe last line is in every text of Berth: the id of the request and the number of the event. By it Berth recognises its own comments, so leave it as it is.")
	x.out("If a person has no account in Bugzilla, the description or the comment says so:\n\n- %s\n- %s", x.w.noCC(x.view.Request, "eva@example.org"), x.w.noAssignee(x.view.Request))
}

// statuses writes the status of the ticket for each status of the request, and what a user means by setting it.
func (x *reference) statuses() {
	x.out("\n## Statuses\n\nThese are the statuses without `bugzilla_statuses`, the words in which the texts say them, and the step that follows.\n\n| request | ticket | in words | next |\n|---|---|---|---|")
	for _, status := range scheduler.Statuses {
		x.out("| %s | %s | %s | %s |", status, x.w.settings.Statuses[status], phrases.Status(status), phrases.Next(status))
	}
}

type happening struct {
	title  string
	action scheduler.Action
	status scheduler.Status
	text   string
}

// happened has an example of each event: what the history says about it.
var happened = []happening{
	{"submitted", scheduler.ActionSubmit, "", "Slice trial, {slot}"},
	{"changed", scheduler.ActionEdit, "", "now {slot}"},
	{"approved by a testbed", scheduler.ActionApprove, "", "nitos approved"},
	{"refused by a testbed", scheduler.ActionApprove, "", "nitos refused"},
	{"scheduled", scheduler.ActionSchedule, "", "granted {slot}"},
	{"scheduled, displacing others", scheduler.ActionSchedule, "", "granted {slot}, override: displace"},
	{"scheduled, overbooking", scheduler.ActionSchedule, "", "granted {slot}, override: overbook"},
	{"scheduled without approvals", scheduler.ActionSchedule, "", "granted {slot}, override: approvals"},
	{"scheduled against the policy", scheduler.ActionSchedule, "", "granted {slot}, override: policy"},
	{"rejected", scheduler.ActionReject, "", "no offers"},
	{"rejected with offers", scheduler.ActionReject, "", "3 offers, held until {instant}"},
	{"offer accepted", scheduler.ActionAcceptOffer, "", "offer 1 became request #43"},
	{"offer expired", scheduler.ActionOfferExpire, "", "offer 1"},
	{"hold over", scheduler.ActionOfferExpire, "", "its slot is no longer held"},
	{"moved", scheduler.ActionMove, "", "from {slot} to {later}"},
	{"move proposed", scheduler.ActionProposeMove, "", "from {slot} to {later}, once it is approved by nitos"},
	{"move lapsed", scheduler.ActionProposeMove, "", "the move to {later} no longer fits"},
	{"new mentor", scheduler.ActionAssign, "", "from marco to monika"},
	{"displaced", scheduler.ActionDisplace, "", "its slot was given to another request"},
	{"on the waitlist", scheduler.ActionWait, "", "waits for its slot, until {instant}"},
	{"off the waitlist", scheduler.ActionStopWaiting, "", "it no longer waits"},
	{"offered from the waitlist", scheduler.ActionOffer, "", "capacity came back: offer 1, {slot}, is held until {instant}"},
	{"offer missed", scheduler.ActionOfferExpire, "", "offer 1 was not taken in time: it waits on, behind the others"},
	{"priority", scheduler.ActionPriority, "", "from normal to high"},
	{"decision due", scheduler.ActionEscalate, "", "its mentor's decision is due by {instant}"},
	{"decision overdue", scheduler.ActionOverdue, "", "the approval of nitos was due by {instant}"},
	{"still needed?", scheduler.ActionAskNeeded, "", "is it still needed?"},
	{"still needed", scheduler.ActionConfirm, "", "it is still needed"},
	{"named units chosen", scheduler.ActionUnits, "", "nitos usrp: usrp-3, usrp-4"},
	{"orchestration begun", scheduler.ActionStart, scheduler.Instantiating, ""},
	{"running", scheduler.ActionStart, scheduler.Running, ""},
	{"start not reported", scheduler.ActionUnreported, "", "its slot began at {instant}"},
	{"rest given back", scheduler.ActionRelease, "", "nobody reported its start: the time until {end} is free again"},
	{"no-show", scheduler.ActionNoShow, "", "closed as a no-show"},
	{"overrun", scheduler.ActionOverrun, "", "occupies its capacity until {end}"},
	{"overrun of the one before", scheduler.ActionOverrun, "", "the request before it runs past its end; its capacity may be late"},
	{"facility changed", scheduler.ActionFlag, "", "the facility changed: nitos usrp: needs 2, and there are never more than 1"},
	{"facility repaired", scheduler.ActionFlag, "", "its capacity is available again"},
	{"tear-down begun", scheduler.ActionComplete, scheduler.Terminating, ""},
	{"completed", scheduler.ActionComplete, scheduler.Completed, ""},
	{"failed", scheduler.ActionFail, "", ""},
	{"cancelled", scheduler.ActionCancel, "", ""},
	{"move refused in a calendar", scheduler.ActionRemark, "", "the move to {later} was refused: nitos usrp: needs 2, 1 free {later}"},
	{"feedback", scheduler.ActionFeedback, "", "Which image do you use?"},
}

// untold are the actions of which tickets say nothing, and those that are no step of a request.
var untold = []scheduler.Action{scheduler.ActionTicket, scheduler.ActionTicketNote, scheduler.ActionRemind, scheduler.ActionOfferEnds, scheduler.ActionDecideSoon, scheduler.ActionView,
	scheduler.ActionDigest, scheduler.ActionFacility, scheduler.ActionTestbed, scheduler.ActionPeople, scheduler.ActionVerify}

func (x *reference) event(i int) scheduler.Event {
	h := happened[i]
	slot := x.view.Slot
	text := strings.NewReplacer("{slot}", slot.String(), "{later}", slot.Shift(24*time.Hour).String(), "{instant}", slot.Start.Add(-24*time.Hour).Format(time.RFC3339),
		"{end}", slot.End.Format(time.RFC3339)).Replace(h.text)
	return scheduler.Event{Sequence: 9, At: x.view.Created, Kind: scheduler.EventRequest, Action: h.action, Actor: "monika", Request: x.view.ID, Number: 42, Status: h.status, Text: text}
}

// comments writes one whole comment, and how each begins.
func (x *reference) comments() {
	x.allActions()
	x.out("\n## Comments\n\nEach event of a request is a comment: what happened, who did it and why, what follows, the page, the slot, offers. Waiting events of one request are one comment.")
	e := x.event(slices.IndexFunc(happened, func(h happening) bool { return h.action == scheduler.ActionSchedule }))
	e.Status, e.Reason = scheduler.Scheduled, "It fits, and the demonstration depends on it."
	x.fenced(x.w.comment(e, x.view, x.known) + "\n\n" + mark(x.view.ID, e.Sequence))
	x.out("\nA rejection with an offer; the line `Take it` only with `bugzilla_offer_links = yes`:")
	v := x.view
	v.Status = scheduler.Rejected
	v.Offers = []scheduler.Offer{{ID: "1", State: scheduler.OfferOpen, Expires: exampleStart.Add(-24 * time.Hour), Link: "SIGNED", What: testbeds.Alternative{Slot: v.Slot.Shift(4 * time.Hour),
		Changes: []testbeds.Change{{Kind: testbeds.ChangeShift, Text: "4 h later"}}}}}
	e.Action, e.Status, e.Reason, e.Text = scheduler.ActionReject, scheduler.Rejected, "The radio is needed elsewhere.", "1 offers, held until "+v.Offers[0].Expires.Format(time.RFC3339)
	x.fenced(x.w.comment(e, v, x.known) + "\n\n" + mark(v.ID, e.Sequence))
	x.out("\nA request that does not fit also has \"As things are it does not fit\" with what is short, and \"What would work instead\" with slots.")
	x.out("\nThe first words of each comment (⏎ is a new line):\n\n| event | text |\n|---|---|")
	for i, h := range happened {
		e := x.event(i)
		text := x.w.comment(e, x.view, x.known)
		body, _, _ := strings.Cut(text, "\n\nhttps://")
		lines := slices.DeleteFunc(strings.Split(body, "\n"), func(l string) bool { return l == "" || l == "By monika" })
		x.out("| %s | %s |", h.title, strings.ReplaceAll(strings.Join(lines, " ⏎ "), "|", "\\|"))
	}
	x.out("\nReminders (of an offer that ends, of a deadline, of orchestration and tear-down) are not written into tickets.")
}

// allActions fails for an action of the scheduler that has no example here.
func (x *reference) allActions() {
	file, err := parser.ParseFile(token.NewFileSet(), "../../scheduler/action.go", nil, 0)
	if err != nil {
		x.t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		lit, ok := spec.Values[0].(*ast.BasicLit)
		if !ok {
			return true
		}
		name, err := strconv.Unquote(lit.Value)
		if err != nil {
			x.t.Fatal(err)
		}
		shown := slices.Contains(untold, scheduler.Action(name))
		for _, h := range happened {
			shown = shown || string(h.action) == name
		}
		if !shown {
			x.t.Errorf("the action %s has no example among the ticket texts, and is not one of which tickets say nothing", name)
		}
		return true
	})
}

func (x *reference) ofASeries() {
	x.out("\n## One ticket for a series\n\nWith `bugzilla_ticket_per_series = yes`. The summary: `%s`. The description:", x.whole.summary())
	x.fenced(x.w.descriptionOfSeries(x.whole, x.known) + "\n\n" + mark(x.whole.id(), 7))
	e := x.event(4)
	e.Status = scheduler.Scheduled
	e.Series = &scheduler.SeriesStep{Series: x.whole.id(), Number: 42, Of: 2, Lead: true, All: []int64{42, 43}}
	v := x.view
	v.Request = x.whole.all[0]
	x.out("\nA step with several occurrences:")
	x.fenced(x.w.ofSeries(e, v, x.whole, x.known, x.w.comment(e, v, x.known)) + "\n\n" + mark(x.whole.id(), e.Sequence))
	x.out("\nThe comment on a step with one occurrence begins with `%s`", occurrence(v.Request))
}

// reads writes what users' changes are taken for.
func (x *reference) reads() {
	x.out("\n## What Berth reads\n\nThe steps that a status asks for; if there are several, Berth takes the first one that the request's status allows.\n\n| ticket set to | step |\n|---|---|")
	steps := map[scheduler.Status]string{scheduler.Scheduled: "schedule", scheduler.Instantiating: "start (instantiating)", scheduler.Running: "start", scheduler.Terminating: "complete (terminating)",
		scheduler.Completed: "complete", scheduler.Rejected: "reject, with up to " + strconv.Itoa(rejectOffers) + " offers", scheduler.Cancelled: "cancel", scheduler.Failed: "fail"}
	var seen []TrackerStatus
	for _, status := range scheduler.Statuses {
		at := x.w.settings.Statuses[status]
		if slices.Contains(seen, at) {
			continue
		}
		seen = append(seen, at)
		var list []string
		for _, to := range x.w.settings.Statuses.asked(at, exactly{}) {
			list = append(list, steps[to])
		}
		if len(list) == 0 {
			list = []string{"none: the ticket is put back"}
		}
		x.out("| %s | %s |", at, strings.Join(list, ", "))
	}
	x.out("\n| in Bugzilla | form | Berth |\n|---|---|---|")
	x.out("| comment | any text, up to %d KiB | feedback of the request; with one ticket for a series, of the occurrence whose number it says (`#44`) |", maxQuoted>>10)
	x.out("| comment made with a change of status | any text, the first 1,000 characters | the reason of the step |")
	x.out("| assignee | the login of a mentor | the new mentor |")
	x.out("| summary or whiteboard of a new ticket | `%s42` (`bugzilla_marker`), in any case, not within a word | the ticket becomes that of request 42 |", x.w.settings.Marker)
	x.out("| RESOLVED DUPLICATE | of an open ticket in the component, without a request | the other ticket becomes that of the request |")
	x.out("| CC | a user leaves | Berth does not add them again |")
	x.out("| deadline | | is put back |")
	x.out("| private comments, other fields | | ignored |")
}

// exactly is a workflow in which statuses are the same if they are equal.
type exactly struct{ Workflow }

func (exactly) Same(a, b TrackerStatus) bool { return a == b }

// notes writes the answers to users' changes.
func (x *reference) notes() {
	w, one := x.w, subject{View: x.view}
	one.Status, one.Scheduled = scheduler.UnderReview, nil
	const user, other = "eva@example.org", "1011"
	note := func(when, text string) {
		x.out("\n%s:", when)
		x.fenced(strings.TrimSpace(text))
	}
	x.out("\n## Notes\n\nWhat Berth answers to a change that it does not follow, or did not follow as a whole, and when a ticket gets another request. Most notes end with the page, and all with the last line of all texts.")
	note("A status that is refused; the reasons are those of the same step in Berth", w.notePutBack(one, user, TrackerStatus{"RESOLVED", "INVALID"},
		[]string{"eva may not reject request #42"}, ""))
	note("A slot that does not fit", w.notePutBack(one, "monika@example.org", TrackerStatus{"IN_PROGRESS", ""}, []string{"nitos usrp: needs 2, 1 free Tue 1 Dec 2026, 10:00–12:00 Athens time"},
		phrases.Public(x.view.Request, x.known.zones, time.Time{}).Said(instead([]testbeds.Alternative{{Slot: x.view.Slot.Shift(2 * time.Hour), Changes: []testbeds.Change{{Text: "2 h later"}}}}))))
	note("A status that is no step", w.notePutBack(one, "monika@example.org", TrackerStatus{"UNCONFIRMED", ""}, w.whyNoStep(), ""))
	note("A user without an account in Berth", w.notePutBack(one, "guest@example.org", TrackerStatus{"RESOLVED", "WONTFIX"}, []string{w.whyUnknown("guest@example.org")}, ""))
	note("The first comment of a user who may not write to the request", w.noteStranger(one, "guest@example.org"))
	note("An assignee who is not a mentor", w.noteAssignee(user, "guest@example.org", []string{w.whyNoMentor("guest@example.org")}))
	note("A deadline", w.noteDeadline(user))
	x.out("\nA duplicate that cannot be followed, with one of these reasons: %s; %s; %s.", w.whyDuplicate(duplicateUnseen, other), w.whyDuplicate(duplicateElsewhere, other), w.whyDuplicate(duplicateClosed, other))
	x.fenced(w.noteDuplicate(user, w.whyDuplicate(duplicateTaken, other)))
	note("A duplicate that is followed", w.noteFollowed(one, user, "1010"))
	note("A step that was not possible with some occurrences of a series", w.notePartly(1, []scheduler.Part{{Number: 42, Done: true}, {Number: 43, Refused: &scheduler.Refusal{Message: "the slot does not fit"}}}))
	note("A ticket opened by hand that names a request", w.noteAdopted(one, user))
	note("A ticket opened by hand that cannot be linked, because its reporter does not see the request, or because the request or its series has a ticket", strings.Join([]string{w.noteNoSuch("42", user),
		w.noteTaken(42, "1010", "https://bugs.example.org/show_bug.cgi?id=1010"), w.noteTakenSeries(x.whole, 42, "1010", "https://bugs.example.org/show_bug.cgi?id=1010")}, "\n\n"))
	note("A request that is older than the connection", noteOpened)
	note("A transition that requires a comment, when nothing happened to the request", noteFiller)
}
