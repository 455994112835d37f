package web

import (
	"html/template"
	"slices"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/lateness"
	"berth/scheduler/phrases"
	"berth/testbeds"
)

// standing is the one banner of a request: what broke, else what it waits for, else what comes next.
type standing struct {
	Look  string // a class: failed, waits, fits, offer, plain
	Title template.HTML
	Lines []template.HTML
}

// Alert reports whether the banner interrupts a screen reader.
func (s standing) Alert() bool { return s.Look == "failed" }

// stands says how a request stands, for its reader.
func (x reader) stands(p *requestPage, who account.Actor, entries []scheduler.Entry) standing {
	r := p.R.Request
	if broken := x.broken(p); len(broken.Lines) > 0 {
		return broken
	}
	switch {
	case r.Status == scheduler.UnderReview:
		return x.reviewed(p, who)
	case r.PendingMove != nil:
		m := r.PendingMove
		return standing{Look: "waits", Title: markup("%s proposed a move to %s.", p.Names.Person(m.By), x.markSlot(m.Slot)),
			Lines: append([]template.HTML{markup("It waits for the approval of %s; until then the slot stays as it is.", strings.Join(p.Names.Beds(missing(m.Approvals)), " and "))}, x.deadline(r)...)}
	case r.Status == scheduler.Scheduled:
		return x.awaited(p)
	case r.Status.Begun():
		return standing{Look: "plain", Title: markup("%s until %s, %s.", sentenceCase(phrases.Status(r.Status)), x.mark(r.Slot.End), x.away(r.Slot.End)), Lines: []template.HTML{"Operators tear it down when the slot ends."}}
	}
	return x.over(p, entries)
}

// broken lists everything that a person must look at.
func (x reader) broken(p *requestPage) standing {
	r, s := p.R.Request, standing{Look: "failed"}
	if r.Status.Over() {
		return s
	}
	title := func(t template.HTML) {
		if s.Title == "" {
			s.Title = t
		} else {
			s.Lines = append(s.Lines, t)
		}
	}
	var over []string // what was missing when it was overbooked
	for _, o := range r.Overbooked {
		for _, c := range o.Conflicts {
			over = append(over, p.Names.conflict(x, c))
		}
	}
	if lost := slices.DeleteFunc(slices.Clone(p.Lost), func(line string) bool { return slices.Contains(over, line) }); len(lost) > 0 {
		title("It no longer has what it needs. Its slot stays booked, but this is missing:")
		s.Lines = append(s.Lines, plainLines(lost)...)
	}
	for _, f := range r.Flags {
		switch f.Kind {
		case scheduler.FlagFacility:
			if len(p.Lost) == 0 {
				title(markup("A change of the facility touches it."))
				s.Lines = append(s.Lines, markup("%s", sentence(x.humane(f.Text))))
			}
		case scheduler.FlagDisplaced:
			title("Its slot was given to another request. It needs a new one.")
			s.Lines = append(append(s.Lines, markup("The reason, given %s: %s", x.mark(f.At), x.humane(f.Text))), plainLines(p.Conflicts)...)
		case scheduler.FlagOverrun:
			title(markup("It runs past its end: it should have ended %s.", x.mark(planOf(r).End)))
			s.Lines = append(s.Lines, markup("It keeps its capacity until %s. Whoever comes next may be late.", x.mark(r.Slot.End)))
		case scheduler.FlagUnreported:
			title(x.absent(r))
			s.Lines = append(s.Lines, x.unreported(r)...)
		default:
			title(markup("%s", sentence(x.humane(f.Text))))
			s.Lines = append(s.Lines, markup("Since %s.", x.mark(f.At)))
		}
	}
	for _, o := range r.Overbooked {
		title(markup("Overbooked by %s: %s", p.Names.Person(o.By), o.Reason))
	}
	s.Lines = append(s.Lines, plainLines(over)...)
	return s
}

// absent says that nobody reported the start of a slot.
func (x reader) absent(r scheduler.Request) template.HTML {
	if plan := planOf(r); x.now.Before(plan.End) {
		return markup("Its slot began %s, and nobody has reported the start yet.", x.away(plan.Start))
	}
	return "Its slot has passed, and nobody reported a start."
}

