package console_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/internal/console"
	"berth/scheduler"
	"berth/testbeds"
)

func TestAskUnderstands(t *testing.T) {
	t.Parallel()
	nine := time.Date(2027, 1, 11, 9, 0, 0, 0, time.UTC)
	eight := testbeds.NewSlot(nine, 8*time.Hour)
	for _, tt := range []struct {
		name string
		wish console.Wish
		want scheduler.Ask
	}{
		{"start and end", console.Wish{NSD: "n", Slot: "2027-01-11T09:00Z/2027-01-11T17:00:00Z"}, scheduler.Ask{NSD: "n", Slot: eight}},
		{"start and duration", console.Wish{Slot: "2027-01-11T09:00:00Z/PT8H"}, scheduler.Ask{Slot: eight}},
		{"another zone", console.Wish{Slot: "2027-01-11T10:00+01:00/PT8H"}, scheduler.Ask{Slot: eight}},
		{"from and to", console.Wish{From: "2027-01-11T09:00Z", To: "2027-01-11T17:00Z"}, scheduler.Ask{Slot: eight}},
		{"from and duration", console.Wish{From: "2027-01-11T09:00Z", Duration: "PT8H"},
			scheduler.Ask{Slot: eight, Duration: testbeds.Period{Clock: 8 * time.Hour}}},
		{"window", console.Wish{Window: "2027-01-11T09:00Z/PT8H", Duration: "PT1H", MinDuration: "PT30M", Limit: 3},
			scheduler.Ask{Window: &eight, Duration: testbeds.Period{Clock: time.Hour}, MinDuration: testbeds.Period{Clock: 30 * time.Minute}, Limit: 3}},
		{"placement", console.Wish{Placement: []string{"a/b", "1=c/d"}},
			scheduler.Ask{Placement: testbeds.Placement{"all": "a/b", "1": "c/d"}}},
		{"devices", console.Wish{Devices: []string{"a/b=2", "a/c=1"}},
			scheduler.Ask{Devices: []testbeds.DeviceNeed{{Testbed: "a", Device: "b", Count: 2}, {Testbed: "a", Device: "c", Count: 1}}}},
		{"no devices", console.Wish{NoDevices: true}, scheduler.Ask{Devices: []testbeds.DeviceNeed{}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := tt.wish.Ask()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("ask (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAskNamesWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		wish console.Wish
		want []string // the fields, in order
	}{
		{"no slash", console.Wish{Slot: "2027-01-11T09:00Z"}, []string{"slot"}},
		{"no zone", console.Wish{Slot: "2027-01-11T09:00/PT8H"}, []string{"slot"}},
		{"bad duration", console.Wish{Slot: "2027-01-11T09:00Z/P8"}, []string{"slot"}},
		{"twice", console.Wish{Slot: "2027-01-11T09:00Z/PT8H", From: "2027-01-11T09:00Z"}, []string{"slot"}},
		{"from alone", console.Wish{From: "2027-01-11T09:00Z"}, []string{"slot"}},
		{"placement without a VIM", console.Wish{Placement: []string{"1=wins-5g"}}, []string{"placement"}},
		{"placed twice", console.Wish{Placement: []string{"1=a/b", "1=a/c"}}, []string{"placement"}},
		{"device without a count", console.Wish{Devices: []string{"a/b"}}, []string{"device"}},
		{"device without a testbed", console.Wish{Devices: []string{"b=1"}}, []string{"device"}},
		{"devices and none", console.Wish{Devices: []string{"a/b=1"}, NoDevices: true}, []string{"no-devices"}},
		{"everything", console.Wish{Slot: "x", Window: "y", Duration: "z", MinDuration: "-PT1H", Placement: []string{"p"}, Devices: []string{"d"}},
			[]string{"placement", "device", "slot", "window", "duration", "min-duration"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := tt.wish.Ask()
			e, ok := errors.AsType[*scheduler.Error](err)
			if !ok {
				t.Fatalf("error is %v, want one for users", err)
			}
			var got []string
			for _, f := range e.Fields {
				got = append(got, f.Field)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
			if code := console.ExitCode(err); code != console.ExitInvalid {
				t.Errorf("exit code is %d, want %d", code, console.ExitInvalid)
			}
		})
	}
}

func FuzzParseSlot(f *testing.F) {
	for _, s := range []string{"2027-01-11T09:00Z/PT8H", "2027-01-11T09:00:00+01:00/2027-01-12T00:00Z", "/", "P1D/P1D", "2027-01-11T09:00Z/P99999D"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		slot, err := console.ParseSlot(s)
		if written := func(y int) bool { return y >= 0 && y <= 9999 }; err != nil || !written(slot.Start.Year()) || !written(slot.End.Year()) {
			return // RFC 3339 has no other years
		}
		again, err := console.ParseSlot(slot.Start.Format(time.RFC3339Nano) + "/" + slot.End.Format(time.RFC3339Nano))
		if err != nil || !again.Equal(slot) {
			t.Errorf("%q is read as %v, and that as %v (%v)", s, slot, again, err)
		}
	})
}

func TestComplainTellsAllThatAnErrorKnows(t *testing.T) {
	t.Parallel()
	nine := time.Date(2027, 1, 11, 9, 0, 0, 0, time.UTC)
	err := scheduler.Errorf(scheduler.CodeConflict, "the slot is not free")
	err.Fields = []scheduler.FieldError{{Field: "slot.start", Rule: "lies in the past"}}
	err.Allowed = []scheduler.Action{scheduler.ActionEdit, scheduler.ActionCancel}
	err.Verdict = &testbeds.Verdict{Conflicts: []testbeds.Conflict{{
		Resource: testbeds.Resource{Testbed: "wins-5g", Device: "usrp-n210"}, Interval: testbeds.NewSlot(nine, time.Hour),
		Needed: 3, Free: 1, ShortBy: 2, TakenBy: []testbeds.Taker{{Kind: testbeds.TakerBooking, Request: 7, Amount: 3}},
	}}}
	err.Alternatives = []testbeds.Alternative{{Slot: testbeds.NewSlot(nine.Add(time.Hour), time.Hour), Changes: []testbeds.Change{{Text: "1 hour later"}}}}
	var b strings.Builder
	console.Complain(&b, err)
	for _, part := range []string{"berth: the slot is not free\n", "slot.start: lies in the past", "edit cancel", "wins-5g usrp-n210",
		"2027-01-11 09:00Z – 2027-01-11 10:00Z", "#7 (3)", "1 hour later"} {
		if !strings.Contains(b.String(), part) {
			t.Errorf("the complaint does not say %q:\n%s", part, b.String())
		}
	}
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]int{
		nil:           console.ExitDone,
		console.ErrNo: console.ExitNo,
		scheduler.Errorf(scheduler.CodeConflict, "x"):        console.ExitNo,
		scheduler.Errorf(scheduler.CodeInvalid, "x"):         console.ExitInvalid,
		scheduler.Errorf(scheduler.CodeNotFound, "x"):        console.ExitNotFound,
		scheduler.Errorf(scheduler.CodeForbidden, "x"):       console.ExitForbidden,
		scheduler.Errorf(scheduler.CodeUnauthenticated, "x"): console.ExitForbidden,
		scheduler.Errorf(scheduler.CodePrecondition, "x"):    console.ExitChanged,
		scheduler.Errorf(scheduler.CodeUnavailable, "x"):     console.ExitUnavailable,
		errors.New("x"): console.ExitInternal,
	} {
		if got := console.ExitCode(err); got != want {
			t.Errorf("exit code of %v is %d, want %d", err, got, want)
		}
	}
}
