package demo

import (
	"context"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// story is one request: its experimenter, its times, its demand, and its fate.
type story struct {
	key    string
	asked  float64 // days before today's midnight; requests are numbered in this order
	who    string
	mentor string
	name   string
	nsd    string
	slot   testbeds.Slot
	fate   scenario

	description string
	devices     []testbeds.DeviceNeed
	components  []testbeds.Component
	placement   testbeds.Placement
	anyway      bool // submitted although it does not fit
	flexible    bool // any slot within two weeks of the requested one would do
	waits       bool // it does not fit, and waits for its slot
}

// scenario is the course of a request after its submission.
type scenario func(p *play, s story) []step

func (p *play) askedAt(s story) time.Time {
	return p.midnight.Add(-time.Duration(s.asked * float64(24*time.Hour)))
}

// steps lists the whole story.
func (p *play) steps(s story) []step {
	list := []step{{p.askedAt(s), "submit " + s.key, s.submit}}
	if s.fate != nil {
		list = append(list, s.fate(p, s)...)
	}
	return list
}

func (s story) submit(ctx context.Context, p *play) error {
	in := scheduler.Submission{Name: s.name, Description: s.description, Mentor: s.mentor, Anyway: s.anyway}
	in.Ask = scheduler.Ask{NSD: s.nsd, Components: s.components, Placement: s.placement, Devices: s.devices, Slot: s.slot}
	if s.waits {
		in.Wait = &scheduler.WaitFor{For: scheduler.WaitSlot}
	}
	if s.flexible {
		in.Window = &testbeds.Slot{Start: s.slot.Start.AddDate(0, 0, -1), End: s.slot.End.AddDate(0, 0, 14)}
	}
	out, err := p.service.Submit(ctx, actor(s.who), in)
	p.requests[s.key] = out.Request.ID
	return err
}

// after makes a step some time after the submission.
func (p *play) after(s story, wait time.Duration, name string, do func(context.Context, *play) error) step {
	return step{p.askedAt(s).Add(wait), name + " " + s.key, do}
}

// approval lets the providers of all testbeds that must approve do so.
func approval(p *play, s story) step {
	return p.after(s, 3*time.Hour, "approve", func(ctx context.Context, p *play) error { return p.approve(ctx, s.key) })
}

func (p *play) approve(ctx context.Context, key string) error {
	v, err := p.view(ctx, key)
	if err != nil {
		return err
	}
	for _, a := range v.Asked() {
		if !a.Open() {
			continue
		}
		by := actor(askedApproval[a.Testbed])
		if _, err := p.service.Approve(ctx, by, v.ID, a.Testbed, scheduler.Approve{Decision: scheduler.Approved}); err != nil {
			return err
		}
	}
	return nil
}

// schedule grants the slot as the mentor, five hours after the submission.
func schedule(p *play, s story, override *scheduler.Override) step {
	return p.after(s, 5*time.Hour, "schedule", func(ctx context.Context, p *play) error {
		in := scheduler.Schedule{Override: override}
		if override != nil {
			in.Override = new(*override)
			in.Override.Displace = nil
			for _, key := range override.Displace {
				in.Override.Displace = append(in.Override.Displace, p.requests[key])
			}
		}
		_, err := p.service.Schedule(ctx, actor(s.mentor), p.requests[s.key], in)
		return err
	})
}

// stepAt makes a step that needs only a state: of an operator, or for a cancellation of the experimenter.
func stepAt(at time.Time, s story, name string, state scheduler.Status, reason string) step {
	return step{at, name + " " + s.key, func(ctx context.Context, p *play) error {
		take := map[string]func(context.Context, account.Actor, string, scheduler.Step) (scheduler.Outcome, error){
			"start": p.service.Start, "complete": p.service.Complete, "fail": p.service.Fail, "cancel": p.service.Cancel,
		}[name]
		by := "oskar"
		if name == "cancel" {
			by = s.who
		}
		_, err := take(ctx, actor(by), p.requests[s.key], scheduler.Step{State: state, Reason: reason})
		return err
	}}
}

// says adds a remark to the thread of a request.
func (p *play) says(s story, wait time.Duration, who, text string) step {
	return p.after(s, wait, "feedback on", func(ctx context.Context, p *play) error {
		_, err := p.service.AddFeedback(ctx, actor(who), p.requests[s.key], text, scheduler.Creation{})
		return err
	})
}
