package calendar

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/testbeds"
)

var at = time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)

func hall() testbeds.Facility {
	return testbeds.Facility{Testbeds: []testbeds.Testbed{
		{ID: "hall", Name: "Radio hall", Location: "Dublin, Ireland", Timezone: "Europe/Dublin", Setup: testbeds.Period{Clock: time.Hour}, Teardown: testbeds.Period{Clock: 30 * time.Minute},
			VIMs: []testbeds.VIM{{ID: "iris"}}, Devices: []testbeds.Device{{ID: "usrp", Count: 2, Setup: &testbeds.Period{Clock: 2 * time.Hour}}}},
		{ID: "volos", Name: "Volos", Location: "Volos, Greece", Timezone: "Europe/Athens", Visibility: testbeds.VisibilityOpen, VIMs: []testbeds.VIM{{ID: "x"}}},
	}}
}

func marathon(status scheduler.Status) scheduler.Request {
	r := scheduler.Request{ID: "6b1d", Number: 7, Name: "MARATHON, day 2", NSD: "marathon_nsd", Description: "Runs; with radios.", Organisation: "TCD", Experimenter: "maeve", Mentor: "monika",
		Status: status, Slot: testbeds.Slot{Start: at, End: at.Add(4 * time.Hour)}, Created: at.AddDate(0, 0, -9), Updated: at.AddDate(0, 0, -2), Revision: 5,
		Components: []testbeds.Component{{Member: "1", VNF: "ue_vnfd"}, {Member: "2", VNF: "ue_vnfd"}, {Member: "3", VNF: "core_vnfd"}},
		Placement:  testbeds.Placement{"1": "hall/iris", "2": "hall/iris", "3": "volos/x"}, Devices: []testbeds.DeviceNeed{{Testbed: "hall", Device: "usrp", Count: 2}},
		Units: []scheduler.AssignedUnits{{Testbed: "hall", Device: "usrp", Units: []string{"n210-1", "n210-2"}}}, Ticket: &scheduler.Ticket{Key: "4711", URL: "https://bugs.example/4711"},
		Demand: testbeds.Demand{{Resource: testbeds.Resource{Testbed: "hall", VIM: "iris", Quantity: "vcpu"}, Amount: 2},
			{Resource: testbeds.Resource{Testbed: "hall", Device: "usrp"}, Amount: 2}, {Resource: testbeds.Resource{Testbed: "volos", VIM: "x", Quantity: "vcpu"}, Amount: 2}}}
	if status != scheduler.UnderReview {
		r.Scheduled = &r.Slot
	}
	return r
}

func named(t *testing.T, list []Object, kind Kind) Object {
	t.Helper()
	i := slices.IndexFunc(list, func(o Object) bool { return o.Kind == kind })
	if i < 0 {
		t.Fatalf("no %s among %d objects", kind, len(list))
	}
	return list[i]
}

