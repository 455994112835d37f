package proof

import (
	"slices"

	"berth/testbeds"
)

// approved judges whether all testbeds of a grant were asked, and those whose approval is required gave it.
func (p *Proof) approved(r Request) {
	if !r.granted() {
		return
	}
	for _, testbed := range r.Demand.Testbeds() {
		i := slices.IndexFunc(r.Approvals, func(a Approval) bool { return a.Testbed == testbed })
		if i < 0 {
			p.say(r, "%s was never asked", testbed)
			continue
		}
		switch a := r.Approvals[i]; {
		case a.Decision == Approved:
			p.covers(r, a)
		case a.Required && a.Decision == "":
			p.say(r, "%s has not approved it, and nobody has overridden that", testbed)
		case a.Required && a.Decision == Refused && (a.At == nil || a.At.Before(r.History.Granted)):
			p.say(r, "%s had refused it before it was granted, and nobody has overridden that", testbed)
		}
	}
}

// covers judges whether a testbed approved the grant, or more of the same.
func (p *Proof) covers(r Request, a Approval) {
	if a.Slot == nil {
		p.say(r, "%s approved it, and nothing says what", a.Testbed)
		return
	}
	granted := r.Slot
	if r.Granted != nil {
		granted = *r.Granted // time that an overrun added needs no approval
	}
	if !a.Slot.Contains(granted) {
		p.say(r, "%s approved %s, but %s is granted", a.Testbed, *a.Slot, granted)
	}
	for _, n := range r.Demand {
		if n.Testbed != a.Testbed {
			continue
		}
		i := slices.IndexFunc(a.Demand, func(o testbeds.Need) bool { return o.Resource == n.Resource })
		switch {
		case i < 0 || a.Demand[i].Amount < n.Amount:
			p.say(r, "%s has not approved %d of %s", a.Testbed, n.Amount, n.Resource)
		case len(a.Demand[i].Units) > 0 && (len(n.Units) == 0 || !within(n.Units, a.Demand[i].Units)):
			p.say(r, "%s approved %s of %s, but %s is granted", a.Testbed, words(a.Demand[i].Units), n.Resource, words(n.Units))
		}
	}
}

// remembered judges whether the history of a request begins with its submission and ends with its status.
func (p *Proof) remembered(r Request) {
	switch h := r.History; {
	case h.Empty:
		p.say(r, "has no history")
	case h.First != "submit":
		p.say(r, "its history begins with %q and not with its submission", h.First)
	case h.Last != r.Status:
		p.say(r, "its history ends with %s", h.Last)
	}
}
