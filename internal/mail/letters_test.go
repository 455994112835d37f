package mail_test

import (
	"context"
	"flag"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/internal/mail/mailtest"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

var (
	update = flag.Bool("update", false, "write the letters in testdata anew")
	looks  = flag.String("looks", "", "a directory to which every letter is written as HTML, to be looked at in a browser")
)

// reads is a person who reads times in a zone of their own.
func reads(name, zone string, role account.Role) account.Person {
	p := person(name, nil, role)
	p.Zone = zone
	return p
}

// TestLetters lives through everything that people are told by mail, and compares the mails with those in testdata/letters: maeve reads in Dublin, caio
// in São Paulo, dorota in Warsaw; of all others the zone is not known, and they get Athens' time with UTC beside it.
func TestLetters(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	maeve, caio, dorota := reads("maeve", "Europe/Dublin", account.RoleExperimenter), reads("caio", "America/Sao_Paulo", account.RoleExperimenter), reads("dorota", "Europe/Warsaw", account.RoleOperator)
	for _, p := range []account.Person{maeve, caio, dorota} {
		h.must(h.svc.PutPerson(ctx, account.System, p))
	}
	h.must(h.svc.PutCatalogue(ctx, account.System, testbeds.Catalogue{VNFs: []testbeds.VNF{{ID: "hydra_vnf", Size: testbeds.Quantities{"vcpu": 4}, Onboarded: []string{"north/a"}}}}, scheduler.ChangeOptions{}))
	facility := h.lab(4)
	h.must(h.svc.PutFacility(ctx, account.System, facility, scheduler.ChangeOptions{}))
	out := scheduler.Outcome{}
	do := func(x scheduler.Outcome, err error) scheduler.Request {
		t.Helper()
		h.must(x, err)
		out = x
		return x.Request
	}
	// told compares the mails that a step caused: the name of each one's file, its reader, and its first words.
	told := func(triples ...string) {
		t.Helper()
		mails := h.post()
		for i := 0; i+2 < len(triples); i += 3 {
			compare(t, triples[i], h.of(slices.DeleteFunc(slices.Clone(mails), func(m mailtest.Mail) bool { return !strings.HasPrefix(m.Text("text/plain"), triples[i+2]) }), triples[i+1]))
		}
	}
	ask := func(who account.Person, name string, vcpu int64, usrps int64, at time.Time, hours int) scheduler.Request {
		t.Helper()
		return do(h.svc.Submit(ctx, account.ActorOf(who), scheduler.Submission{Name: name, Mentor: "monika", Anyway: true, Organisation: "Trinity College",
			Description: "Measures the spectrum of two cells.\n\nPlease keep the third rack free.",
			Ask: scheduler.Ask{Components: []testbeds.Component{{Member: "1", VNF: "hydra_vnf", Size: testbeds.Quantities{"vcpu": vcpu, "memory_mb": 8192}, Onboarded: []string{"north/a"}}},
				Placement: testbeds.Placement{"1": "north/a"}, Devices: []testbeds.DeviceNeed{{Testbed: "north", Device: "usrp", Count: usrps}}, Slot: testbeds.NewSlot(at, time.Duration(hours)*time.Hour)}}))
	}
	thursday := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)

	a := ask(maeve, "HyDRA spectrum", 4, 2, thursday, 4)
	told("submitted-experimenter", "maeve", "Requested", "submitted-mentor", "monika", "Requested", "submitted-provider", "paddy", "Requested", "submitted-list", "tickets", "Requested")
	h.approve(a)
	told("approved-experimenter", "maeve", "Approved", "approved-mentor", "monika", "Approved")
	do(h.svc.Schedule(ctx, as("monika"), a.ID, scheduler.Schedule{Reason: "Have fun."}))
	told("scheduled-experimenter", "maeve", "Scheduled", "scheduled-operator", "dorota", "Scheduled", "scheduled-list", "tickets", "Scheduled")
	h.must(h.svc.AddFeedback(ctx, as("monika"), a.ID, "Which image is it?\nThe one of October does not boot.", scheduler.Creation{}))
	told("feedback-experimenter", "maeve", "Monika wrote")
	do(h.svc.Move(ctx, as("monika"), a.ID, scheduler.Move{Slot: new(testbeds.NewSlot(thursday.Add(26*time.Hour), 4*time.Hour))}))
	told("move-proposed-experimenter", "maeve", "Move proposed", "move-proposed-provider", "paddy", "Move proposed")
	h.approve(a)
	told("moved-experimenter", "maeve", "Moved")
	do(h.svc.Assign(ctx, as("monika"), a.ID, scheduler.Assign{Mentor: "marco", Reason: "I am away."}))
	told("assigned-mentor", "marco", "New mentor")
	do(h.svc.Assign(ctx, as("marco"), a.ID, scheduler.Assign{Mentor: "monika"}))
	h.post()

	b := ask(caio, "MARATHON density", 6, 3, thursday.Add(26*time.Hour), 4)
	told("does-not-fit-experimenter", "caio", "Requested", "does-not-fit-mentor", "monika", "Requested")
	do(h.svc.Reject(ctx, as("monika"), b.ID, scheduler.Reject{Reason: "HyDRA has that time.", Count: 2, HoldFor: testbeds.Period{Clock: 24 * time.Hour}}))
	told("rejected-experimenter", "caio", "Rejected", "rejected-provider", "paddy", "Rejected")
	h.later(18 * time.Hour)
	told("offer-ends-experimenter", "caio", "An offer ends")
	do(h.svc.AcceptOffer(ctx, account.ActorOf(caio), b.ID, "1", false))
	told("offer-taken-mentor", "monika", "Offer taken")
	c := *out.Created
	do(h.svc.Cancel(ctx, account.ActorOf(caio), c.ID, scheduler.Step{Reason: "Another time."}))
	told("cancelled-mentor", "monika", "Cancelled")

	d := ask(caio, "MARATHON again", 6, 3, thursday.Add(26*time.Hour), 4)
	h.approve(d)
	h.post()
	do(h.svc.Schedule(ctx, as("monika"), d.ID, scheduler.Schedule{Override: &scheduler.Override{Mode: scheduler.OverrideDisplace, Reason: "The jury comes.", Displace: []string{a.ID}}}))
	told("displaced-experimenter", "maeve", "Slot lost", "displacing-experimenter", "caio", "Scheduled")
	do(h.svc.Cancel(ctx, account.ActorOf(maeve), a.ID, scheduler.Step{Reason: "The jury has seen it."})) // the flood below would take its offers too
	h.post()
	h.must(h.svc.Digest(ctx, "2026-11-25"))
	told("digest-operator", "dorota", "")
	h.later(d.Slot.Start.Sub(h.clock()) - 24*time.Hour - 30*time.Minute)
	told("reminded-experimenter", "caio", "Begins soon", "reminded-operator", "dorota", "Begins soon")
	h.must(h.svc.PutFacility(ctx, account.System, h.lab(1), scheduler.ChangeOptions{Force: true, Reason: "A flood in the hall."}))
	told("broken-experimenter", "caio", "It no longer", "broken-mentor", "monika", "It no longer")
	h.must(h.svc.PutFacility(ctx, account.System, facility, scheduler.ChangeOptions{}))
	told("repaired-experimenter", "caio", "Its capacity")
	h.later(d.Slot.Start.Sub(h.clock()))
	h.post()
	do(h.svc.Start(ctx, account.ActorOf(dorota), d.ID, scheduler.Step{}))
	told("started-experimenter", "caio", "Running")
	e := ask(maeve, "HyDRA next", 4, 2, d.Slot.End.Add(time.Hour), 2)
	h.approve(e)
	do(h.svc.Schedule(ctx, as("monika"), e.ID, scheduler.Schedule{}))
	h.post()
	h.later(d.Slot.End.Sub(h.clock()) - time.Hour)
	told("ends-soon-operator", "dorota", "Ends soon")
	h.later(time.Hour)
	told("overrun-experimenter", "caio", "Still running", "overrun-operator", "dorota", "Still running", "late-experimenter", "maeve", "May start late")
	do(h.svc.Complete(ctx, account.ActorOf(dorota), d.ID, scheduler.Step{}))
	told("completed-experimenter", "caio", "Completed")
	h.later(e.Slot.Start.Sub(h.clock()))
	h.post()
	do(h.svc.Start(ctx, account.ActorOf(dorota), e.ID, scheduler.Step{}))
	do(h.svc.Fail(ctx, account.ActorOf(dorota), e.ID, scheduler.Step{Reason: "no image"}))
	told("failed-experimenter", "maeve", "Failed")

	rules := facility
	rules.Testbeds = slices.Clone(facility.Testbeds)
	rules.Testbeds[0].Lateness = &testbeds.Lateness{ReleaseAfter: testbeds.Period{Clock: 6 * time.Hour}, AskAhead: testbeds.Period{Days: 2}}
	h.must(h.svc.PutFacility(ctx, account.System, rules, scheduler.ChangeOptions{}))
	g := ask(maeve, "HyDRA night", 4, 2, h.clock().Add(72*time.Hour).Truncate(time.Hour), 4)
	h.approve(g)
	do(h.svc.Schedule(ctx, as("monika"), g.ID, scheduler.Schedule{}))
	h.later(24 * time.Hour)
	told("still-needed-experimenter", "maeve", "Still needed")
	do(h.svc.Confirm(ctx, account.ActorOf(maeve), g.ID, scheduler.Confirm{Needed: true}))
	told("confirmed-mentor", "monika", "Still needed")
	h.later(g.Slot.Start.Sub(h.clock()) + 30*time.Minute)
	told("unreported-operator", "dorota", "Nobody reported", "unreported-mentor", "monika", "Nobody reported")
	h.later(30 * time.Minute)
	told("released-experimenter", "maeve", "Rest of the slot", "released-operator", "dorota", "Rest of the slot")
	h.later(g.Slot.End.Sub(h.clock()) + 7*24*time.Hour)
	told("no-show-experimenter", "maeve", "Closed as a no-show")
	do(h.svc.Complete(ctx, account.ActorOf(dorota), g.ID, scheduler.Step{Reason: "The log of the testbed shows it.", Actual: &scheduler.Actual{Start: new(g.Slot.Start.Add(10 * time.Minute)), End: &g.Slot.End}}))
	told("corrected-experimenter", "maeve", "Completed", "corrected-mentor", "monika", "Completed")

	rules.Testbeds = slices.Clone(rules.Testbeds)
	rules.Testbeds[0].Deadlines = &testbeds.Deadlines{Within: testbeds.Period{Clock: 8 * time.Hour}, Default: testbeds.DefaultApproved}
	h.must(h.svc.PutFacility(ctx, account.System, rules, scheduler.ChangeOptions{}))
	ask(maeve, "HyDRA dawn", 4, 2, h.clock().Add(72*time.Hour).Truncate(time.Hour), 4)
	h.post()
	h.later(4 * time.Hour)
	told("decide-soon-provider", "paddy", "To be decided", "decide-soon-mentor", "monika", "To be decided")
	h.later(2 * time.Hour)
	told("escalated-provider", "paddy", "Still to be decided")
	h.later(2 * time.Hour)
	told("by-default-experimenter", "maeve", "Approved", "overdue-experimenter", "maeve", "Overdue")
}

