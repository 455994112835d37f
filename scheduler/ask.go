package scheduler

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"berth/testbeds"
	"berth/testbeds/plain"
)

// Limits of a request.
const (
	maxName        = 200      // runes
	maxText        = 64 << 10 // bytes
	maxReason      = 4 << 10  // bytes
	maxComponents  = 100
	maxDevices     = 100
	maxListed      = 100 // features or VIMs of a component, units of a device
	maxSlot        = 366 * day
	maxSuggestions = 50
	identifier     = 128 // bytes
)

// faults gathers every rule that an input breaks.
type faults []FieldError

func (f *faults) add(field, rule string, args ...any) {
	*f = append(*f, FieldError{Field: field, Rule: fmt.Sprintf(rule, args...)})
}

// err returns the faults as one error, nil where there are none.
func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Code: CodeInvalid, Message: "the input breaks a rule", Fields: f}
}

// checkedAsk is an Ask that was checked: an experiment and its times.
type checkedAsk struct {
	experiment testbeds.Experiment
	slot       testbeds.Slot
	window     *testbeds.Slot
	shortest   testbeds.Period
}

// checkAsk checks an Ask against facility and catalogue. Unknown ids are faults; an experiment that cannot run where it is placed is not, because a
// check reports that.
func (s *Service) checkAsk(q Ask, w snapshot, now time.Time) (checkedAsk, error) {
	var bad faults
	return s.timed(q, experiment(q, w, &bad), now, bad)
}

// recheckAsk checks the Ask of an existing request: it keeps the components, whatever became of the NSD, and the placement of members that the Ask
// does not name.
func (s *Service) recheckAsk(r Request, q Ask, w snapshot, now time.Time) (checkedAsk, error) {
	var bad faults
	e := current(r, w.catalogue)
	e.Placement, e.Devices = testbeds.Placement{}, q.Devices
	place(&e, r.Placement, q.Placement, w.fed, &bad)
	checkDevices(e.Devices, w.fed, &bad)
	return s.timed(q, e, now, bad)
}

// timed adds the checked times to an experiment.
func (s *Service) timed(q Ask, e testbeds.Experiment, now time.Time, bad faults) (checkedAsk, error) {
	out := checkedAsk{experiment: e, slot: q.Slot.UTC(), shortest: q.MinDuration}
	if q.Window != nil {
		out.window = new(q.Window.UTC())
	}
	checkSlot("slot", out.slot, &bad)
	checkTimes(out, now, now.Truncate(day).Add(s.o.Horizon), &bad)
	return out, bad.err()
}

// checkSlot checks the rules of every slot.
func checkSlot(field string, s testbeds.Slot, bad *faults) {
	switch {
	case s.Start.IsZero():
		bad.add(field+".start", "is missing")
	case s.End.IsZero():
		bad.add(field+".end", "is missing")
	case s.Start.Nanosecond() != 0:
		bad.add(field+".start", "must be a whole second")
	case s.End.Nanosecond() != 0:
		bad.add(field+".end", "must be a whole second")
	case !s.Start.Before(s.End):
		bad.add(field+".end", "must be after %s.start", field)
	case s.Start.Year() < 2000 || s.End.Year() > 2200:
		bad.add(field+".start", "must lie in this century or the next")
	case s.Duration() > maxSlot:
		bad.add(field+".end", "a slot is at most %d days long", maxSlot/day)
	}
}

// checkTimes checks the rules of a slot that is to be booked.
func checkTimes(w checkedAsk, now, horizon time.Time, bad *faults) {
	if len(*bad) > 0 && strings.HasPrefix((*bad)[len(*bad)-1].Field, "slot") {
		return
	}
	if w.slot.Start.Before(now) {
		bad.add("slot.start", "lies in the past (now is %s)", now.Format(time.RFC3339))
	}
	if w.slot.End.After(horizon) {
		bad.add("slot.end", "lies beyond what can be booked, which ends on %s", horizon.Format(time.RFC3339))
	}
	if w.window != nil {
		before := len(*bad)
		if w.window.Duration() <= maxSlot {
			checkSlot("window", w.window.UTC(), bad)
		} else if w.window.Duration() > 3*maxSlot {
			bad.add("window.end", "a window is at most three years long")
		}
		if len(*bad) == before && !w.window.Contains(w.slot) {
			bad.add("window", "must contain the slot")
		}
	}
	if w.shortest.Days < 0 || w.shortest.Clock < 0 {
		bad.add("min_duration", "is negative")
	} else if w.shortest.Exact() > w.slot.Duration() {
		bad.add("min_duration", "is longer than the slot")
	}
}

