package scheduler_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// fromCalendar is a closure as a calendar has it.
func fromCalendar(id string, from, length float64) testbeds.Closure {
	c := closure(from, length)
	c.ID, c.Source = id, "lab"
	return c
}

func (h *house) take(list ...testbeds.Closure) (scheduler.FacilityChange, error) {
	a := account.System
	a.Via = "calendar lab"
	return h.TakeClosures(h.t.Context(), a, "radio", "lab", list, scheduler.ChangeOptions{Force: true, Reason: "calendar lab: painters"})
}

func (h *house) closures() (ids []string) {
	h.Helper()
	t, _, err := h.Testbed(h.t.Context(), as("paddy"), "radio")
	if err != nil {
		h.Fatalf("%v", err)
	}
	for _, c := range t.Closures {
		ids = append(ids, c.Source+"/"+c.ID)
	}
	return ids
}

func TestClosuresOfACalendarAreReplacedAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(26, 4))
	before := h.closures()
	change, err := h.take(fromCalendar("cal-a", 24, 4), fromCalendar("cal-b", 100, 4))
	if err != nil || len(change.Broken) != 1 || change.Broken[0].Request != r.ID || len(change.Broken[0].Alternatives) == 0 {
		t.Fatalf("%+v, %v", change, err)
	}
	if got := h.get(r.ID); len(got.Flags) != 1 || got.Flags[0].Kind != scheduler.FlagFacility {
		t.Errorf("flags %+v", got.Flags)
	}
	history, err := h.History(t.Context(), as("monika"), r.ID, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(history.Items, func(e scheduler.Entry) bool { return e.Via == "calendar lab" && e.Reason == "calendar lab: painters" }) {
		t.Errorf("the history does not say where it comes from: %+v", history.Items)
	}
	made, _, err := h.AddClosure(t.Context(), as("paddy"), "radio", closure(200, 4), scheduler.ChangeOptions{}, scheduler.Creation{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.take(fromCalendar("cal-b", 100, 4)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(append(before, "/"+made.ID, "lab/cal-b"), h.closures()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := h.get(r.ID); len(got.Flags) != 0 {
		t.Errorf("the event is gone, the flags are not: %+v", got.Flags)
	}
	if again, err := h.take(fromCalendar("cal-b", 100, 4)); err != nil || len(again.Differences) != 0 {
		t.Errorf("%+v, %v", again, err)
	}
	h.clean()
}

func TestClosuresOfACalendarAreNotChangedByHand(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if _, err := h.take(fromCalendar("cal-a", 24, 4)); err != nil {
		t.Fatal(err)
	}
	ctx, paddy, adele, force := t.Context(), as("paddy"), as("adele"), scheduler.ChangeOptions{Force: true}
	_, err := h.DeleteClosure(ctx, paddy, "radio", "cal-a", force)
	h.refused(scheduler.CodeConflict, err)
	c := closure(24, 8)
	c.ID = "cal-a"
	_, err = h.ChangeClosure(ctx, adele, "radio", c, force)
	h.refused(scheduler.CodeConflict, err)
	_, _, err = h.AddClosure(ctx, paddy, "radio", fromCalendar("", 24, 4), force, scheduler.Creation{})
	h.refused(scheduler.CodeInvalid, err)
	_, err = h.TakeClosures(ctx, as("carla"), "radio", "lab", nil, force)
	h.refused(scheduler.CodeForbidden, err)

	f, _, err := h.Facility(ctx, adele)
	if err != nil {
		t.Fatal(err)
	}
	want := h.closures()
	bed := func(change func(*testbeds.Testbed)) testbeds.Facility {
		g := testbeds.Facility{Testbeds: slices.Clone(f.Testbeds)}
		i := slices.IndexFunc(g.Testbeds, func(x testbeds.Testbed) bool { return x.ID == "radio" })
		g.Testbeds[i].Closures = slices.Clone(g.Testbeds[i].Closures)
		change(&g.Testbeds[i])
		return g
	}
	last := len(want) - 1
	altered := bed(func(t *testbeds.Testbed) { t.Closures[last].Summary = "nothing much" })
	_, err = h.PutFacility(ctx, adele, altered, force)
	h.refused(scheduler.CodeConflict, err)
	changed, _ := altered.Testbed("radio")
	_, err = h.PutTestbed(ctx, adele, changed, force)
	h.refused(scheduler.CodeConflict, err)
	for name, g := range map[string]testbeds.Facility{
		"a file without them":           bed(func(t *testbeds.Testbed) { t.Closures = t.Closures[:last] }),
		"an old file, with one more":    bed(func(t *testbeds.Testbed) { t.Closures = append(t.Closures, fromCalendar("cal-old", 300, 4)) }),
		"as it is":                      f,
		"a testbed with another name":   bed(func(t *testbeds.Testbed) { t.Name = "Radio 2" }),
		"an old file, with them as new": bed(func(t *testbeds.Testbed) { t.Closures = append(t.Closures[:last], fromCalendar("cal-older", 24, 4)) }),
	} {
		if _, err := h.PutFacility(ctx, adele, g, force); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, h.closures()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAClosureOfACalendarGoesWithWhatItNames(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	f, _, err := h.Facility(t.Context(), as("adele"))
	if err != nil {
		t.Fatal(err)
	}
	bed, _ := f.Testbed("radio")
	device, vim := fromCalendar("cal-device", 24, 4), fromCalendar("cal-vim", 24, 4)
	device.Devices, vim.VIMs = []string{"spare"}, []string{bed.VIMs[0].ID}
	bed.Devices = append(slices.Clone(bed.Devices), testbeds.Device{ID: "spare", Count: 1})
	if _, err := h.PutTestbed(t.Context(), as("adele"), bed, scheduler.ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.take(device, vim); err != nil {
		t.Fatal(err)
	}
	bed.Devices = bed.Devices[:len(bed.Devices)-1]
	if _, err := h.PutTestbed(t.Context(), as("adele"), bed, scheduler.ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := h.closures(); !slices.Contains(got, "lab/cal-vim") || slices.Contains(got, "lab/cal-device") {
		t.Errorf("%v", got)
	}
}
