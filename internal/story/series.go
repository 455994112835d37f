package story

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/series"
	"berth/testbeds"
)

// repeated submits a series, on the wall clock of a zone whose clocks may change meanwhile: all or nothing, or what fits of it, or even what does not.
func (m *machine) repeated(rt *rapid.T) {
	zone := rapid.SampledFrom([]string{"Europe/Dublin", "Europe/Madrid", "America/Sao_Paulo", "Australia/Lord_Howe"}).Draw(rt, "zone")
	first := m.slot(rt)
	length := min(first.Duration(), 6*time.Hour)
	where, err := time.LoadLocation(zone)
	m.must(err)
	local := first.Start.In(where)
	in := scheduler.SeriesSubmission{Name: "series", Mentor: "monika", Anyway: m.rarely(rt), DryRun: m.rarely(rt), SeriesAsk: scheduler.SeriesAsk{
		NSD: rapid.SampledFrom([]string{"c2gran", "video", "video", "probe", "marathon"}).Draw(rt, "nsd"),
		Plan: series.Plan{Start: testbeds.LocalTime{Time: time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), 0, 0, time.UTC)}, Zone: zone,
			Duration: testbeds.Period{Clock: length},
			Rule: fmt.Sprintf("FREQ=%s;INTERVAL=%d;COUNT=%d", rapid.SampledFrom([]string{"DAILY", "WEEKLY", "MONTHLY"}).Draw(rt, "every"), rapid.IntRange(1, 2).Draw(rt, "interval"),
				rapid.IntRange(2, 5).Draw(rt, "times"))}}}
	if m.perhaps(rt) {
		in.AllOrNothing = new(false)
	}
	who := rapid.SampledFrom([]string{"maeve", "hector"}).Draw(rt, "experimenter")
	before := m.sequence()
	out, err := m.SubmitSeries(m.ctx(), as(who), in)
	ok := m.met(rt, "submit a series, "+in.Plan.String(), err)
	if m.nothingHalf(before, ok && !in.DryRun); !ok || in.DryRun {
		return
	}
	m.asAsked(in, where, out)
}

// sequence returns the last number of the change log.
func (m *machine) sequence() (n int64) {
	m.must(m.store.View(m.ctx(), func(tx scheduler.Reader) (err error) {
		n, err = tx.Sequence(m.ctx())
		return err
	}))
	return n
}

// nothingHalf: a step with a series that is refused, or only tried, leaves nothing behind.
func (m *machine) nothingHalf(before int64, taken bool) {
	if after := m.sequence(); !taken && after != before {
		m.broken("series: nothing", "the step was not taken, and left %d changes", after-before)
	}
}

// asAsked: what was submitted is all of the series, or what of it fits; each occurrence at the time of its day, whatever the clocks do.
func (m *machine) asAsked(in scheduler.SeriesSubmission, where *time.Location, out scheduler.SeriesOutcome) {
	whole := in.AllOrNothing == nil || *in.AllOrNothing
	all := len(out.Parts)
	if made := len(out.Series.Members); made != out.Done || made+out.Refused != all || whole && made != all {
		m.broken("series: whole", "of %d occurrences %d were made and %d refused; all or nothing: %t", all, made, out.Refused, whole)
	}
	for _, member := range out.Series.Members {
		var r scheduler.Request
		m.must(m.store.View(m.ctx(), func(tx scheduler.Reader) (err error) {
			r, err = tx.Request(m.ctx(), member.Request)
			return err
		}))
		if r.Series == nil || r.Series.ID != out.Series.ID || r.Series.Place != member.Place {
			m.broken("series: linked", "#%d at place %d says %+v", r.Number, member.Place, r.Series)
		}
		at := r.Slot.Start.In(where)
		h, min := in.Start.Hour(), in.Start.Minute()
		if there := time.Date(at.Year(), at.Month(), at.Day(), h, min, 0, 0, where); there.Hour() != h || there.Minute() != min {
			continue // the clocks leave that time out on this day
		}
		if at.Hour() != h || at.Minute() != min || r.Slot.Duration() != in.Duration.Clock {
			m.broken("series: wall clock", "#%d begins at %s for %s, and was asked for %02d:%02d for %s", r.Number, at, r.Slot.Duration(), h, min, in.Duration.Clock)
		}
	}
}