func TestADeploymentSaysAllThatAnOperatorWantsToKnow(t *testing.T) {
	t.Parallel()
	want := `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Berth//Testbed slots//EN
CALSCALE:GREGORIAN
BEGIN:VEVENT
UID:6b1d@berth
DTSTAMP:20261129T090000Z
CREATED:20261122T090000Z
LAST-MODIFIED:20261129T090000Z
SEQUENCE:5
DTSTART:20261201T090000Z
DTEND:20261201T130000Z
STATUS:CONFIRMED
SUMMARY:#7 MARATHON\, day 2: Radio hall\, Volos (scheduled)
DESCRIPTION:Scheduled: Tue 1 Dec 2026\, 09:00–13:00 UTC\nOperators orchestrate it before the slot begins.\nhttps://berth.example/requests/7\n\nSlot: Tue 1 Dec 2026\, 09:00–13:00 UTC\n  Tue 1 Dec 2026\, 11:00–15:00 Athens time\nNetwork service: marathon_nsd\nExperimenter: maeve\, TCD\nMentor: monika\nTicket: https://bugs.example/4711\n\nNeeds:\n- hall iris: 2 × ue_vnfd\n- volos x: core_vnfd\n- hall: 2 of 2 usrp (n210-1\, n210-2)\n\nRuns\; with radios.
LOCATION:Dublin\, Ireland\; Volos\, Greece
URL:https://berth.example/requests/7
CATEGORIES:Radio hall
CATEGORIES:Volos
TRANSP:OPAQUE
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
END:VEVENT
END:VCALENDAR
`
	o := named(t, Site{URL: "https://berth.example"}.Objects(marathon(scheduler.Scheduled), hall()), KindDeployment)
	if diff := cmp.Diff(want, strings.ReplaceAll(string(unfold([]byte(o.Full))), "\r\n", "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, line := range []string{"SUMMARY:Busy: Radio hall\\, Volos\r\n", "UID:6b1d@berth\r\n"} {
		if !strings.Contains(o.Busy, line) {
			t.Errorf("what everybody sees lacks %q:\n%s", line, o.Busy)
		}
	}
	if strings.Contains(o.Busy, "MARATHON") || strings.Contains(o.Busy, "maeve") || o.Open {
		t.Errorf("what everybody sees says too much:\n%s", o.Busy)
	}
}

func TestStatesAndCollections(t *testing.T) {
	t.Parallel()
	everybodys := []string{"deployments", "testbed-hall", "testbed-volos"}
	owners := append(slices.Clone(everybodys), "mine:maeve", "decisions", "decisions:monika")
	for _, tt := range []struct {
		status      scheduler.Status
		want        Status
		collections []string
		operations  Status // empty: none
	}{
		{scheduler.UnderReview, Tentative, owners, ""},
		{scheduler.Scheduled, Confirmed, owners, Confirmed},
		{scheduler.Instantiating, Confirmed, owners, Confirmed},
		{scheduler.Running, Confirmed, owners, Confirmed},
		{scheduler.Terminating, Confirmed, owners, Confirmed},
		{scheduler.Completed, Confirmed, owners, Confirmed},
		{scheduler.Failed, Confirmed, owners, Confirmed},
		{scheduler.Rejected, Withdrawn, owners, Withdrawn},
		{scheduler.Cancelled, Withdrawn, everybodys, Withdrawn},
	} {
		t.Run(string(tt.status), func(t *testing.T) {
			t.Parallel()
			list := Site{}.Objects(marathon(tt.status), hall())
			o := named(t, list, KindDeployment)
			if o.Status != tt.want || !slices.Equal(o.Collections, tt.collections) || !strings.Contains(o.Full, "STATUS:"+string(tt.want)) {
				t.Errorf("%s in %v", o.Status, o.Collections)
			}
			if (o.Busy == "") != (tt.want == Withdrawn) {
				t.Errorf("others see %q", o.Busy)
			}
			if tt.operations == "" {
				if len(list) != 1 {
					t.Errorf("%d objects, want one", len(list))
				}
				return
			}
			before, after := named(t, list, KindOrchestrate), named(t, list, KindTearDown)
			if before.Status != tt.operations || !slices.Equal(before.Collections, []string{"operations"}) || after.Busy != "" {
				t.Errorf("%s in %v; others see %q", before.Status, before.Collections, after.Busy)
			}
			if !before.Start.Equal(at.Add(-2*time.Hour)) || !before.End.Equal(at) || !after.Start.Equal(at.Add(4*time.Hour)) || !after.End.Equal(at.Add(4*time.Hour+30*time.Minute)) {
				t.Errorf("orchestrate %s to %s, tear down %s to %s", before.Start, before.End, after.Start, after.End)
			}
			if !strings.Contains(before.Full, "Orchestrate #7") || !strings.Contains(after.Full, "Tear down #7") {
				t.Errorf("summaries\n%s\n%s", before.Full, after.Full)
			}
		})
	}
}

func TestAnOverbookIsNotSilent(t *testing.T) {
	t.Parallel()
	r := marathon(scheduler.Scheduled)
	r.Overbooked = []scheduler.Overbook{{By: "monika", Reason: "the jury comes", Conflicts: []testbeds.Conflict{{Resource: testbeds.Resource{Testbed: "hall", Device: "usrp"}, Interval: r.Slot,
		Needed: 2, Free: 1, ShortBy: 1, TakenBy: []testbeds.Taker{{Kind: testbeds.TakerBooking, Request: 4242}}}}}}
	r.Flags = []scheduler.Flag{{Kind: "overrun", At: at, Text: "past its end"}}
	o := named(t, Site{}.Objects(r, hall()), KindDeployment)
	text := string(unfold([]byte(o.Full)))
	for _, want := range []string{"SUMMARY:⚠ #7", "Overbooked by monika: the jury comes", "short by 1", `Note of Tue 1 Dec 2026\, 09:00 UTC: past its end`} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "4242") || strings.Contains(o.Busy, "jury") {
		t.Errorf("it says whom it hurts:\n%s\n%s", text, o.Busy)
	}
}

