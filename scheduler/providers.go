package scheduler

import (
	"context"
	"fmt"
	"slices"
	"time"

	"berth/scheduler/account"
	"berth/testbeds"
)

// ProviderChange says what a change of a testbed's list of providers means for one of them.
type ProviderChange struct {
	Username string `json:"username"`
	Testbed  string `json:"testbed"`
	Right    Right  `json:"right"`
}

// Right is what becomes of somebody's right to decide for a testbed.
type Right string

const (
	RightGranted   Right = "granted"
	RightTaken     Right = "taken"
	RightNoAccount Right = "no_account" // it comes with an account of that name that is made with the role of a provider
)

// letProviders gives those who are new in the lists of providers the right to decide for their testbeds, with the role, and takes it from those who are
// no longer there. It refuses a list that names a closed account, and one that leaves an account without any role.
func (d *decision) letProviders(ctx context.Context, before, after testbeds.Facility) (list []ProviderChange, err error) {
	var bad faults
	for i, t := range after.Testbeds {
		old, _ := before.Testbed(t.ID)
		for j, name := range t.Providers {
			if slices.Contains(old.Providers, name) {
				continue
			}
			right, rule, err := d.letProvide(ctx, name, t.ID)
			if err != nil {
				return nil, err
			}
			if rule != "" {
				bad.add(fmt.Sprintf("testbeds[%d].providers[%d]", i, j), "%s", rule)
			}
			if right != "" {
				list = append(list, ProviderChange{name, t.ID, right})
			}
		}
		for _, name := range old.Providers {
			if slices.Contains(t.Providers, name) {
				continue
			}
			right, rule, err := d.dropProvider(ctx, name, t.ID)
			if err != nil {
				return nil, err
			}
			if rule != "" {
				bad.add(fmt.Sprintf("testbeds[%d].providers", i), "%s", rule)
			}
			if right != "" {
				list = append(list, ProviderChange{name, t.ID, right})
			}
		}
	}
	return list, bad.err()
}

func (d *decision) letProvide(ctx context.Context, name, testbed string) (right Right, rule string, err error) {
	p, err := d.tx.Person(ctx, name)
	switch {
	case CodeOf(err) == CodeNotFound:
		return RightNoAccount, "", nil
	case err != nil:
		return "", "", err
	case p.Disabled:
		return "", fmt.Sprintf("names %s, whose account is closed", name), nil
	}
	before, provides := p, slices.Contains(p.Roles, account.RoleProvider)
	if provides && slices.Contains(p.Testbeds, testbed) {
		return "", "", nil
	}
	if !provides {
		p.Roles = append(slices.Clone(p.Roles), account.RoleProvider)
	}
	if !slices.Contains(p.Testbeds, testbed) {
		p.Testbeds = append(slices.Clone(p.Testbeds), testbed)
	}
	return RightGranted, "", d.putPerson(ctx, before, p)
}

func (d *decision) dropProvider(ctx context.Context, name, testbed string) (right Right, rule string, err error) {
	p, err := d.tx.Person(ctx, name)
	if CodeOf(err) == CodeNotFound {
		return "", "", nil
	}
	if err != nil || !slices.Contains(p.Testbeds, testbed) {
		return "", "", err
	}
	before := p
	p.Testbeds = slices.DeleteFunc(slices.Clone(p.Testbeds), func(id string) bool { return id == testbed })
	if len(p.Testbeds) == 0 {
		p.Roles = slices.DeleteFunc(slices.Clone(p.Roles), func(r account.Role) bool { return r == account.RoleProvider })
	}
	if len(p.Roles) == 0 {
		return "", fmt.Sprintf("must keep %s, who is a provider of nothing else and has no other role: give them one first, or close their account", name), nil
	}
	return RightTaken, "", d.putPerson(ctx, before, p)
}

func (d *decision) putPerson(ctx context.Context, before, p account.Person) error {
	p.Revision++
	return StorePerson(ctx, d.tx, d.actor, d.now.Truncate(time.Second), &before, p)
}
