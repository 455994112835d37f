package scheduler

import "berth/testbeds"

// These lists name every field of a request that a reader with limited rights sees. A field that is in none of them is for mentors, operators and
// administrators alone, until it is added to its list and to the table of TestEveryFieldIsShownOrMasked.

// shown keeps the fields of a request that its experimenter and the providers of its testbeds may know.
func (r Request) shown() Request {
	return Request{
		ID: r.ID, Number: r.Number, Name: r.Name, NSD: r.NSD, Description: r.Description, Organisation: r.Organisation,
		Experimenter: r.Experimenter, Mentor: r.Mentor, Status: r.Status, Priority: r.Priority, Wait: one(r.Wait, Wait.shown),
		Slot: r.Slot, Requested: r.Requested, Window: r.Window, MinDuration: r.MinDuration,
		Components: r.Components, Devices: r.Devices, Placement: r.Placement, Demand: r.Demand,
		Approvals: each(r.Approvals, Approval.shown), Offers: each(r.Offers, Offer.shown), Scheduled: r.Scheduled, Occupied: r.Occupied, Headroom: one(r.Headroom, Headroom.shown),
		Actual: one(r.Actual, Actual.shown), PendingMove: one(r.PendingMove, PendingMove.shown), Units: each(r.Units, AssignedUnits.shown),
		Deadline: r.Deadline, Lateness: r.Lateness, Released: r.Released, NoShow: r.NoShow, Needed: one(r.Needed, Needed.shown),
		Booking: r.Booking, HoldUntil: r.HoldUntil, Series: one(r.Series, InSeries.shown), Ticket: one(r.Ticket, Ticket.shown), Origin: r.Origin,
		Overbooked: each(r.Overbooked, Overbook.shown), Flags: each(r.Flags, Flag.shown), Judged: one(r.Judged, Judgement.shown), Waived: each(r.Waived, Waiver.shown), Overrun: r.Overrun, Driven: r.Driven, Remark: one(r.Remark, CalendarNote.shown),
		Portal: r.Portal, Revision: r.Revision, Created: r.Created, Updated: r.Updated, Sequence: r.Sequence, Due: r.Due, Reminded: r.Reminded, Care: r.Care,
	}
}

func (a Approval) shown() Approval {
	return Approval{Testbed: a.Testbed, Policy: a.Policy, Decision: a.Decision, By: a.By, At: a.At, Reason: a.Reason, Slot: a.Slot, Demand: a.Demand, Revision: a.Revision, Deadline: a.Deadline}
}

func (o Offer) shown() Offer {
	return Offer{ID: o.ID, For: o.For, State: o.State, Made: o.Made, Waited: o.Waited, Expires: o.Expires, What: o.What, Booking: o.Booking, Accepted: o.Accepted} // Link: see show
}

func (w Wait) shown() Wait {
	return Wait{For: w.For, Within: w.Within, MaxCost: w.MaxCost, Until: w.Until, Since: w.Since, Offer: w.Offer, IfMissed: w.IfMissed, Missed: w.Missed, Places: w.Places, Reach: w.Reach}
}

func (h Headroom) shown() Headroom {
	return Headroom{Start: h.Start, End: h.End, By: h.By, At: h.At, Then: each(h.Then, shownConflict)}
}

func (a Actual) shown() Actual { return Actual{Start: a.Start, End: a.End} }

func (n Needed) shown() Needed { return Needed{Asked: n.Asked, Confirmed: n.Confirmed, By: n.By} }

func (m PendingMove) shown() PendingMove {
	return PendingMove{Slot: m.Slot, Placement: m.Placement, Devices: m.Devices, Demand: m.Demand, Approvals: each(m.Approvals, Approval.shown), By: m.By, At: m.At, Reason: m.Reason, Booking: m.Booking}
}

func (u AssignedUnits) shown() AssignedUnits {
	return AssignedUnits{Testbed: u.Testbed, Device: u.Device, Units: u.Units}
}

func (t Ticket) shown() Ticket { return Ticket{Key: t.Key, URL: t.URL, Series: t.Series} }

