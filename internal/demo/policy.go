package demo

import (
	"context"
	"fmt"

	"berth/scheduler"
	"berth/scheduler/account"
)

// rule puts the policy of the demo in force: it is about one experimenter alone, so that the others' stories go on as they are.
func (p *play) rule(ctx context.Context) error {
	text, err := files.ReadFile("data/policy.yaml")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if _, err := p.service.PutPolicy(ctx, account.System, text, scheduler.ChangeOptions{Reason: "trial users are limited"}); err != nil {
		return fmt.Errorf("demo, policy: %w", err)
	}
	return nil
}
