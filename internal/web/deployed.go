package web

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"berth/testbeds"
)

// deployed fills in the members of a service, or the user's own components, with their possible places, and the devices.
func (p *choosePage) deployed(c testbeds.Catalogue) error {
	p.Needs = p.Choice.Devices
	if len(p.Choice.Own) > 0 {
		p.What = "your own components"
		for i, x := range p.Choice.Own {
			p.Places = append(p.Places, place{Member: strconv.Itoa(i + 1), Needs: phrases.Amounts(x.size()), Now: x.Where, Can: []string{x.Where}})
		}
	} else {
		i := slices.IndexFunc(p.NSDs, func(n testbeds.NSD) bool { return n.ID == p.Choice.NSD })
		if i < 0 {
			return scheduler.Errorf(scheduler.CodeNotFound, "there is no network service %q in the catalogue", p.Choice.NSD)
		}
		n := p.NSDs[i]
		p.What, p.Places = n.ID, members(n, c, p.Choice.Placement)
		if p.Needs == nil {
			p.Needs = n.Devices
		}
	}
	for _, d := range p.Needs {
		p.Devices = append(p.Devices, fmt.Sprintf("%d × %s at %s", d.Count, d.Device, d.Testbed))
	}
	return nil
}

// testbeds returns the testbeds that take part.
func (p *choosePage) testbeds() map[string]bool {
	set := map[string]bool{}
	for _, x := range p.Places {
		id, _, _ := strings.Cut(x.Now, "/")
		set[id] = true
	}
	for _, d := range p.Needs {
		set[d.Testbed] = true
	}
	return set
}

// members lists the members of a service, with their possible places.
func members(n testbeds.NSD, c testbeds.Catalogue, chosen testbeds.Placement) (list []place) {
	for _, m := range n.Members {
		v, _ := c.VNF(m.VNF)
		x := place{Member: m.Index, VNF: m.VNF, Can: v.Onboarded, Needs: phrases.Amounts(v.Size)}
		if len(v.Requires) > 0 {
			x.Needs += ", " + strings.Join(v.Requires, ", ")
		}
		for _, from := range []testbeds.Placement{chosen, n.Placement} {
			for _, key := range []string{m.Index, testbeds.PlaceAll} {
				if where, ok := from[key]; ok && x.Now == "" {
					x.Now = where
				}
			}
		}
		list = append(list, x)
	}
	return list
}

// reaches checks for each testbed whether the experiment can run there.
func (s *site) reaches(ctx context.Context, who account.Actor, p *choosePage, f testbeds.Facility) error {
	slot := p.Choice.Slot
	if p.Verdict == nil { // nothing to check yet
		slot = testbeds.NewSlot(s.o.Clock().UTC().Truncate(time.Hour).Add(24*time.Hour), time.Hour)
	}
	for _, t := range f.Testbeds {
		x := reach{Testbed: t}
		for _, vim := range t.VIMs {
			where := t.ID + "/" + vim.ID
			ask := scheduler.Ask{NSD: p.Choice.NSD, Placement: testbeds.Placement{testbeds.PlaceAll: where}, Slot: slot}
			v, err := s.service.Check(ctx, who, ask)
			if err != nil {
				return err
			}
			if len(v.Problems) == 0 {
				x.Place, x.Why = where, nil
				break
			}
			if x.Why == nil {
				x.Why = reasons(v.Problems)
			}
		}
		if len(t.VIMs) == 0 {
			x.Why = []string{"it has no VIM"}
		}
		p.Where = append(p.Where, x)
	}
	return nil
}

// reasons lists the problems of a place, each once however many members it concerns.
func reasons(problems []testbeds.Problem) (list []string) {
	for _, p := range problems {
		_, why, ok := strings.Cut(p.Message, "): ")
		if !ok {
			why = p.Message
		}
		if !slices.Contains(list, why) {
			list = append(list, why)
		}
	}
	return list
}
