package web

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// deskWay is a way to decide: as asked, at another slot, in the place of others, beyond what there is, or not at all.
type deskWay struct {
	Value string // of the field way
	Kind  string // asked, take, displace, overbook, reject
	Title string
	Lines []string
	Slot  *testbeds.Slot // of another slot
	Must  bool           // a reason is required
	out   wayOut
}

// deskOffer is a slot that a rejection can offer.
type deskOffer struct {
	Number  int
	Text    string
	JSON    string
	Checked bool
	out     wayOut
}

// Kinds of ways, as the field way begins with them. The other slots are written as alternatives.
const (
	wayAsked    = "asked"
	wayTake     = "take" // another slot or placement
	wayDisplace = "displace"
	wayOverbook = "overbook"
	wayReject   = "reject"
)

// try takes, or foresees, what a way does.
func (s *site) try(ctx context.Context, who account.Actor, p *deskPage, way, reason string, dry bool, revision int64, form url.Values) (scheduler.Outcome, error) {
	kind, rest, _ := strings.Cut(way, " ")
	var slot *testbeds.Slot
	if p.Other {
		slot = &p.Slot
	}
	var override *scheduler.Override
	to := wish{slot: slot}
	switch kind {
	case wayReject:
		return s.rejects(ctx, who, p, reason, dry, revision, form)
	case wayDisplace:
		override = &scheduler.Override{Mode: scheduler.OverrideDisplace, Reason: reason, Displace: strings.Fields(rest)}
	case wayOverbook:
		override = &scheduler.Override{Mode: scheduler.OverrideOverbook, Reason: reason}
	case wayAsked:
	default:
		var err error
		if to, err = readWish(url.Values{"take": {way}}, time.UTC, p.R.Request); err != nil {
			return scheduler.Outcome{}, err
		}
	}
	if p.Pass && override == nil {
		override = &scheduler.Override{Mode: scheduler.OverrideApprovals, Reason: reason}
	}
	if p.Against && override == nil {
		override = &scheduler.Override{Mode: scheduler.OverridePolicy, Reason: reason}
	}
	if override != nil {
		override.Policy = p.Against && override.Mode != scheduler.OverridePolicy
	}
	if p.Action == scheduler.ActionMove {
		return s.service.Move(ctx, who, p.R.ID, scheduler.Move{Slot: to.slot, Placement: to.placement, Devices: to.devices, Reason: reason, Override: override, DryRun: dry, Revision: revision})
	}
	return s.service.Schedule(ctx, who, p.R.ID, scheduler.Schedule{Slot: to.slot, Placement: to.placement, Devices: to.devices, Reason: reason, Override: override, DryRun: dry, Revision: revision})
}

// foretell tells what a way would do. Where the policy does not allow it, and the reader may decide against it, that is noted, and the rest foretold.
func (s *site) foretell(ctx context.Context, who account.Actor, p *deskPage, way, reason string, form url.Values) (scheduler.Outcome, error) {
	against := p.Against
	defer func() { p.Against = against }()
	p.Against, p.Breaks = false, ""
	out, err := s.try(ctx, who, p, way, reason, true, 0, form)
	if e, ok := asError(err); ok && len(e.Refusals) > 0 && slices.Contains(e.Overrides, scheduler.OverridePolicy) {
		p.Against, p.Breaks = true, sentence(s.readerOf(who).humane(e.Message))
		out, err = s.try(ctx, who, p, way, orElse(true, reason), true, 0, form)
	}
	return out, err
}

// rejects rejects a request with the ticked offers.
func (s *site) rejects(ctx context.Context, who account.Actor, p *deskPage, reason string, dry bool, revision int64, form url.Values) (scheduler.Outcome, error) {
	offers, err := chosenOffers(form)
	if err != nil {
		return scheduler.Outcome{}, err
	}
	in := scheduler.Reject{Reason: reason, Offers: offers, HoldFor: testbeds.Period{Clock: time.Duration(p.Hold) * 24 * time.Hour}, DryRun: dry, Revision: revision}
	return s.service.Reject(ctx, who, p.R.ID, in)
}

// foreseen stands for the reason of a decision that is only foreseen.
const foreseen = "…"

// weigh finds out whether the slot can be given, what is in the way, and every way out.
func (s *site) weigh(ctx context.Context, who account.Actor, p *deskPage) error {
	x := s.readerOf(who)
	if p.Action == "" || p.Action == scheduler.ActionMove && !p.Other {
		p.judged(x, s.nameTakers(ctx, who, p.R.Fit))
		list, err := s.waysFor(ctx, who, p.R)
		if err != nil {
			return err
		}
		if p.Action != "" {
			p.elsewhere(x, who, list)
		}
		return s.offer(ctx, who, p)
	}
	out, err := s.foretell(ctx, who, p, wayAsked, foreseen, nil)
	defer func(breaks string) { p.Breaks = breaks }(p.Breaks) // the ways that are looked for have their own
	e, refused := asError(err)
	switch {
	case err == nil:
		p.judged(x, s.nameTakers(ctx, who, out.Fit))
		p.Ways = append(p.Ways, deskWay{Value: wayAsked, Kind: wayAsked, Title: p.verb() + p.forSlot(x)})
	case refused && e.Code == scheduler.CodeInvalid:
		_, p.Problem = s.explained(who, err)
		p.Problem.Message = "This slot cannot be given."
	case refused && e.Code == scheduler.CodeConflict && (e.Verdict != nil || len(e.Overrides) > 0):
		if err := s.refused(ctx, who, p, *e); err != nil {
			return err
		}
	default:
		return err
	}
	return s.offer(ctx, who, p)
}