func TestOpenOffersAreHeldTime(t *testing.T) {
	t.Parallel()
	r := marathon(scheduler.Rejected)
	r.Offers = []scheduler.Offer{{ID: "1", State: scheduler.OfferOpen, Expires: at, What: testbeds.Alternative{Slot: testbeds.NewSlot(at.Add(48*time.Hour), time.Hour)}},
		{ID: "2", State: scheduler.OfferExpired, What: testbeds.Alternative{Slot: testbeds.NewSlot(at, time.Hour)}}}
	list := Site{}.Objects(r, hall())
	o := named(t, list, KindOffer)
	if o.Name != "6b1d-offer-1" || o.Status != Tentative || !o.Start.Equal(at.Add(48*time.Hour)) || !strings.Contains(string(unfold([]byte(o.Full))), `Offered until Tue 1 Dec 2026\, 09:00 UTC`) || !strings.Contains(o.Busy, "Held: Radio hall") {
		t.Errorf("the offer is %+v", o)
	}
	if slices.Contains(o.Collections, "mine:maeve") || len(list) != 4 {
		t.Errorf("in %v, one of %d", o.Collections, len(list))
	}
}

func TestTheTagFollowsWhatIsShown(t *testing.T) {
	t.Parallel()
	tag := func(change func(*scheduler.Request, *testbeds.Facility)) string {
		r, f := marathon(scheduler.Scheduled), hall()
		change(&r, &f)
		return named(t, Site{}.Objects(r, f), KindDeployment).Tag
	}
	same := tag(func(*scheduler.Request, *testbeds.Facility) {})
	if same != tag(func(r *scheduler.Request, _ *testbeds.Facility) { r.Reminded = []string{"P1D"} }) {
		t.Error("what is not shown changes the tag")
	}
	for name, change := range map[string]func(*scheduler.Request, *testbeds.Facility){
		"the slot":          func(r *scheduler.Request, _ *testbeds.Facility) { r.Slot.End = r.Slot.End.Add(time.Second) },
		"the revision":      func(r *scheduler.Request, _ *testbeds.Facility) { r.Revision++ },
		"a remark":          func(r *scheduler.Request, _ *testbeds.Facility) { r.Remark = &scheduler.CalendarNote{Text: "no"} },
		"the testbed":       func(_ *scheduler.Request, f *testbeds.Facility) { f.Testbeds[0].Name = "Hall" },
		"who may see it":    func(_ *scheduler.Request, f *testbeds.Facility) { f.Testbeds[0].Visibility = testbeds.VisibilityOpen },
		"the mentor's name": func(r *scheduler.Request, _ *testbeds.Facility) { r.Mentor = "marco" },
	} {
		if tag(change) == same {
			t.Errorf("%s does not change the tag", name)
		}
	}
}

