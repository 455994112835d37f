package orchestration

import (
	"context"
	"slices"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// TakeCatalogue brings the catalogue in line with what is onboarded in the orchestrator: sizes, members, and where each function can run. What
// the orchestrator does not know stays in the catalogue, and is no longer onboarded on its VIMs.
func (s *Sync) TakeCatalogue(ctx context.Context, a account.Actor, o scheduler.ChangeOptions) (scheduler.FacilityChange, error) {
	there, err := s.offered(ctx)
	if err != nil {
		f := s.system.Fault(err)
		if f.Text == "" {
			return scheduler.FacilityChange{}, err
		}
		return scheduler.FacilityChange{}, scheduler.Errorf(scheduler.CodeUnavailable, "%s cannot be read: %s", s.called(), f.Text)
	}
	if len(there.vims) == 0 {
		return scheduler.FacilityChange{}, scheduler.Errorf(scheduler.CodeConflict, "no VIM of the facility is known in %s: give them their vimid, or name them in the settings", s.called())
	}
	now, revision, err := s.requests.Catalogue(ctx, a)
	if err != nil {
		return scheduler.FacilityChange{}, err
	}
	if o.Revision == 0 {
		o.Revision = revision
	}
	if o.Reason == "" {
		o.Reason = "as it is onboarded in " + s.called()
	}
	return s.requests.PutCatalogue(ctx, a, there.merged(now), o)
}

// offer is what is onboarded in an orchestrator, and the VIMs on which that can run.
type offer struct {
	designs   []Design
	functions []Function
	vims      []string
}

func (s *Sync) offered(ctx context.Context) (x offer, err error) {
	p, err := s.Progress(ctx)
	if err != nil {
		return x, err
	}
	s.system.Heed(p.Refused)
	f, _, err := s.requests.Facility(ctx, s.actor)
	if err != nil {
		return x, err
	}
	pools, err := s.system.Pools(ctx)
	if err != nil {
		return x, err
	}
	for _, p := range pools {
		testbed, known := placeOf(p, s.o.VIMs, f), false
		for _, t := range f.Testbeds {
			for _, v := range t.VIMs {
				known = known || t.ID+"/"+v.ID == testbed
			}
		}
		if known && !slices.Contains(x.vims, testbed) {
			x.vims = append(x.vims, testbed)
		}
	}
	slices.Sort(x.vims)
	if x.designs, err = s.system.Designs(ctx); err != nil {
		return x, err
	}
	x.functions, err = s.system.Functions(ctx)
	return x, err
}

// merged returns the catalogue as it is with the offer.
func (x offer) merged(c testbeds.Catalogue) testbeds.Catalogue {
	c.VNFs, c.NSDs = slices.Clone(c.VNFs), slices.Clone(c.NSDs)
	for i, v := range c.VNFs {
		c.VNFs[i].Onboarded = slices.DeleteFunc(slices.Clone(v.Onboarded), func(vim string) bool { return slices.Contains(x.vims, vim) })
	}
	for _, f := range x.functions {
		i := slices.IndexFunc(c.VNFs, func(v testbeds.VNF) bool { return v.ID == f.ID })
		if i < 0 {
			c.VNFs, i = append(c.VNFs, testbeds.VNF{ID: f.ID, Name: f.Name}), len(c.VNFs)
		}
		size := testbeds.Quantities{}
		for name, n := range c.VNFs[i].Size { // gpus and others, which packages do not name
			size[name] = n
		}
		for name, n := range f.Size {
			if size[name] = n; n == 0 {
				delete(size, name)
			}
		}
		c.VNFs[i].Size = size
		c.VNFs[i].Onboarded = append(c.VNFs[i].Onboarded, x.vims...)
		slices.Sort(c.VNFs[i].Onboarded)
	}
	for _, d := range x.designs {
		if !slices.ContainsFunc(d.Members, func(m testbeds.Member) bool { return m.Index == "" || !has(c.VNFs, m.VNF) }) && len(d.Members) > 0 {
			c.NSDs = d.into(c.NSDs)
		}
	}
	return c
}

func has(list []testbeds.VNF, id string) bool {
	return slices.ContainsFunc(list, func(v testbeds.VNF) bool { return v.ID == id })
}

// into puts a design into a list of NSDs. The usual placement and the devices of one that is there stay, as far as they fit.
func (d Design) into(list []testbeds.NSD) []testbeds.NSD {
	i := slices.IndexFunc(list, func(n testbeds.NSD) bool { return n.ID == d.ID })
	if i < 0 {
		return append(list, testbeds.NSD{ID: d.ID, Name: d.Name, Members: d.Members})
	}
	n := list[i]
	n.Members, n.Placement = d.Members, nil
	for member, vim := range list[i].Placement {
		if member != testbeds.PlaceAll && !slices.ContainsFunc(d.Members, func(m testbeds.Member) bool { return m.Index == member }) {
			continue
		}
		if n.Placement == nil {
			n.Placement = testbeds.Placement{}
		}
		n.Placement[member] = vim
	}
	list[i] = n
	return list
}
