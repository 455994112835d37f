package demo

import (
	"context"
	"fmt"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// ruled tells of the policy of the demo, which is about one experimenter alone, so that the others' stories go on as they are. A rule schedules a small
// request of Dorota's. Her quota refuses a large one, and her mentor lets it pass, with a reason.
func (p *play) ruled() []step {
	at := func(before time.Duration, name string, do func(context.Context, *play) error) step {
		return step{p.midnight.Add(-before), name, do}
	}
	vino := func(name string, vcpu int64, slot testbeds.Slot) scheduler.Submission {
		return scheduler.Submission{Name: name, Mentor: Mentor, Ask: scheduler.Ask{Slot: slot, Placement: testbeds.Placement{testbeds.PlaceAll: "5g-vino/nitos"},
			Components: []testbeds.Component{{Member: "detector", Size: testbeds.Quantities{"vcpu": vcpu, "memory_mb": 8192, "storage_gb": 40},
				Onboarded: []string{"5g-vino/nitos"}}}}}
	}
	large := vino("Detector, training", 8, p.slot(p.workday(9), 8, 10))
	return []step{
		at(55*time.Minute, "put the policy in force", func(ctx context.Context, p *play) error { return p.rule(ctx) }),
		at(50*time.Minute, "submit what a rule schedules", func(ctx context.Context, p *play) error {
			out, err := p.service.Submit(ctx, actor("dorota"), vino("Detector, thumbnails", 4, p.slot(p.workday(7), 9, 2)))
			if err == nil && out.Request.Status != scheduler.Scheduled {
				return fmt.Errorf("it is %s", out.Request.Status)
			}
			return err
		}),
		at(45*time.Minute, "submit what a quota refuses", func(ctx context.Context, p *play) error {
			if _, err := p.service.Submit(ctx, actor("dorota"), large); scheduler.CodeOf(err) != scheduler.CodeConflict {
				return fmt.Errorf("it is not refused (%w)", err)
			}
			return nil
		}),
		at(40*time.Minute, "submit it against the policy", func(ctx context.Context, p *play) error {
			in := large
			in.Experimenter = "dorota"
			in.Override = &scheduler.Override{Mode: scheduler.OverridePolicy, Reason: "one long day instead of three short ones, as agreed with the testbed"}
			_, err := p.service.Submit(ctx, actor(Mentor), in)
			return err
		}),
	}
}

func (p *play) rule(ctx context.Context) error {
	text, err := files.ReadFile("data/policy.yaml")
	if err != nil {
		return err
	}
	_, err = p.service.PutPolicy(ctx, account.System, text, scheduler.ChangeOptions{Reason: "trial users are limited"})
	return err
}