// mostNamed bounds the requests whose names are read for a verdict.
const mostNamed = 12

// nameTakers gives the requests of a verdict their names, as far as the reader may know them.
func (s *site) nameTakers(ctx context.Context, who account.Actor, v testbeds.Verdict) testbeds.Verdict {
	known := map[int64]string{}
	named := func(list []testbeds.Taker) []testbeds.Taker {
		list = slices.Clone(list)
		for i, t := range list {
			if t.Request == 0 || t.Summary != "" {
				continue
			}
			if _, read := known[t.Request]; !read && len(known) < mostNamed {
				if r, err := s.service.Get(ctx, who, strconv.FormatInt(t.Request, 10)); err == nil { // the number is enough where it cannot be read
					known[t.Request] = r.Name
				}
			}
			list[i].Summary = known[t.Request]
		}
		return list
	}
	v.Conflicts = slices.Clone(v.Conflicts)
	for i := range v.Conflicts {
		v.Conflicts[i].TakenBy = named(v.Conflicts[i].TakenBy)
	}
	v.Contenders = named(v.Contenders)
	return v
}

// judged takes over a verdict on the slot.
func (p *deskPage) judged(x reader, v testbeds.Verdict) {
	p.Fits, p.Conflicts, p.Rivals = v.Fits, p.Names.conflicts(x, v), v.Contenders
	for i := range p.Conflicts { // the slot stands above them
		p.Conflicts[i] = strings.Replace(p.Conflicts[i], ", "+x.slot(p.Slot), "", 1)
	}
}

// refused lists the ways out of a refusal: other slots, and the overrides that the reader may use.
func (s *site) refused(ctx context.Context, who account.Actor, p *deskPage, e scheduler.Error) error {
	x := s.readerOf(who)
	if e.Verdict == nil { // it fits, and waits for approvals
		p.judged(x, s.nameTakers(ctx, who, testbeds.Verdict{Fits: true, Contenders: p.R.Fit.Contenders}))
		p.Ways = append(p.Ways, deskWay{Value: wayAsked, Kind: wayAsked, Title: p.verb() + p.forSlot(x)})
		return nil
	}
	v := s.nameTakers(ctx, who, *e.Verdict)
	p.judged(x, v)
	list, err := s.byDay(ctx, who, asksFor(p.R), p.Slot, x.zone, e.Alternatives)
	if err != nil && scheduler.CodeOf(err) != scheduler.CodeInvalid {
		return err
	}
	p.elsewhere(x, who, withLongest(list, v))
	if slices.Contains(e.Overrides, scheduler.OverrideDisplace) {
		if err := s.room(ctx, who, p, v, e.Displace); err != nil {
			return err
		}
	}
	if slices.Contains(e.Overrides, scheduler.OverrideOverbook) {
		p.Ways = append(p.Ways, deskWay{Value: wayOverbook, Kind: wayOverbook, Must: true, Title: "Overbook", Lines: p.excess(x, v)})
	}
	return nil
}

// elsewhere adds the alternatives that the reader can take.
func (p *deskPage) elsewhere(x reader, who account.Actor, list []testbeds.Alternative) {
	for _, a := range list {
		if len(p.Ways) == ghosts || !takes(p.Action, who, p.R.Request, a) {
			continue
		}
		out := wayOut{Slot: a.Slot, Changes: changesOf(a), JSON: asTaken(a)}
		p.Ways = append(p.Ways, deskWay{Value: out.JSON, Kind: wayTake, Title: x.slot(a.Slot), Lines: out.Changes, Slot: &a.Slot, out: out})
	}
}

// drawn returns the slots that the picture shows beside the one under consideration: those to offer with a rejection, else those among the ways.
func (p *deskPage) drawn() (list []wayOut) {
	if p.Chosen == wayReject {
		for _, o := range p.Offers {
			list = append(list, o.out)
		}
		return list
	}
	for _, w := range p.Ways {
		if w.Slot != nil {
			list = append(list, w.out)
		}
	}
	return list
}

// offer adds the rejection, with the slots that it can offer: the one under consideration, where it is free, and the best others.
func (s *site) offer(ctx context.Context, who account.Actor, p *deskPage) error {
	if !p.Rejects {
		return nil
	}
	x := s.readerOf(who)
	out, err := s.service.Reject(ctx, who, p.R.ID, scheduler.Reject{Reason: foreseen, Count: waysShown, DryRun: true})
	if err != nil {
		if e, ok := asError(err); !ok || e.Code != scheduler.CodeConflict && e.Code != scheduler.CodeInvalid {
			return err
		}
	}
	p.Ways = append(p.Ways, deskWay{Value: wayReject, Kind: wayReject, Must: true, Title: "Reject, and offer other slots"})
	if p.Other && p.Fits {
		p.Offers = append(p.Offers, deskOffer{Text: x.slot(p.Slot) + " (chosen on the picture)", JSON: asTaken(testbeds.Alternative{Slot: p.Slot}), Checked: true, out: wayOut{Slot: p.Slot}})
	}
	for _, o := range out.Request.Offers[min(len(p.R.Offers), len(out.Request.Offers)):] {
		if p.Other && o.What.Slot.Equal(p.Slot) {
			continue
		}
		p.Offers = append(p.Offers, deskOffer{Number: len(p.Offers), Text: strings.Join(append([]string{x.slot(o.What.Slot)}, changesOf(o.What)...), "; "), JSON: asTaken(o.What), Checked: len(p.Offers) < ghosts, out: wayOut{Slot: o.What.Slot, Changes: changesOf(o.What)}})
	}
	return nil
}