func TestClosuresAreEvents(t *testing.T) {
	t.Parallel()
	f := hall()
	weekly := testbeds.Closure{Summary: "Cleaning", Start: testbeds.LocalTime{Time: time.Date(2026, 3, 22, 6, 0, 0, 0, time.UTC)}, Duration: testbeds.Period{Clock: 2 * time.Hour}, RRule: "FREQ=WEEKLY;COUNT=3"}
	part := weekly
	part.Summary, part.RRule, part.Units = "Repair", "", []string{"n210-1"}
	f.Testbeds[0].Closures = []testbeds.Closure{weekly, weekly} // a mistaken duplicate
	f.Testbeds[0].Devices[0].Closures = []testbeds.Closure{part}
	list, err := Closures(f, testbeds.Slot{Start: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)}, nil, at)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, o := range list {
		names[o.Name] = true
	}
	if len(list) != 7 || len(names) != 7 {
		t.Fatalf("%d closures of %d names, want 7", len(list), len(names))
	}
	// Summer time begins in Dublin on the 29th.
	if !list[0].Start.Equal(time.Date(2026, 3, 22, 6, 0, 0, 0, time.UTC)) || !list[1].Start.Equal(time.Date(2026, 3, 29, 5, 0, 0, 0, time.UTC)) {
		t.Errorf("from %s and %s", list[0].Start, list[1].Start)
	}
	repair := list[6]
	if !repair.Transparent || list[0].Transparent || !strings.Contains(repair.Full, "SUMMARY:Closed: Radio hall usrp n210-1 (Repair)") || !slices.Equal(repair.Collections, []string{"deployments", "testbed-hall"}) {
		t.Errorf("in %v:\n%s", repair.Collections, repair.Full)
	}
	again, err := Closures(f, testbeds.Slot{Start: time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 3, 30, 0, 0, 0, 0, time.UTC)}, map[string]time.Time{list[1].Name: at}, at.Add(time.Hour))
	if err != nil || len(again) != 2 || again[0].Name != list[1].Name || again[0].Tag != list[1].Tag || again[1].Modified.Equal(at) {
		t.Errorf("seen from elsewhere it is another one: %v, %v", again, err)
	}
}

// TestNoClosureWasWrittenInTheFuture checks the stamps that clients read, also of a closure that begins in the future: a stamp taken from
// its start would tell clients that they know a newer version.
func TestNoClosureWasWrittenInTheFuture(t *testing.T) {
	t.Parallel()
	f := hall()
	begun := testbeds.Closure{Summary: "Cleaning", Start: testbeds.LocalTime{Time: at.AddDate(0, -1, 0)}, Duration: testbeds.Period{Clock: 2 * time.Hour}, RRule: "FREQ=WEEKLY"}
	coming := begun
	coming.Summary, coming.Start = "Moving", testbeds.LocalTime{Time: at.AddDate(0, 1, 0)}
	f.Testbeds[0].Closures = []testbeds.Closure{begun, coming}
	list, err := Closures(f, testbeds.Slot{Start: at.AddDate(0, -2, 0), End: at.AddDate(0, 3, 0)}, nil, at)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, o := range list {
		for _, text := range []string{o.Full, o.Busy} {
			if text == "" {
				continue
			}
			cal, err := decode([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			props := cal.Children[0].Props
			for _, name := range []string{"DTSTAMP", "LAST-MODIFIED", "CREATED"} {
				if stamp, err := props.DateTime(name, time.UTC); err != nil || stamp.IsZero() || stamp.After(at) {
					t.Errorf("%s is %s, %v; now it is %s:\n%s", name, stamp, err, at, text)
				}
			}
			if o.Start.After(at) {
				seen[props.Get("SUMMARY").Value] = true
			}
		}
	}
	if len(seen) < 2 {
		t.Errorf("closures of the future: %v, want both", seen)
	}
}
