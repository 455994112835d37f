package intake

import (
	"context"
	"fmt"
	"slices"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// Finding is the result of one check.
type Finding struct {
	What, Detail, Remedy string
	OK                   bool
}

// Catalogue knows which designs there are.
type Catalogue interface {
	Catalogue(ctx context.Context, a account.Actor) (testbeds.Catalogue, int64, error)
}

// Check examines whether the portal answers, and whether each of its open orders could be taken. It writes nothing.
func (s *Sync) Check(ctx context.Context, c Catalogue) (list []Finding, err error) {
	f, _, err := s.requests.Facility(ctx, account.System)
	if err != nil {
		return nil, err
	}
	known, _, err := c.Catalogue(ctx, account.System)
	if err != nil {
		return nil, err
	}
	found, err := s.portal.Orders(ctx)
	if err != nil {
		fault := s.portal.Fault(err)
		if fault.Text == "" {
			return nil, err
		}
		return []Finding{{What: "sign-in", Detail: fault.Text, Remedy: fault.Remedy}}, nil
	}
	list = []Finding{{What: "sign-in", OK: true, Detail: fmt.Sprintf("the account is taken; %d orders are listed", len(found))}}
	for _, o := range found {
		if o.Problem == "" && o.Status.Over() {
			continue
		}
		if why, remedy := s.obstacle(o, f, known); why != "" {
			list = append(list, Finding{What: "order", Detail: fmt.Sprintf("%s (%s) cannot be taken: %s", o.Key, line(o.Name, 80), why), Remedy: remedy})
		}
	}
	return list, nil
}

// obstacle says why an order cannot be taken, as far as that shows without trying.
func (s *Sync) obstacle(o Order, f testbeds.Facility, c testbeds.Catalogue) (why, remedy string) {
	if o.Problem != "" {
		return o.Problem, "mend it in the portal: " + o.URL
	}
	if o.Design != "" && !slices.ContainsFunc(c.NSDs, func(n testbeds.NSD) bool { return n.ID == o.Design }) {
		return fmt.Sprintf("%s is no NSD of the catalogue", line(o.Design, 80)), "onboard it in the catalogue"
	}
	for _, p := range o.Places {
		if _, rule := s.place(p, f); rule != "" {
			return fmt.Sprintf("the place of member %s: %s", line(p.Member, 80), rule), "give the VIM its vimid or datacentername in the facility, or name it under vims for this portal"
		}
	}
	if o.Owner.Email == "" && o.Status == scheduler.UnderReview {
		return "its owner has no address", "give the person an address in the portal"
	}
	return "", ""
}
