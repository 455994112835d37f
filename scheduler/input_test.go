package scheduler_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/testbeds"
)

func TestBadInputNamesTheField(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	good := func() scheduler.Submission { return wants("hydra", hours(24, 4)) }
	inline := func(c ...testbeds.Component) scheduler.Submission {
		in := good()
		in.NSD, in.Components = "", c
		return in
	}
	part := testbeds.Component{Member: "a", Size: testbeds.Quantities{"vcpu": 1}}
	tests := map[string]struct {
		in    func() scheduler.Submission
		field string // the beginning of one of the fields
	}{
		"no name":           {func() scheduler.Submission { in := good(); in.Name = " "; return in }, "name"},
		"long name":         {func() scheduler.Submission { in := good(); in.Name = strings.Repeat("ü", 201); return in }, "name"},
		"control character": {func() scheduler.Submission { in := good(); in.Name = "a\x00b"; return in }, "name"},
		"not UTF-8":         {func() scheduler.Submission { in := good(); in.Name = "a\xffb"; return in }, "name"},
		"long description":  {func() scheduler.Submission { in := good(); in.Description = strings.Repeat("x", 65<<10); return in }, "description"},
		"no slot":           {func() scheduler.Submission { in := good(); in.Slot = testbeds.Slot{}; return in }, "slot"},
		"reversed":          {func() scheduler.Submission { in := good(); in.Slot.End = in.Slot.Start.Add(-time.Hour); return in }, "slot"},
		"empty slot":        {func() scheduler.Submission { in := good(); in.Slot.End = in.Slot.Start; return in }, "slot"},
		"past":              {func() scheduler.Submission { in := good(); in.Slot = hours(-1, 4); return in }, "slot.start"},
		"half a second": {func() scheduler.Submission {
			in := good()
			in.Slot.Start = in.Slot.Start.Add(time.Second / 2)
			return in
		}, "slot.start"},
		"too long": {func() scheduler.Submission { in := good(); in.Slot = hours(24, 367*24); return in }, "slot"},
		"too far":  {func() scheduler.Submission { in := good(); in.Slot = hours(24*740, 4); return in }, "slot"},
		"year 10000": {func() scheduler.Submission {
			in := good()
			in.Slot = testbeds.NewSlot(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), time.Hour)
			return in
		}, "slot"},
		"window elsewhere": {func() scheduler.Submission { in := good(); w := hours(30, 9); in.Window = &w; return in }, "window"},
		"reversed window": {func() scheduler.Submission {
			in := good()
			w := hours(30, 9)
			w.End = hours(1, 1).Start
			in.Window = &w
			return in
		}, "window"},
		"endless window": {func() scheduler.Submission {
			in := good()
			w := testbeds.Slot{Start: time.Time{}.AddDate(-3, 0, 0), End: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}
			in.Window = &w
			return in
		}, "window"},
		"shortest too long": {func() scheduler.Submission { in := good(); in.MinDuration = testbeds.Period{Days: 1}; return in }, "min_duration"},
		"negative shortest": {func() scheduler.Submission {
			in := good()
			in.MinDuration = testbeds.Period{Clock: -time.Hour}
			return in
		}, "min_duration"},
		"unknown NSD": {func() scheduler.Submission { in := good(); in.NSD = "hydrant"; return in }, "nsd"},
		"unknown VNF": {func() scheduler.Submission {
			return inline(testbeds.Component{Member: "a", VNF: "vnf", Size: part.Size})
		}, "components[0].vnf"},
		"both":         {func() scheduler.Submission { in := inline(part); in.NSD = "hydra"; return in }, "components"},
		"nothing":      {func() scheduler.Submission { return inline() }, "nsd"},
		"member twice": {func() scheduler.Submission { return inline(part, part) }, "components[1].member"},
		"no member":    {func() scheduler.Submission { return inline(testbeds.Component{Size: part.Size}) }, "components[0].member"},
		"negative size": {func() scheduler.Submission {
			return inline(testbeds.Component{Member: "a", Size: testbeds.Quantities{"vcpu": -1}})
		}, "components[0].size"},
		"huge size": {func() scheduler.Submission {
			return inline(testbeds.Component{Member: "a", Size: testbeds.Quantities{"vcpu": 1 << 62}})
		}, "components[0].size"},
		"101 components": {func() scheduler.Submission { return inline(make([]testbeds.Component, 101)...) }, "components"},
		"unknown VIM": {func() scheduler.Submission {
			in := good()
			in.Placement = testbeds.Placement{"1": "radio/mist"}
			return in
		}, "placement"},
		"unknown testbed": {func() scheduler.Submission {
			in := good()
			in.Placement = testbeds.Placement{"1": "moon/iris"}
			return in
		}, "placement"},
		"no VIM": {func() scheduler.Submission { in := good(); in.Placement = testbeds.Placement{"1": "iris"}; return in }, "placement"},
		"unknown member": {func() scheduler.Submission {
			in := good()
			in.Placement = testbeds.Placement{"9": "radio/iris"}
			return in
		}, "placement"},
		"unknown device": {func() scheduler.Submission {
			in := good()
			in.Devices = []testbeds.DeviceNeed{{Testbed: "radio", Device: "laser", Count: 1}}
			return in
		}, "devices[0].device"},
		"unknown device site": {func() scheduler.Submission {
			in := good()
			in.Devices = []testbeds.DeviceNeed{{Testbed: "moon", Device: "usrp", Count: 1}}
			return in
		}, "devices[0].testbed"},
		"unknown unit": {func() scheduler.Submission {
			in := good()
			in.Devices = []testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: 1, Units: []string{"u9"}}}
			return in
		}, "devices[0].units"},
		"too many units": {func() scheduler.Submission {
			in := good()
			in.Devices = []testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: 1, Units: []string{"u1", "u2"}}}
			return in
		}, "devices[0].units"},
		"negative count": {func() scheduler.Submission {
			in := good()
			in.Devices = []testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: -1}}
			return in
		}, "devices[0].count"},
		"overflowing count": {func() scheduler.Submission {
			in := good()
			in.Devices = []testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: 1 << 62}}
			return in
		}, "devices[0].count"},
		"101 devices":    {func() scheduler.Submission { in := good(); in.Devices = make([]testbeds.DeviceNeed, 101); return in }, "devices"},
		"unknown mentor": {func() scheduler.Submission { in := good(); in.Mentor = "maeve"; return in }, "mentor"},
	}
	before := h.store.Rows()
	for name, test := range tests {
		for _, anyway := range []bool{false, true} {
			in := test.in()
			in.Anyway = anyway
			_, err := h.Submit(t.Context(), as("maeve"), in)
			e, ok := err.(*scheduler.Error)
			if !ok || e.Code != scheduler.CodeInvalid || !names(e.Fields, test.field) {
				t.Errorf("%s: got %v, want a fault of %s", name, err, test.field)
			}
		}
	}
	if after := h.store.Rows(); len(after.Requests) != len(before.Requests) || len(after.Events) != len(before.Events) {
		t.Error("something was stored")
	}
}

