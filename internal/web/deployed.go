package web

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"berth/testbeds"
)

// place is where a member can go.
type place struct {
	Member, VNF, Needs string
	Size               testbeds.Quantities
	Now                string
	Can                []string // VIMs on which it is onboarded
}

// reach says whether an experiment can run on a testbed, with the reason if not.
type reach struct {
	Testbed testbeds.Testbed
	Place   string // the VIM that it would be placed on; empty if that is impossible
	Why     []string
}

// deployed fills in the members of a service, or the user's own components, with their possible places, the devices, and the demand.
func (p *choosePage) deployed(c testbeds.Catalogue) error {
	p.Needs = p.Choice.Devices
	if len(p.Choice.Own) > 0 {
		p.What = "your own components"
		for i, x := range p.Choice.Own {
			member := strconv.Itoa(i + 1)
			p.Places = append(p.Places, place{Member: member, Size: x.size(), Needs: phrases.Amounts(x.size()), Now: cmp.Or(p.Choice.Placement[member], x.Where), Can: []string{x.Where}})
		}
	} else {
		n, known := c.NSD(p.Choice.NSD)
		if !known {
			return scheduler.Errorf(scheduler.CodeNotFound, "there is no network service %q in the catalogue", p.Choice.NSD)
		}
		p.What, p.Places = n.ID, members(n, c, p.Choice.Placement)
		if p.Needs == nil {
			p.Needs = n.Devices
		}
	}
	p.demand = p.needed()
	return nil
}

// needed sums what the members take at their places, and the devices.
func (p *choosePage) needed() testbeds.Demand {
	e := testbeds.Experiment{Placement: testbeds.Placement{}, Devices: p.Needs}
	for _, x := range p.Places {
		e.Components = append(e.Components, testbeds.Component{Member: x.Member, Size: x.Size})
		e.Placement[x.Member] = x.Now
	}
	return e.Demand()
}

// Runs reports whether all members run on a VIM.
func (p choosePage) Runs(where string) bool {
	return len(p.Places) > 0 && !slices.ContainsFunc(p.Places, func(x place) bool { return x.Now != where })
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
		x := place{Member: m.Index, VNF: m.VNF, Can: v.Onboarded, Size: v.Size, Needs: phrases.Amounts(v.Size)}
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