// experiment turns an Ask into an experiment.
func experiment(q Ask, w snapshot, bad *faults) testbeds.Experiment {
	e := testbeds.Experiment{Placement: testbeds.Placement{}}
	var usual testbeds.Placement
	switch nsd, known := w.catalogue.NSD(q.NSD); {
	case q.NSD != "" && len(q.Components) > 0:
		bad.add("components", "give either an nsd or components, not both")
	case q.NSD != "" && !known:
		bad.add("nsd", "there is no NSD %q in the catalogue", clip(q.NSD))
	case q.NSD != "":
		e, usual = fromCatalogue(nsd, w.catalogue)
	default:
		e.Components = components(q.Components, w, bad)
	}
	if q.Devices != nil {
		e.Devices = q.Devices
	}
	place(&e, usual, q.Placement, w.fed, bad)
	checkDevices(e.Devices, w.fed, bad)
	if len(e.Components) == 0 && len(e.Devices) == 0 && len(*bad) == 0 {
		bad.add("nsd", "give an nsd, components or devices: there is nothing to run")
	}
	return e
}

func fromCatalogue(n testbeds.NSD, c testbeds.Catalogue) (testbeds.Experiment, testbeds.Placement) {
	e := testbeds.Experiment{Placement: testbeds.Placement{}, Devices: n.Devices}
	for _, m := range n.Members {
		v, _ := c.VNF(m.VNF) // a valid catalogue has it
		e.Components = append(e.Components, component(m.Index, v))
	}
	return e, n.Placement
}

func component(member string, v testbeds.VNF) testbeds.Component {
	return testbeds.Component{Member: member, VNF: v.ID, Size: v.Size, Requires: v.Requires, Onboarded: v.Onboarded}
}

var quantityName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// components checks inline components. One that names a VNF takes it from the catalogue, except for a size of its own.
func components(in []testbeds.Component, w snapshot, bad *faults) []testbeds.Component {
	if len(in) > maxComponents {
		bad.add("components", "at most %d", maxComponents)
		return nil
	}
	out := slices.Clone(in)
	for i, c := range in {
		at := fmt.Sprintf("components[%d]", i)
		checkName(at+".member", c.Member, identifier, bad)
		if slices.ContainsFunc(in[:i], func(o testbeds.Component) bool { return o.Member == c.Member }) {
			bad.add(at+".member", "member %q appears twice", clip(c.Member))
		}
		if c.Member == testbeds.PlaceAll {
			bad.add(at+".member", "%q stands for all members", c.Member)
		}
		if c.VNF != "" {
			v, known := w.catalogue.VNF(c.VNF)
			if !known {
				bad.add(at+".vnf", "there is no VNF %q in the catalogue", clip(c.VNF))
				continue
			}
			out[i] = component(c.Member, v)
			if len(c.Size) > 0 {
				out[i].Size = c.Size
			}
		}
		checkSize(at+".size", out[i].Size, bad)
		checkList(at+".requires", out[i].Requires, bad)
		checkList(at+".onboarded", out[i].Onboarded, bad)
		for j, vim := range out[i].Onboarded {
			if !hasVIM(w.fed, vim) && c.VNF == "" {
				bad.add(fmt.Sprintf("%s.onboarded[%d]", at, j), "there is no VIM %q", clip(vim))
			}
		}
	}
	return out
}

func checkSize(field string, size testbeds.Quantities, bad *faults) {
	if len(size) > maxListed {
		bad.add(field, "at most %d quantities", maxListed)
		return
	}
	for _, q := range slices.Sorted(maps.Keys(size)) {
		if !quantityName.MatchString(q) {
			bad.add(field, "%q is not the name of a quantity", clip(q))
		}
		checkAmount(field+"."+clip(q), size[q], 0, bad)
	}
}