func names(fields []scheduler.FieldError, prefix string) bool {
	for _, f := range fields {
		if strings.HasPrefix(f.Field, prefix) && f.Rule != "" {
			return true
		}
	}
	return false
}

func TestAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := wants("hydra", hours(-1, 4))
	in.Name = ""
	in.Placement = testbeds.Placement{"1": "radio/mist"}
	in.Devices = []testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: -1}}
	_, err := h.Submit(t.Context(), as("maeve"), in)
	e := h.refused(scheduler.CodeInvalid, err)
	for _, field := range []string{"name", "slot.start", "placement", "devices[0].count"} {
		if !names(e.Fields, field) {
			t.Errorf("%s is missing in %+v", field, e.Fields)
		}
	}
}

func TestSuggestWithoutASlot(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.scheduled("marathon", hours(1, 23))
	window := hours(0, 72)
	ask := scheduler.Ask{NSD: "hydra", Window: &window, Duration: testbeds.Period{Clock: 4 * time.Hour}, Limit: 3}
	list, _, err := h.Suggest(t.Context(), as("hector"), ask)
	if err != nil || len(list) == 0 || len(list) > 3 {
		t.Fatalf("%+v, %v", list, err)
	}
	for _, a := range list {
		if !window.Contains(a.Slot) {
			t.Errorf("%s is outside of the window", a.Slot)
		}
		if v, err := h.Check(t.Context(), as("hector"), scheduler.Ask{NSD: "hydra", Slot: a.Slot, Placement: a.Placement, Devices: a.Devices}); err != nil || !v.Fits {
			t.Errorf("%s does not fit: %+v, %v", a.Slot, v, err)
		}
	}
	for _, bad := range []scheduler.Ask{{NSD: "hydra"}, {NSD: "hydra", Slot: hours(24, 1), Limit: 51}, {NSD: "hydra", Slot: hours(24, 1), Limit: -1},
		{NSD: "hydra", Window: &window, Duration: testbeds.Period{Clock: -time.Hour}}} {
		if _, _, err := h.Suggest(t.Context(), as("hector"), bad); scheduler.CodeOf(err) != scheduler.CodeInvalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestAvailability(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.scheduled("hydra", hours(24, 4))
	series, err := h.Availability(t.Context(), as("hector"), "radio", hours(20, 12))
	if err != nil {
		t.Fatal(err)
	}
	var steps []testbeds.Step
	for _, s := range series {
		if s.Resource.Device == "usrp" {
			steps = s.Steps
		}
	}
	want := []testbeds.Step{{At: hours(20, 1).Start, Free: 4, Total: 4}, {At: hours(23.5, 1).Start, Free: 1, Total: 4}, {At: hours(28.25, 1).Start, Free: 4, Total: 4}}
	if diff := cmp.Diff(want, steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	for _, span := range []testbeds.Slot{{}, hours(1, 367*24), {Start: hours(1, 1).End, End: hours(1, 1).Start}} {
		if _, err := h.Availability(t.Context(), as("hector"), "radio", span); scheduler.CodeOf(err) != scheduler.CodeInvalid {
			t.Errorf("%s: %v", span, err)
		}
	}
	_, err = h.Availability(t.Context(), as("hector"), "moon", hours(1, 1))
	h.refused(scheduler.CodeNotFound, err)
}

func TestListsAreNarrowedAndPaged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i := range 5 {
		h.submitted("video", hours(24+float64(i), 1))
		if _, err := h.Submit(t.Context(), as("hector"), wants("hydra", hours(24+6*float64(i), 1))); err != nil {
			t.Fatal(err)
		}
	}
	for who, want := range map[string]int{"maeve": 5, "hector": 5, "paddy": 5, "carla": 5, "monika": 10, "oskar": 10, "adele": 10} {
		var seen []int64
		for cursor := ""; ; {
			page, err := h.List(t.Context(), as(who), scheduler.RequestFilter{Limit: 3}, cursor)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Items {
				if len(seen) > 0 && seen[len(seen)-1] <= r.Number {
					t.Errorf("%s: #%d after %v", who, r.Number, seen)
				}
				seen = append(seen, r.Number)
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if len(seen) != want {
			t.Errorf("%s sees %v, want %d requests", who, seen, want)
		}
	}
	_, err := h.List(t.Context(), as("maeve"), scheduler.RequestFilter{}, "second")
	h.refused(scheduler.CodeInvalid, err)
}

func FuzzLink(f *testing.F) {
	h := newHouse(f)
	r := h.rejected("video", hours(24, 4), 1)
	mine, err := h.Get(f.Context(), as("maeve"), r.ID)
	if err != nil {
		f.Fatal(err)
	}
	good := mine.Offers[0].Link
	f.Add(good)
	f.Add("")
	f.Add(".")
	f.Add(good[:len(good)-1])
	f.Add(strings.Repeat("A", 1000) + "." + strings.Repeat("A", 43))
	f.Fuzz(func(t *testing.T, link string) {
		_, o, err := h.OfferByLink(t.Context(), link)
		switch {
		case link == good && (err != nil || o.ID != mine.Offers[0].ID):
			t.Errorf("the link that was given out: %+v, %v", o, err)
		case link != good && scheduler.CodeOf(err) != scheduler.CodeNotFound:
			t.Errorf("%q: %+v, %v", link, o, err)
		}
	})
}
