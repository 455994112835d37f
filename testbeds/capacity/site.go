package capacity

import (
	"cmp"
	"slices"

	"berth/testbeds"
)

// site is a testbed with its pools, laid out over time. Sites are what a change of the facility exchanges (see Refit).
type site struct {
	mark  *mark
	laid  testbeds.Slot // the time over which closures, openings and capacity changes are expanded
	pools []*pool       // as the facility has them
}

func newSite(t testbeds.Testbed, laid testbeds.Slot, own *mark) (*site, error) {
	made, err := pools(t, laid)
	for _, p := range made {
		p.mark = own
	}
	return &site{mark: own, laid: laid, pools: made}, err
}

// at returns where the pool of a resource is; -1 for nowhere.
func (s *site) at(r testbeds.Resource) int {
	return slices.IndexFunc(s.pools, func(x *pool) bool { return x.key.VIM == r.VIM && x.key.Device == r.Device })
}

// pool finds the pool of a resource; nil if the facility does not have it.
func (f *Federation) pool(r testbeds.Resource) *pool {
	i, ok := f.beds[r.Testbed]
	if !ok {
		return nil
	}
	if at := f.sites[i].at(r); at >= 0 {
		return f.sites[i].pools[at]
	}
	return nil
}

// poolsOf returns the pools of a testbed, in the order of the facility.
func (f *Federation) poolsOf(testbed string) []*pool {
	i, ok := f.beds[testbed]
	if !ok {
		return nil
	}
	return f.sites[i].pools
}

// writable returns the pool as this federation may change it: its own, else a copy. In a fork the copy has only the fork's own claims.
func (f *Federation) writable(p *pool) *pool {
	i := f.beds[p.key.Testbed]
	at := f.sites[i].at(p.key)
	if now := f.sites[i].pools[at]; now.mark == f.mark {
		return now
	}
	if !f.own {
		f.sites, f.own = slices.Clone(f.sites), true
	}
	if f.sites[i].mark != f.mark {
		f.sites[i] = &site{mark: f.mark, laid: f.sites[i].laid, pools: slices.Clone(f.sites[i].pools)}
	}
	c := *f.sites[i].pools[at]
	c.mark, c.free = f.mark, c.free.Fork()
	if f.base != nil {
		c.claims, c.settled, c.pending = newClaimIndex(), newClaimIndex(), newClaimIndex()
	} else {
		c.claims, c.settled, c.pending = c.claims.Fork(), c.settled.Fork(), c.pending.Fork()
	}
	f.sites[i].pools[at] = &c
	return &c
}

// inOrder compares resources of pools by their places in the facility.
func (f *Federation) inOrder(a, b testbeds.Resource) int {
	i, j := f.beds[a.Testbed], f.beds[b.Testbed]
	return cmp.Or(cmp.Compare(i, j), cmp.Compare(f.sites[i].at(a), f.sites[j].at(b)))
}
