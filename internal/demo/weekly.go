package demo

import (
	"context"
	"time"

	"berth/scheduler"
	"berth/scheduler/series"
	"berth/testbeds"
)

// weekly tells of a series: Thessaly measures its LTE cell on the same morning of six weeks. Petros approves all of it at once, and Monika schedules it.
func (p *play) weekly() []step {
	const of = "LTE every week"
	at := func(before time.Duration, name string, do func(context.Context, *play) error) step {
		return step{p.midnight.Add(-before), name + " " + of, do}
	}
	return []step{
		at(20*time.Minute, "submit", func(ctx context.Context, p *play) error {
			first := p.day(p.workday(8), 0)
			in := scheduler.SeriesSubmission{Name: of, Mentor: "monika", Description: "The same measurement on the same morning of six weeks, to see how the cell ages.",
				SeriesAsk: scheduler.SeriesAsk{NSD: "lte_ns", Plan: series.Plan{Zone: "Europe/Athens", Start: testbeds.LocalTime{Time: first.Add(7 * time.Hour)},
					Duration: testbeds.Period{Clock: 3 * time.Hour}, Rule: "FREQ=WEEKLY;COUNT=6"}}}
			in.Anyway = true
			out, err := p.service.SubmitSeries(ctx, actor("nikos"), in)
			if err == nil {
				p.requests[of] = out.Series.ID
			}
			return err
		}),
		at(10*time.Minute, "approve", func(ctx context.Context, p *play) error {
			_, err := p.service.ApproveSeries(ctx, actor("petros"), p.requests[of], "5g-vino", scheduler.SeriesApprove{Decision: scheduler.Approved})
			return err
		}),
		at(time.Minute, "schedule", func(ctx context.Context, p *play) error {
			partly := false
			in := scheduler.SeriesSchedule{Reason: "Welcome back every week.", SeriesChoice: scheduler.SeriesChoice{AllOrNothing: &partly, Places: []int{1, 2, 3, 4, 5, 6}}}
			_, err := p.service.ScheduleSeries(ctx, actor("monika"), p.requests[of], in)
			return err
		}),
	}
}