// lab returns the house's facility with a device: so many USRPs in Athens.
func (h *house) lab(usrps int64) testbeds.Facility {
	h.t.Helper()
	f, _, err := h.svc.Facility(context.Background(), account.System)
	h.must(f, err)
	f.Testbeds = slices.Clone(f.Testbeds)
	f.Testbeds[0].VIMs = []testbeds.VIM{{ID: "a", Capacity: testbeds.Quantities{"vcpu": 8, "memory_mb": 65536}}}
	f.Testbeds[0].Devices = []testbeds.Device{{ID: "usrp", Count: usrps}}
	return f
}

var (
	secrets = regexp.MustCompile(`/(mails|offers|approvals|needed)/[\w.-]+`)
	styles  = regexp.MustCompile(`(?s)<style>.*?</style>`)
	tags    = regexp.MustCompile(`<[^>]*>`)
	href    = regexp.MustCompile(`href="([^"]*)"`)
	blanks  = regexp.MustCompile(`\s+`)
)

// compare compares the text of a mail with its file, and the HTML with the text.
func compare(t *testing.T, name string, m mailtest.Mail) {
	t.Helper()
	text, page := secrets.ReplaceAllString(m.Text("text/plain"), "/$1/…"), m.Text("text/html")
	text = strings.ReplaceAll(strings.TrimRight(text, "\r\n"), "\r\n", "\n") + "\n"
	file := filepath.Join("testdata", "letters", name+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text); diff != "" {
		t.Errorf("%s: run go test ./internal/mail -update to write it anew (-want +got):\n%s", name, diff)
	}
	sameWords(t, name, m.Text("text/plain"), page)
	if *looks != "" {
		if err := os.WriteFile(filepath.Join(*looks, name+".html"), []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	toList := strings.HasPrefix(m.Envelope, "tickets@")
	if one := m.Head.Get("List-Unsubscribe-Post"); (one == "List-Unsubscribe=One-Click") == toList || (m.Head.Get("List-Unsubscribe") == "") != toList {
		t.Errorf("%s: List-Unsubscribe %q, List-Unsubscribe-Post %q", name, m.Head.Get("List-Unsubscribe"), one)
	}
}

// sameWords checks that both parts of a mail say the same, in the same order, with the same addresses.
func sameWords(t *testing.T, name, text, page string) {
	t.Helper()
	var words []string
	for line := range strings.Lines(text) {
		line = strings.Trim(strings.TrimSpace(line), "->()")
		before, after, isFact := strings.Cut(line, ": ")
		if isFact && !strings.Contains(before, "://") {
			line = before + " " + after
		}
		words = append(words, strings.Fields(strings.TrimSuffix(strings.TrimSpace(line), ":"))...)
	}
	var addresses []string
	for _, m := range href.FindAllStringSubmatch(page, -1) {
		addresses = append(addresses, html.UnescapeString(m[1]))
	}
	said := " " + blanks.ReplaceAllString(html.UnescapeString(tags.ReplaceAllString(styles.ReplaceAllString(page, " "), " ")), " ") + " "
	for _, word := range words {
		if strings.HasPrefix(word, site) {
			if len(addresses) == 0 || addresses[0] != word {
				t.Errorf("%s: the address %s of the text is not at its place in the HTML: %v", name, word, addresses)
				return
			}
			addresses = addresses[1:]
			continue
		}
		i := strings.Index(said, strings.Trim(word, "():"))
		if i < 0 {
			t.Errorf("%s: %q of the text is not at its place in the HTML:\n%s", name, word, said)
			return
		}
		said = said[i:]
	}
}
