package web

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// editForm offers the parts of a request under review for change.
type editForm struct {
	Places  []place
	Devices []deviceField
}

// deviceField is a device of a testbed that takes part, with how many the request asks for.
type deviceField struct {
	Field, Title string
	Count, Most  int64
}

// editOf prepares the form: each component that is onboarded on several VIMs with these, and the devices of the testbeds that take part.
func (s *site) editOf(ctx context.Context, who account.Actor, r scheduler.Request, f testbeds.Facility) (form editForm, err error) {
	catalogue, _, err := s.service.Catalogue(ctx, who)
	if err != nil {
		return form, err
	}
	n := names{beds: f}
	for _, c := range r.Components {
		x := place{Member: c.Member, VNF: c.VNF, Now: r.Placement[c.Member], Can: c.Onboarded}
		if v, ok := catalogue.VNF(c.VNF); ok {
			x.Can = v.Onboarded
		}
		if x.Now != "" && !slices.Contains(x.Can, x.Now) {
			x.Can = append(slices.Clone(x.Can), x.Now)
		}
		if len(x.Can) > 1 {
			form.Places = append(form.Places, x)
		}
	}
	concerned := r.Demand.Testbeds()
	for _, t := range f.Testbeds {
		if !slices.Contains(concerned, t.ID) {
			continue
		}
		for _, d := range t.Devices {
			x := deviceField{Field: "device." + t.ID + "/" + d.ID, Title: d.ID + " at " + n.Bed(t.ID), Most: d.Count}
			for _, need := range r.Devices {
				if need.Testbed == t.ID && need.Device == d.ID {
					x.Count = need.Count
				}
			}
			form.Devices = append(form.Devices, x)
		}
	}
	return form, nil
}

// readEdit reads what a form changes of a request: what it leaves out, and what it leaves as it is, stays.
func readEdit(form url.Values, w wish, r scheduler.Request) (scheduler.Edit, error) {
	in := scheduler.Edit{Slot: w.slot, Devices: w.devices, Anyway: form.Get("anyway") != "", Override: override(form)}
	if name := strings.TrimSpace(form.Get("name")); form.Has("name") && name != r.Name {
		in.Name = &name
	}
	if text := strings.ReplaceAll(form.Get("description"), "\r\n", "\n"); form.Has("description") && text != r.Description {
		in.Description = &text
	}
	places := replaced(r, placement(form))
	maps.Copy(places, w.placement) // of an alternative
	if len(places) > 0 {
		all := testbeds.Placement{}
		maps.Copy(all, r.Placement)
		maps.Copy(all, places)
		in.Placement = &all
	}
	needs, err := devices(form)
	if err != nil || needs == nil || in.Devices != nil {
		return in, err
	}
	if needs = withUnits(needs, r.Devices); devicesOf(needs) != devicesOf(sortedDevices(r.Devices)) {
		in.Devices = &needs
	}
	return in, nil
}

// withUnits keeps the units that a request insists on, where their number stays; and the devices of testbeds that the form does not show.
func withUnits(needs, had []testbeds.DeviceNeed) []testbeds.DeviceNeed {
	for i, n := range needs {
		for _, h := range had {
			if h.Testbed == n.Testbed && h.Device == n.Device && h.Count == n.Count {
				needs[i].Units = h.Units
			}
		}
	}
	return needs
}

func sortedDevices(list []testbeds.DeviceNeed) []testbeds.DeviceNeed {
	return slices.SortedFunc(slices.Values(list), func(a, b testbeds.DeviceNeed) int {
		return strings.Compare(a.Testbed+"/"+a.Device, b.Testbed+"/"+b.Device)
	})
}
