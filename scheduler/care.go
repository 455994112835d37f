package scheduler

import (
	"context"
	"fmt"
	"slices"
	"time"

	"berth/testbeds"
)

// careStep is the time between steps. A change searches alternatives for few requests in its own transaction (Options.CareAtOnce). The others follow in
// steps of as many, so that no decision waits for all of them.
const careStep = 2 * time.Second

// Care is what is still to be done for a request that a change hit beside many others: alternatives to hold, or a slot to move it to. The most important
// requests come first. It goes with the flag that says what was lost.
type Care struct {
	At      time.Time          `json:"at"`
	Replace testbeds.Replacing `json:"replace"`
	Terms   CareTerms          `json:"terms"`
}

// CareTerms say who made a change, why, and for which testbeds they speak.
type CareTerms struct {
	By       string   `json:"by"`
	Via      string   `json:"via,omitempty"`
	Reason   string   `json:"reason,omitempty"`
	Testbeds []string `json:"testbeds,omitempty"`

	Everywhere bool `json:"everywhere,omitempty"` // they speak for every testbed
}

func (t CareTerms) speaksFor(testbed string) bool {
	return t.Everywhere || slices.Contains(t.Testbeds, testbed)
}

// later says when the n-th request that a change breaks is cared for; nil for at once.
func (d *decision) later(n int, how testbeds.Replacing, terms CareTerms) *Care {
	at := d.s.o.CareAtOnce
	if n < at || how == testbeds.ReplaceNever {
		return nil
	}
	return &Care{At: d.now.Truncate(time.Second).Add(time.Duration(n/at) * careStep), Replace: how, Terms: terms}
}

// stillCared keeps the care while the request lacks something and has not begun.
func (r Request) stillCared() *Care {
	if r.Care == nil || !r.Status.Ahead() || !slices.ContainsFunc(r.Flags, func(f Flag) bool { return f.Kind == FlagFacility }) {
		return nil
	}
	return r.Care
}

// care does for one request what its change left for later.
func (d *decision) care(ctx context.Context, r Request) (Request, error) {
	if r.Care == nil || r.Care.At.After(d.now) {
		return r, nil
	}
	before, care := r, *r.Care
	r.Care = nil
	if care.Replace == testbeds.ReplaceTold && r.Status == Scheduled {
		var to Request
		moved := false
		err := d.snapshot(func(w snapshot) (err error) {
			to, moved, err = d.replace(ctx, before, r, care.Terms, w)
			return err
		}, r.bookings()...)
		if moved || err != nil {
			return to, err
		}
	}
	already := len(r.Offers)
	if err := d.snapshot(func(w snapshot) error { return d.compensate(ctx, &r, w) }); err != nil {
		return r, err
	}
	text := "no other slot was found for it"
	if n := len(r.Offers) - already; n > 0 {
		text = fmt.Sprintf("alternatives are held for it: %d", n)
	}
	return d.save(ctx, before, r, note{action: ActionFlag, reason: care.Terms.Reason, text: text})
}