// seriesStep takes a step with a series, with all of it or with some occurrences, all or nothing or as far as that is possible.
func (m *machine) seriesStep(rt *rapid.T) {
	m.now(rt)
	x, list := m.anySeries(rt)
	choice := scheduler.SeriesChoice{DryRun: m.rarely(rt)}
	if m.perhaps(rt) {
		choice.AllOrNothing = new(m.perhaps(rt))
	}
	if m.perhaps(rt) {
		for _, r := range list {
			if m.perhaps(rt) {
				choice.Places = append(choice.Places, r.Series.Place)
			}
		}
	}
	all := x.AllOrNothing
	if choice.AllOrNothing != nil {
		all = *choice.AllOrNothing
	}
	step := rapid.SampledFrom([]string{"schedule", "schedule", "grant", "reject", "move", "move", "cancel", "accept", "assign", "approve"}).Draw(rt, "step")
	before := m.sequence()
	out, err := m.withSeries(rt, step, x.ID, list, choice)
	ok := m.met(rt, fmt.Sprintf("%s the series of #%d", step, x.Number), err)
	m.nothingHalf(before, ok && !choice.DryRun)
	if !ok {
		return
	}
	if all && out.Refused > 0 || step != "move" && len(choice.Places) > 0 && out.Done+out.Refused != len(choice.Places) { // a change may move some of them alone
		m.broken("series: whole", "%s with %v: %d done, %d refused; all or nothing: %t", step, choice.Places, out.Done, out.Refused, all)
	}
	if !choice.DryRun {
		m.asAnswered(step, before, list, out)
	}
}

// anySeries draws a series, with what became of its occurrences.
func (m *machine) anySeries(rt *rapid.T) (x scheduler.Series, list []scheduler.Request) {
	var known []scheduler.Series
	m.must(m.store.View(m.ctx(), func(tx scheduler.Reader) (err error) {
		known, err = tx.SeriesList(m.ctx(), scheduler.SeriesFilter{Limit: 100})
		return err
	}))
	x = one(rt, "series", known)
	x, list, err := m.SeriesRequests(m.ctx(), as("adele"), x.ID)
	m.must(err)
	return x, list
}

// withSeries takes one of the steps.
func (m *machine) withSeries(rt *rapid.T, step, id string, list []scheduler.Request, choice scheduler.SeriesChoice) (scheduler.SeriesOutcome, error) {
	adele := as("adele")
	change := func() (c series.Change) {
		c.Shift = 15 * rapid.IntRange(-8, 96).Draw(rt, "shift")
		if m.rarely(rt) {
			c = series.Change{Moves: []series.Move{{Place: one(rt, "moved", list).Series.Place, Slot: m.slot(rt)}}}
		}
		return c
	}
	switch step {
	case "schedule", "grant":
		in := scheduler.SeriesSchedule{SeriesChoice: choice}
		if step == "grant" {
			in.Override = m.reason(rapid.SampledFrom([]scheduler.OverrideMode{scheduler.OverrideApprovals, scheduler.OverrideApprovals, scheduler.OverrideOverbook}).Draw(rt, "mode"))
		}
		if m.rarely(rt) {
			in.Change = change()
		}
		return m.ScheduleSeries(m.ctx(), adele, id, in)
	case "reject":
		in := scheduler.SeriesReject{SeriesChoice: choice, Reason: "no", Count: rapid.IntRange(0, 2).Draw(rt, "offers")}
		if m.rarely(rt) {
			in.Count, in.Change = 0, change()
		}
		in.HoldFor.Clock = m.quarters(rt, 1, 400)
		return m.RejectSeries(m.ctx(), adele, id, in)
	case "move":
		in := scheduler.SeriesMove{SeriesChoice: choice, Change: change()}
		if m.rarely(rt) {
			in.Override = m.reason(scheduler.OverrideOverbook)
		}
		return m.MoveSeries(m.ctx(), m.somebody(rt), id, in)
	case "cancel":
		return m.CancelSeries(m.ctx(), adele, id, scheduler.SeriesCancel{SeriesChoice: choice})
	case "accept":
		return m.AcceptSeries(m.ctx(), adele, id, scheduler.SeriesAccept{SeriesChoice: choice})
	case "assign":
		return m.AssignSeries(m.ctx(), adele, id, scheduler.SeriesAssign{SeriesChoice: choice, Mentor: rapid.SampledFrom([]string{"monika", "marco"}).Draw(rt, "mentor")})
	default:
		return m.approveSeries(rt, adele, id, list, choice)
	}
}

