package demo

import (
	"context"
	"fmt"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// scheduled approves and grants the slot; the request runs in it, and ends with it.
func scheduled(p *play, s story) []step {
	return []step{
		approval(p, s), schedule(p, s, nil),
		stepAt(s.slot.Start, s, "start", scheduler.Running, ""),
		stepAt(s.slot.End, s, "complete", scheduler.Completed, ""),
	}
}

// granted gives the slot, and nobody reports anything.
func granted(p *play, s story) []step { return []step{approval(p, s), schedule(p, s, nil)} }

// early follows scheduled, but completes so long before the end that others get the rest.
func early(rest time.Duration) scenario {
	return func(p *play, s story) []step {
		return []step{
			approval(p, s), schedule(p, s, nil),
			stepAt(s.slot.Start, s, "start", scheduler.Running, ""),
			stepAt(s.slot.End.Add(-rest), s, "complete", scheduler.Completed, "measurements done, the rest of the slot is free again"),
		}
	}
}

// reported follows scheduled, with the orchestrator's states in between.
func reported(p *play, s story) []step {
	return []step{
		approval(p, s), schedule(p, s, nil),
		stepAt(s.slot.Start, s, "start", scheduler.Instantiating, ""),
		stepAt(s.slot.Start.Add(10*time.Minute), s, "start", scheduler.Running, ""),
		stepAt(s.slot.End.Add(-20*time.Minute), s, "complete", scheduler.Terminating, ""),
		stepAt(s.slot.End, s, "complete", scheduler.Completed, ""),
	}
}

// stuck leaves a request in instantiation, or tear-down, since its slot began or ended.
func stuck(in scheduler.Status) scenario {
	return func(p *play, s story) []step {
		list := []step{approval(p, s), schedule(p, s, nil)}
		if in == scheduler.Instantiating {
			return append(list, stepAt(s.slot.Start, s, "start", scheduler.Instantiating, "image is being copied to the VIM"))
		}
		return append(list, stepAt(s.slot.Start, s, "start", scheduler.Running, ""),
			stepAt(p.midnight.Add(-30*time.Minute), s, "complete", scheduler.Terminating, "waiting for the radio front-ends to power down"))
	}
}

// overrun starts a request that nobody ends.
func overrun(p *play, s story) []step {
	return []step{
		approval(p, s), schedule(p, s, nil),
		stepAt(s.slot.Start, s, "start", scheduler.Running, ""),
		p.says(s, 6*time.Hour, "oskar", "The handover measurements may take longer than planned; please tell us in time."),
	}
}

// failed breaks a request down an hour after its start.
func failed(reason string) scenario {
	return func(p *play, s story) []step {
		return []step{
			approval(p, s), schedule(p, s, nil),
			stepAt(s.slot.Start, s, "start", scheduler.Instantiating, ""),
			stepAt(s.slot.Start.Add(time.Hour), s, "fail", "", reason),
			p.says(s, 6*time.Hour, s.mentor, "Please attach the log of the orchestrator, should anything go wrong."),
		}
	}
}

// cancelled grants a slot and then cancels the request.
func cancelled(reason string) scenario {
	return func(p *play, s story) []step { return givenBack(p, s, p.askedAt(s).Add(20*time.Hour), reason) }
}

// justCancelled follows cancelled, but shortly before today: who waits for the slot has an offer now.
func justCancelled(reason string) scenario {
	return func(p *play, s story) []step { return givenBack(p, s, p.midnight.Add(-time.Minute), reason) }
}

func givenBack(p *play, s story, at time.Time, reason string) []step {
	return []step{approval(p, s), schedule(p, s, nil), stepAt(at, s, "cancel", "", reason)}
}

// waiting leaves all approvals open; the mentor has commented.
func waiting(p *play, s story) []step {
	return []step{p.says(s, time.Hour, s.mentor, "Deployable as far as I can see. Waiting for the testbed to agree.")}
}

// asks leaves a request under review, with a question in its thread.
func asks(question, answer string) scenario {
	return func(p *play, s story) []step {
		return []step{p.says(s, time.Hour, s.mentor, question), p.says(s, 2*time.Hour, s.who, answer)}
	}
}

// refused lets a provider refuse.
func refused(testbed, reason string) scenario {
	return func(p *play, s story) []step {
		return []step{
			p.after(s, 2*time.Hour, "refuse", func(ctx context.Context, p *play) error {
				_, err := p.service.Approve(ctx, actor(askedApproval[testbed]), p.requests[s.key], testbed,
					scheduler.Approve{Decision: scheduler.Refused, Reason: reason})
				return err
			}),
			reject(p, s, reason, 0, ""),
		}
	}
}

// rejected comes with offers that hold their capacity for a while.
func rejected(reason string, offers int, hold string) scenario {
	return func(p *play, s story) []step { return []step{reject(p, s, reason, offers, hold)} }
}

func reject(p *play, s story, reason string, offers int, hold string) step {
	return p.after(s, 5*time.Hour, "reject", func(ctx context.Context, p *play) error {
		in := scheduler.Reject{Reason: reason, Count: offers}
		if hold != "" {
			if err := in.HoldFor.UnmarshalText([]byte(hold)); err != nil {
				return err
			}
		}
		_, err := p.service.Reject(ctx, actor(s.mentor), p.requests[s.key], in)
		return err
	})
}

// resubmitted rejects a request with offers, of which the experimenter accepts the first; that one is approved and
// granted.
func resubmitted(reason string) scenario {
	return func(p *play, s story) []step {
		next := s
		next.key, next.asked = s.key+", again", s.asked-0.5
		accept := p.after(s, 12*time.Hour, "accept an offer of", func(ctx context.Context, p *play) error {
			v, err := p.view(ctx, s.key)
			if err != nil {
				return err
			}
			if len(v.Offers) == 0 {
				return fmt.Errorf("request %d was rejected without an offer", v.Number)
			}
			out, err := p.service.AcceptOffer(ctx, actor(s.who), v.ID, v.Offers[0].ID, false)
			if err == nil {
				p.requests[next.key] = out.Created.ID
			}
			return err
		})
		return []step{reject(p, s, reason, 2, "P3D"), accept, approval(p, next), schedule(p, next, nil)}
	}
}

// overriding grants a slot at the cost of other requests.
func overriding(mode scheduler.OverrideMode, reason string, displace ...string) scenario {
	return func(p *play, s story) []step {
		return []step{approval(p, s), schedule(p, s, &scheduler.Override{Mode: mode, Reason: reason, Displace: displace})}
	}
}

// moved grants a slot and later another one, some hours after the first.
func moved(hours float64, reason string) scenario {
	return func(p *play, s story) []step {
		to := s.slot.Shift(time.Duration(hours * float64(time.Hour)))
		return []step{approval(p, s), schedule(p, s, nil),
			p.after(s, 8*time.Hour, "move", func(ctx context.Context, p *play) error {
				_, err := p.service.Move(ctx, actor(s.mentor), p.requests[s.key], scheduler.Move{Slot: &to, Reason: reason})
				return err
			}),
			p.after(s, 9*time.Hour, "approve anew", func(ctx context.Context, p *play) error { return p.approve(ctx, s.key) }),
		}
	}
}

// closures returns the closures announced by providers.
func (p *play) closures() []step {
	add := func(daysAgo int, who, testbed string, c testbeds.Closure) step {
		return step{p.day(-daysAgo, 10*time.Hour), "close " + testbed, func(ctx context.Context, p *play) error {
			_, _, err := p.service.AddClosure(ctx, actor(who), testbed, c, scheduler.ChangeOptions{}, scheduler.Creation{})
			return err
		}}
	}
	at := func(day int, clock time.Duration) testbeds.LocalTime {
		return testbeds.LocalTime{Time: p.day(day, clock)}
	}
	return []step{
		add(25, "paddy", "wins-5g", testbeds.Closure{Summary: "Antenna refit", Start: at(20, 8*time.Hour), Duration: testbeds.Period{Days: 2}}),
		add(18, "petros", "5g-vino", testbeds.Closure{Summary: "Two mmWave nodes at calibration", Start: at(5, 0),
			Duration: testbeds.Period{Days: 3}, Devices: []string{"mmwave-node"}, Count: 2}),
		add(11, "beth", "bristol", testbeds.Closure{Summary: "Backup night", Start: at(-10, 23*time.Hour),
			Duration: testbeds.Period{Clock: 5 * time.Hour}, RRule: "FREQ=WEEKLY", VIMs: []string{"bristol"}}),
		add(9, "pilar", "5tonic", testbeds.Closure{Summary: "One node of the pool is exchanged", Start: at(10, 9*time.Hour),
			Duration: testbeds.Period{Clock: 8 * time.Hour}, VIMs: []string{"5ginfire"}, Capacity: testbeds.Quantities{"vcpu": 6, "memory_mb": 32768}}),
	}
}