// unreported says what becomes of a slot of which nobody reported the start.
func (x reader) unreported(r scheduler.Request) (lines []template.HTML) {
	plan := planOf(r)
	if r.Released != nil {
		lines = append(lines, markup("The rest of it, until %s, was given back %s. A start that is reported now takes it again, if it is still free.", x.mark(plan.End), x.mark(*r.Released)))
	}
	return append(lines, markup("An operator can say what happened, with the real times, until %s; then it is closed as a no-show.", x.mark(lateness.Closed(plan))))
}

// reviewed says what a request under review waits for.
func (x reader) reviewed(p *requestPage, who account.Actor) standing {
	r, n := p.R.Request, p.Names
	s := standing{Look: "waits"}
	for _, a := range r.Approvals {
		if a.Decision == scheduler.Refused {
			s.Look = "failed"
			s.Lines = append(s.Lines, markup("%s refused for %s: %s", n.Person(a.By), n.Bed(a.Testbed), a.Reason))
		}
	}
	if r.Wait != nil {
		s.Title, s.Lines = x.waits(r, p.R.Place)
		if r.Wait.Offer != "" {
			s.Look = "offer-banner"
		} else {
			s.Lines = append(s.Lines, plainLines(p.Conflicts)...)
		}
		return s
	}
	if open := openOffers(r); open > 0 {
		s.Look, s.Title = "offer-banner", markup("%s held for it instead of what it lost.", slotsAre(open))
		s.Lines = append(s.Lines, plainLines(p.Conflicts)...)
		return s
	}
	if !p.R.Fit.Fits {
		s.Look = "failed"
		s.Title = "At present it does not fit."
		s.Lines = append(append(s.Lines, plainLines(p.Conflicts)...), x.deadline(r)...)
		return s
	}
	wait := missing(r.Approvals)
	mine := false
	for _, id := range wait {
		mine = mine || who.Provides(id)
	}
	switch {
	case s.Look == "failed":
		s.Title = "A testbed refused. Another slot or another placement may do."
	case mine:
		s.Title = "It fits, and waits for your approval."
	case len(wait) > 0:
		s.Title = markup("It fits, and waits for the approval of %s.", strings.Join(n.Beds(wait), " and "))
	case r.Mentor == who.Username && who.Username != "":
		s.Look, s.Title = "fits", "It fits, and everybody has approved: it waits for your decision."
	case r.Mentor == "":
		s.Title = "It fits. It waits for a mentor to take it."
	default:
		s.Title = markup("It fits. It waits for %s, its mentor, to schedule it.", n.Person(r.Mentor))
	}
	s.Lines = append(s.Lines, x.deadline(r)...)
	if r.HoldUntil != nil && r.HoldUntil.After(x.now) {
		s.Lines = append(s.Lines, markup("Its slot is held until %s, %s.", x.mark(*r.HoldUntil), x.away(*r.HoldUntil)))
	}
	return s
}

// deadline says until when a request is to be decided, and what happens then.
func (x reader) deadline(r scheduler.Request) (lines []template.HTML) {
	switch by := r.DecideBy(); {
	case by == nil:
		return nil
	case by.At.After(x.now):
		lines = append(lines, markup("It is to be decided by %s, %s.", x.mark(by.At), x.away(by.At)))
		if r.Escalated() {
			lines = append(lines, "Others who can decide have been told.")
		}
	default:
		lines = append(lines, markup("It was to be decided by %s.", x.mark(by.At)))
	}
	for _, a := range r.Asked() {
		if a.Open() && a.Deadline != nil && a.Deadline.Default != "" {
			lines = append(lines, markup("If nobody says anything until then, it counts as %s for %s.", string(a.Deadline.Default), a.Testbed))
		}
	}
	return lines
}

