package testbeds

import (
	"fmt"
	"slices"
	"strings"

	"berth/testbeds/plain"
)

// Infrastructure names a VIM in the words of another system, such as the portal.
type Infrastructure struct {
	Account    string // the id of its account in an orchestrator (vimid)
	Datacenter string // the name of its datacenter (datacentername)
	Name       string // what people call it there; for messages only
}

// Locate returns the VIM that an infrastructure stands for, as "testbed/vim": by its account, its datacenter, "testbed/vim", or the id or name of a
// VIM or of a testbed with one VIM, if only one matches best. Else it says which rule that breaks.
func (f Facility) Locate(i Infrastructure) (where, rule string) {
	var found []string
	best := 0
	for _, t := range f.Testbeds {
		for _, v := range t.VIMs {
			score := i.matches(t, v)
			if score > best {
				found, best = nil, score
			}
			if score > 0 && score == best {
				found = append(found, t.ID+"/"+v.ID)
			}
		}
	}
	name := strings.Join(slices.DeleteFunc([]string{i.Account, i.Datacenter, i.Name}, func(s string) bool { return s == "" }), " ")
	name = plain.Clip(name, 60)
	switch len(found) {
	case 0:
		return "", fmt.Sprintf("no VIM has the vimid or datacentername of %q", name)
	case 1:
		return found[0], ""
	}
	return "", fmt.Sprintf("%q could be %s", name, strings.Join(found, " or "))
}

// matches rates the match between a VIM and the infrastructure; 0 for none.
func (i Infrastructure) matches(t Testbed, v VIM) int {
	is := func(name string, ids ...string) bool {
		return slices.ContainsFunc(ids, func(id string) bool { return name != "" && id != "" && strings.EqualFold(name, id) })
	}
	switch {
	case is(i.Account, v.Account):
		return 4
	case is(i.Datacenter, v.Datacenter):
		return 3
	case is(i.Datacenter, t.ID+"/"+v.ID) || is(i.Account, t.ID+"/"+v.ID):
		return 2
	case is(i.Datacenter, v.ID, v.Name) || is(i.Account, v.ID) || len(t.VIMs) == 1 && is(i.Datacenter, t.ID, t.Name):
		return 1
	}
	return 0
}