func (o Overbook) shown() Overbook {
	return Overbook{At: o.At, By: o.By, Reason: o.Reason, Conflicts: each(o.Conflicts, shownConflict)}
}

func (f Flag) shown() Flag { return Flag{Kind: f.Kind, At: f.At, Text: f.Text} }

func (j Judgement) shown() Judgement {
	return Judgement{Policy: j.Policy, Quotas: j.Quotas, Limits: j.Limits, Hook: j.Hook}
}

func (w Waiver) shown() Waiver {
	return Waiver{At: w.At, By: w.By, Reason: w.Reason, Policy: w.Policy, Refusals: w.Refusals}
}

func (r CalendarNote) shown() CalendarNote {
	return CalendarNote{At: r.At, By: r.By, Slot: r.Slot, Text: r.Text}
}

func (x InSeries) shown() InSeries {
	return InSeries{ID: x.ID, Number: x.Number, Place: x.Place, Of: x.Of}
}

func (x SeriesStep) shown() SeriesStep {
	return SeriesStep{Series: x.Series, Number: x.Number, Step: x.Step, Of: x.Of, Lead: x.Lead, All: x.All}
}

func (f Feedback) shown() Feedback {
	return Feedback{ID: f.ID, Request: f.Request, Author: f.Author, At: f.At, Text: f.Text}
}

func (e Entry) shown() Entry {
	return Entry{ID: e.ID, Request: e.Request, At: e.At, Actor: e.Actor, Via: e.Via, Action: e.Action, From: e.From, To: e.To, Reason: e.Reason, Text: e.Text,
		Verdict: one(e.Verdict, shownVerdict), Policy: e.Policy, Series: one(e.Series, SeriesStep.shown)}
}

func (e Event) shown() Event {
	return Event{Sequence: e.Sequence, At: e.At, Kind: e.Kind, Action: e.Action, Actor: e.Actor, Via: e.Via, Request: e.Request, Number: e.Number, From: e.From,
		Status: e.Status, Testbeds: e.Testbeds, Text: e.Text, Reason: e.Reason, Remark: e.Remark, Mentions: e.Mentions, Series: one(e.Series, SeriesStep.shown)}
}

// shownVerdict keeps the fields of a verdict whose takers may be named; mask hides other takers behind busy.
func shownVerdict(v testbeds.Verdict) testbeds.Verdict {
	return testbeds.Verdict{Fits: v.Fits, Problems: v.Problems, Conflicts: each(v.Conflicts, shownConflict), Contenders: each(v.Contenders, shownTaker),
		Longest: v.Longest, Truncated: v.Truncated}
}

func shownConflict(c testbeds.Conflict) testbeds.Conflict {
	return testbeds.Conflict{Resource: c.Resource, Interval: c.Interval, Needed: c.Needed, Free: c.Free, ShortBy: c.ShortBy, Units: c.Units,
		TakenBy: each(c.TakenBy, shownTaker), More: c.More}
}

func shownTaker(t testbeds.Taker) testbeds.Taker {
	return testbeds.Taker{Kind: t.Kind, Booking: t.Booking, Request: t.Request, Strength: t.Strength, Summary: t.Summary, Amount: t.Amount, Units: t.Units, Interval: t.Interval}
}

// busy keeps the public part of a taker that may not be named: that capacity is taken, when and how much.
func busy(t testbeds.Taker) testbeds.Taker {
	return testbeds.Taker{Kind: t.Kind, Strength: t.Strength, Summary: "busy", Amount: t.Amount, Interval: t.Interval}
}

// each applies a list of fields to every item, in a new list.
func each[T any](list []T, fields func(T) T) []T {
	if list == nil {
		return nil
	}
	out := make([]T, len(list))
	for i, x := range list {
		out[i] = fields(x)
	}
	return out
}

// one applies a list of fields to x, if there is one.
func one[T any](x *T, fields func(T) T) *T {
	if x == nil {
		return nil
	}
	return new(fields(*x))
}