// approveSeries records a provider's decision about occurrences, and remembers its subjects.
func (m *machine) approveSeries(rt *rapid.T, who account.Actor, id string, list []scheduler.Request, choice scheduler.SeriesChoice) (scheduler.SeriesOutcome, error) {
	testbed := one(rt, "testbed", list[0].Demand.Testbeds())
	decision := rapid.SampledFrom([]scheduler.Decision{scheduler.Approved, scheduler.Approved, scheduler.Approved, scheduler.Refused}).Draw(rt, "decision")
	out, err := m.ApproveSeries(m.ctx(), who, id, testbed, scheduler.SeriesApprove{SeriesChoice: choice, Decision: decision, Reason: "so"})
	if err != nil || choice.DryRun || decision != scheduler.Approved {
		return out, err
	}
	for _, p := range out.Parts {
		if i := slices.IndexFunc(list, func(r scheduler.Request) bool { return r.ID == p.Request }); p.Done && i >= 0 {
			m.approves(list[i], testbed)
		}
	}
	return out, err
}

// asAnswered: what the answer says was done is in the store, and nothing was done with the others. Every step is told once, by the last of its events.
func (m *machine) asAnswered(step string, before int64, was []scheduler.Request, out scheduler.SeriesOutcome) {
	var events []scheduler.Event
	m.must(m.store.View(m.ctx(), func(tx scheduler.Reader) (err error) {
		events, err = tx.Events(m.ctx(), before, 100_000)
		return err
	}))
	touched := map[int64]bool{}
	for _, e := range events {
		touched[e.Number] = true
	}
	done := map[int]bool{}
	for _, p := range out.Parts {
		i := slices.IndexFunc(was, func(r scheduler.Request) bool { return r.Series.Place == p.Place })
		switch {
		case i < 0:
			m.broken("series: answered", "%s: occurrence %d is not one of the series", step, p.Place)
		case p.Done:
			done[p.Place] = true
		case touched[was[i].Number]:
			m.broken("series: refused", "%s was refused with #%d (%s), and something happened to it", step, was[i].Number, p.Refused.Message)
		}
	}
	m.toldOnce(step, events, len(done))
}

// toldOnce: the events of a step name it alike, and one of each kind speaks for all: the last one, which knows all of them.
func (m *machine) toldOnce(step string, events []scheduler.Event, done int) {
	type kind struct {
		step   string
		action scheduler.Action
	}
	of, leads := map[kind][]scheduler.Event{}, map[kind]int{}
	for _, e := range events {
		if e.Series == nil {
			continue
		}
		k := kind{e.Series.Step, e.Action}
		if of[k] = append(of[k], e); e.Series.Lead {
			leads[k]++
			for _, earlier := range of[k] {
				if !slices.Contains(e.Series.All, earlier.Number) {
					m.broken("series: told", "%s: the event that speaks for all knows %v, and not #%d", step, e.Series.All, earlier.Number)
				}
			}
		}
	}
	for k, list := range of {
		if last := list[len(list)-1]; list[0].Series.Of != done || len(list) == done && (leads[k] != 1 || !last.Series.Lead) {
			m.broken("series: told", "%s with %d occurrences: %d events of %s, of %d, and %d that speak for all", step, done, len(list), k.action, list[0].Series.Of, leads[k])
		}
	}
}
