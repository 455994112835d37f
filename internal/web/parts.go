package web

import (
	"maps"
	"slices"
	"strings"

	"berth/scheduler"
	"berth/scheduler/phrases"
	"berth/testbeds"
)

// site of a deployment: what a request takes of one VIM, or of the devices of one testbed.
type deployedAt struct {
	Title string // "WINS_5G (Iris), iris"
	Sum   string // "8 vCPU, 16 GB memory"
	Parts []part
}

// part is some components that are alike, or devices of a kind.
type part struct {
	Count   int64
	Name    string // of the VNF or the device
	Each    string // what one of them takes
	Members string // "1, 2, 3"
	Units   string // the named units of a device
}

func cutPlace(where string) (bed, vim string, ok bool) { return strings.Cut(where, "/") }

// deployedWhere groups what a request takes: the components of each VIM, those that are alike as one part, then the devices of each testbed.
func deployedWhere(r scheduler.Request, n names) (list []deployedAt) {
	byPlace := map[string][]testbeds.Component{}
	for _, c := range r.Components {
		byPlace[r.Placement[c.Member]] = append(byPlace[r.Placement[c.Member]], c)
	}
	for _, where := range slices.Sorted(maps.Keys(byPlace)) {
		at, sum := deployedAt{Title: n.Place(where)}, testbeds.Quantities{}
		if where == "" {
			at.Title = "Not placed yet"
		}
		for _, c := range byPlace[where] {
			for q, amount := range c.Size {
				sum[q] += amount
			}
			each := phrases.Amounts(c.Size)
			i := slices.IndexFunc(at.Parts, func(p part) bool { return p.Name == c.VNF && p.Each == each })
			if i < 0 {
				i = len(at.Parts)
				at.Parts = append(at.Parts, part{Name: c.VNF, Each: each})
			}
			at.Parts[i].Count++
			at.Parts[i].Members = strings.TrimPrefix(at.Parts[i].Members+", "+c.Member, ", ")
		}
		if len(byPlace[where]) > 1 {
			at.Sum = phrases.Amounts(sum)
		}
		list = append(list, at)
	}
	return append(list, deviceParts(r, n)...)
}

func deviceParts(r scheduler.Request, n names) (list []deployedAt) {
	for _, d := range r.Devices {
		title := n.Bed(d.Testbed) + ", devices"
		i := slices.IndexFunc(list, func(x deployedAt) bool { return x.Title == title })
		if i < 0 {
			i = len(list)
			list = append(list, deployedAt{Title: title})
		}
		p := part{Count: d.Count, Name: d.Device, Units: strings.Join(d.Units, ", ")}
		for _, u := range r.Units {
			if u.Testbed == d.Testbed && u.Device == d.Device {
				p.Units = strings.Join(u.Units, ", ")
			}
		}
		list[i].Parts = append(list[i].Parts, p)
	}
	return list
}

// around says how much of a request's time is setup and teardown: "30 min of setup, 10 min of teardown"; empty for none.
func around(r scheduler.Request) string {
	if r.Occupied == nil {
		return ""
	}
	var parts []string
	if d := r.Slot.Start.Sub(r.Occupied.Start); d > 0 {
		parts = append(parts, lasting(d)+" of setup before")
	}
	if d := r.Occupied.End.Sub(r.Slot.End); d > 0 {
		parts = append(parts, lasting(d)+" of teardown after")
	}
	return strings.Join(parts, ", ")
}
