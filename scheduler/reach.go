package scheduler

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"berth/testbeds"
	"berth/testbeds/capacity"
)

// reach says how far a change of facility or catalogue reaches: what it can take from, or give back to, a booking. Everything else stays as it was, and
// is neither locked nor looked at.
type reach struct {
	beds    []string // testbeds that change
	remade  []string // those among them of which more changes than time: whatever they offer may be gone
	recast  []string // testbeds on which a VNF can run no longer, or can run again
	touched []string // all of these
}

// reachOf compares facilities and catalogues before and after a change.
func reachOf(before, after testbeds.Facility, was, is testbeds.Catalogue) reach {
	r := reach{beds: changedTestbeds(before, after)}
	for _, id := range r.beds {
		old, had := before.Testbed(id)
		now, has := after.Testbed(id)
		if !had || !has || !reflect.DeepEqual(old.Timeless(), now.Timeless()) {
			r.remade = append(r.remade, id)
		}
	}
	r.recast = recast(after, was, is)
	r.touched = sorted(slices.Concat(r.beds, r.recast))
	return r
}

// recast lists the testbeds on which the catalogues disagree about whether some VNF can run. A VNF that comes or goes counts where it is onboarded: a
// request keeps what it had when the catalogue no longer names it.
func recast(f testbeds.Facility, was, is testbeds.Catalogue) []string {
	if reflect.DeepEqual(was.VNFs, is.VNFs) {
		return nil
	}
	beds := map[string]bool{}
	differ := func(a, b testbeds.VNF) {
		for _, where := range slices.Concat(a.Onboarded, b.Onboarded) {
			id, vim, _ := strings.Cut(where, "/")
			if t, _ := f.Testbed(id); !slices.Equal(hindrances(a, where, t, vim), hindrances(b, where, t, vim)) {
				beds[id] = true
			}
		}
	}
	for _, v := range was.VNFs {
		now, _ := is.VNF(v.ID)
		differ(v, now)
	}
	for _, v := range is.VNFs {
		if _, had := was.VNF(v.ID); !had {
			differ(testbeds.VNF{}, v)
		}
	}
	return slices.Collect(maps.Keys(beds))
}

// hindrances lists why a VNF cannot run on a VIM, as far as its catalogue says.
func hindrances(v testbeds.VNF, where string, t testbeds.Testbed, id string) []string {
	var list []string
	if !slices.Contains(v.Onboarded, where) {
		list = append(list, "")
	}
	vim, _ := t.VIM(id)
	for _, feature := range v.Requires {
		if !slices.Contains(t.Features, feature) && !slices.Contains(vim.Features, feature) {
			list = append(list, feature)
		}
	}
	return list
}

// changedTestbeds lists the ids of testbeds that differ between two facilities.
func changedTestbeds(before, after testbeds.Facility) []string {
	index := func(f testbeds.Facility) map[string]testbeds.Testbed {
		m := make(map[string]testbeds.Testbed, len(f.Testbeds))
		for _, t := range f.Testbeds {
			m[t.ID] = t
		}
		return m
	}
	was, is := index(before), index(after)
	var ids []string
	for _, t := range before.Testbeds {
		if now, ok := is[t.ID]; !ok || !reflect.DeepEqual(t, now) {
			ids = append(ids, t.ID)
		}
	}
	for _, t := range after.Testbeds {
		if _, ok := was[t.ID]; !ok {
			ids = append(ids, t.ID)
		}
	}
	return ids
}

// altered lists the VIMs and devices of changed testbeds whose capacity differs over time.
func (r reach) altered(before, after *capacity.Federation) map[testbeds.Resource]bool {
	all := map[testbeds.Resource]bool{}
	for _, id := range r.beds {
		maps.Copy(all, before.Recast(after, id))
	}
	return all
}