func checkAmount(field string, n, least int64, bad *faults) {
	if n < least || n > testbeds.MaxAmount {
		bad.add(field, "must be from %d to %d", least, int64(testbeds.MaxAmount))
	}
}

func checkList(field string, list []string, bad *faults) {
	if len(list) > maxListed {
		bad.add(field, "at most %d entries", maxListed)
	}
	for i, x := range list[:min(len(list), maxListed)] {
		checkName(fmt.Sprintf("%s[%d]", field, i), x, identifier, bad)
	}
}

// checkName checks a short text of one line.
func checkName(field, s string, most int, bad *faults) {
	if rule := plain.Line(s, most); rule != "" {
		bad.add(field, "%s", rule)
	}
}

// checkText checks a long text, which may have line breaks.
func checkText(field, s string, most int, bad *faults) {
	if rule := plain.Text(s, most); rule != "" {
		bad.add(field, "%s", rule)
	}
}

// checkReason checks a mandatory reason.
func checkReason(field, s string, bad *faults) {
	if strings.TrimSpace(s) == "" {
		bad.add(field, "is missing: please give a reason")
		return
	}
	checkText(field, s, maxReason, bad)
}

// place decides where each member runs: as asked, else as usual.
func place(e *testbeds.Experiment, usual, asked testbeds.Placement, f finder, bad *faults) {
	if len(asked) > maxComponents+1 {
		bad.add("placement", "at most one entry per member")
		return
	}
	for _, member := range slices.Sorted(maps.Keys(asked)) {
		known := member == testbeds.PlaceAll || slices.ContainsFunc(e.Components, func(c testbeds.Component) bool { return c.Member == member })
		if !known && len(e.Components) > 0 {
			bad.add("placement."+clip(member), "there is no such member")
		}
		if !hasVIM(f, asked[member]) {
			bad.add("placement."+clip(member), "there is no VIM %q (give testbed/vim)", clip(asked[member]))
		}
	}
	for _, c := range e.Components {
		for _, p := range []testbeds.Placement{usual, asked} {
			if where, ok := p[testbeds.PlaceAll]; ok {
				e.Placement[c.Member] = where
			}
			if where, ok := p[c.Member]; ok {
				e.Placement[c.Member] = where
			}
		}
	}
}

func hasVIM(f finder, where string) bool {
	testbed, vim, ok := strings.Cut(where, "/")
	if !ok {
		return false
	}
	t, ok := f.Testbed(testbed)
	if !ok {
		return false
	}
	_, ok = t.VIM(vim)
	return ok
}

func checkDevices(devices []testbeds.DeviceNeed, f finder, bad *faults) {
	if len(devices) > maxDevices {
		bad.add("devices", "at most %d", maxDevices)
		return
	}
	for i, d := range devices {
		at := fmt.Sprintf("devices[%d]", i)
		checkAmount(at+".count", d.Count, 1, bad)
		if slices.ContainsFunc(devices[:i], func(o testbeds.DeviceNeed) bool { return o.Testbed == d.Testbed && o.Device == d.Device }) {
			bad.add(at, "%s of %s appears twice; add up the counts", clip(d.Device), clip(d.Testbed))
		}
		t, ok := f.Testbed(d.Testbed)
		if !ok {
			bad.add(at+".testbed", "there is no testbed %q", clip(d.Testbed))
			continue
		}
		device, ok := t.Device(d.Device)
		if !ok {
			bad.add(at+".device", "testbed %s has no device %q", t.ID, clip(d.Device))
			continue
		}
		if int64(len(d.Units)) > max(0, d.Count) {
			bad.add(at+".units", "at most as many as the count")
			continue
		}
		for j, u := range d.Units {
			if !slices.Contains(device.Units, u) || slices.Contains(d.Units[:j], u) {
				bad.add(fmt.Sprintf("%s.units[%d]", at, j), "%s %s has no unit %q, or it appears twice", t.ID, device.ID, clip(u))
			}
		}
	}
}

// clip shortens a user's text for an error message.
func clip(s string) string { return plain.Clip(s, 80) }