// awaited says when a scheduled request begins, or that nobody reported it.
func (x reader) awaited(p *requestPage) standing {
	r := p.R.Request
	begins := r.Slot.Start
	if r.Occupied != nil {
		begins = r.Occupied.Start
	}
	switch {
	case !x.now.Before(r.Slot.End):
		return standing{Look: "failed", Title: x.absent(r), Lines: x.unreported(r)}
	case !x.now.Before(r.Slot.Start):
		return standing{Look: "waits", Title: x.absent(r)}
	case !x.now.Before(begins):
		return standing{Look: "waits", Title: markup("Its setup has begun: it starts %s, %s.", x.mark(r.Slot.Start), x.away(r.Slot.Start))}
	}
	s := standing{Look: "plain", Title: markup("It starts %s, %s.", x.mark(r.Slot.Start), x.away(r.Slot.Start))}
	if begins.Before(r.Slot.Start) {
		s.Lines = append(s.Lines, markup("Operators begin with its setup %s.", x.mark(begins)))
	}
	if n := r.Needed; n != nil && n.Confirmed == nil {
		s.Look = "waits"
		s.Lines = append(s.Lines, markup("%s was asked %s whether it is still needed, and has not answered.", p.Names.Person(r.Experimenter), x.mark(n.Asked)))
	} else if n != nil {
		s.Lines = append(s.Lines, markup("It is still needed, said %s.", p.Names.Person(n.By)))
	}
	return s
}

// over says how a request ended.
func (x reader) over(p *requestPage, entries []scheduler.Entry) standing {
	r, s := p.R.Request, standing{Look: "plain"}
	e, ok := turn(entries, r.Status)
	by := p.Names.Person(e.Actor)
	if ok && e.Reason != "" {
		s.Lines = append(s.Lines, markup("%s: %s", by, e.Reason))
	}
	switch open := openOffers(r); {
	case r.Status == scheduler.Rejected && open > 0:
		whom := p.Names.Person(r.Experimenter)
		if p.Can[string(scheduler.ActionAcceptOffer)] {
			whom = "you"
		}
		s.Look = "offer-banner"
		s.Title = markup("Its slot could not be given. %s held for %s instead.", slotsAre(open), whom)
	case r.Status == scheduler.Rejected:
		s.Title = "It was rejected."
	case r.Status == scheduler.Cancelled && ok && e.Action == scheduler.ActionNoShow:
		s.Title = "It was closed as a no-show: nobody reported anything about it within seven days."
		if r.NoShow != nil && p.Can[string(scheduler.ActionComplete)] {
			s.Lines = append(s.Lines, markup("If it did take place, report its end with the real times, until %s.", x.mark(r.NoShow.Add(lateness.Correctable))))
		}
	case r.Status == scheduler.Cancelled:
		s.Title = markup("It was cancelled by %s. Its capacity is free again.", by)
	case r.Status == scheduler.Failed:
		s.Look, s.Title = "failed", "It failed."
	default:
		s.Title = "It is over."
		if a := r.Actual; a != nil && a.Start != nil && a.End != nil {
			s.Title = markup("It is over: it ran for %s.", lasting(a.End.Sub(*a.Start)))
		}
	}
	return s
}

// openOffers counts the offers that can still be taken.
func openOffers(r scheduler.Request) (n int) {
	for _, o := range r.Offers {
		if o.State == scheduler.OfferOpen {
			n++
		}
	}
	return n
}

func slotsAre(n int) string {
	if n == 1 {
		return "Another slot is"
	}
	return "Other slots are"
}

// planOf returns the slot that was granted, else the one asked for.
func planOf(r scheduler.Request) testbeds.Slot {
	if r.Scheduled != nil {
		return *r.Scheduled
	}
	return r.Slot
}

// missing lists the testbeds that must still approve.
func missing(list []scheduler.Approval) (ids []string) {
	for _, a := range list {
		if a.Open() {
			ids = append(ids, a.Testbed)
		}
	}
	return ids
}

func (n names) Beds(ids []string) (list []string) {
	for _, id := range ids {
		list = append(list, n.Bed(id))
	}
	return list
}

func plainLines(list []string) (lines []template.HTML) {
	for _, text := range list {
		lines = append(lines, markup("%s", text))
	}
	return lines
}

func sentenceCase(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
