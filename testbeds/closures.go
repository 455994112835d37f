package testbeds

import (
	"fmt"
	"slices"
	"strings"
)

// PartClosure is a closure with the part of its testbed that it closes, in words; an empty Part is the whole testbed.
type PartClosure struct {
	Closure
	Of   []string // the ids of the VIMs and devices that it closes, wholly or in part; empty: everything
	Part string   // "iris", "usrp u1, u2", "2 × usrp", "part of iris"
}

// AllClosures lists the closures of the testbed, of its VIMs and of its devices, in this order.
func (t Testbed) AllClosures() []PartClosure {
	var list []PartClosure
	add := func(closures []Closure, of ...string) {
		for _, c := range closures {
			concerned := slices.Concat(of, c.VIMs, c.Devices)
			list = append(list, PartClosure{Closure: c, Of: concerned, Part: c.part(concerned)})
		}
	}
	add(t.Closures)
	for _, v := range t.VIMs {
		add(v.Closures, v.ID)
	}
	for _, d := range t.Devices {
		add(d.Closures, d.ID)
	}
	return list
}

// part words the share of a resource that the closure closes.
func (c Closure) part(of []string) string {
	what := strings.Join(of, ", ")
	switch {
	case len(c.Units) > 0:
		return strings.TrimSpace(what + " " + strings.Join(c.Units, ", "))
	case c.Count > 0:
		return fmt.Sprintf("%d × %s", c.Count, what)
	case len(c.Capacity) > 0:
		return "part of " + what
	}
	return what
}

// Timeless returns the testbed without what says when how much of it is there, how late people may be, and what
// becomes of whom its closures hit.
func (t Testbed) Timeless() Testbed {
	t.Closures, t.Opening, t.CapacityChanges, t.Lateness, t.Deadlines, t.Replace = nil, nil, nil, nil, nil, ""
	t.VIMs, t.Devices = slices.Clone(t.VIMs), slices.Clone(t.Devices)
	for i := range t.VIMs {
		t.VIMs[i].Closures, t.VIMs[i].Opening = nil, nil
	}
	for i := range t.Devices {
		t.Devices[i].Closures, t.Devices[i].Opening = nil, nil
	}
	return t
}
