package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"berth/internal/config"
	"berth/internal/console"
	"berth/internal/hook"
	"berth/scheduler"
	"berth/testbeds"
)

// hookFigures count the questions to the system that policy_hook names.
type hookFigures struct {
	calls *prometheus.CounterVec
	took  prometheus.Histogram
}

func newHookFigures() *hookFigures {
	f := &hookFigures{
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "berth_policy_hook_calls_total",
			Help: "Questions of this process to the system that policy_hook names, by what became of them: allowed, refused, or unanswered."}, []string{"outcome"}),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "berth_policy_hook_seconds", Help: "How long their answers took.",
			Buckets: []float64{.005, .02, .05, .1, .25, .5, 1, 2, 5}}),
	}
	for _, outcome := range hook.Outcomes {
		f.calls.WithLabelValues(outcome)
	}
	return f
}

func (f *hookFigures) observe(outcome string, took time.Duration) {
	f.calls.WithLabelValues(outcome).Inc()
	f.took.Observe(took.Seconds())
}

// collectors returns none where nobody is asked.
func (f *hookFigures) collectors(settings config.Settings) []prometheus.Collector {
	if settings.Policy.Hook == "" {
		return nil
	}
	return []prometheus.Collector{f.calls, f.took}
}

// policyHook makes the client of the system that is asked about what people ask for; nil for none.
func policyHook(p config.Policy, f *hookFigures, version string) (scheduler.Hook, error) {
	if p.Hook == "" {
		return nil, nil
	}
	c, err := hook.New(hook.Options{URL: p.Hook, Token: p.Token, Timeout: p.Timeout, Private: p.Private, Version: version, Observe: f.observe})
	if err != nil {
		return nil, fmt.Errorf("policy_hook: %w", err)
	}
	return c, nil
}

// applyPolicy puts the policy of the file that the settings name in force, if its content is new.
func (p *Parts) applyPolicy(ctx context.Context, file string, log *slog.Logger) error {
	if file == "" {
		return nil
	}
	text, err := console.ReadPolicy(file)
	if err != nil {
		return scheduler.Errorf(scheduler.CodeInvalid, "policy_file: %v", err)
	}
	out, err := p.Service.ApplyPolicyFile(ctx, file, text)
	if wrong, ok := errors.AsType[testbeds.Faults](err); ok {
		return scheduler.InFiles("nothing was started: the policy in policy_file is wrong", wrong)
	}
	if err == nil && out.Changed {
		log.InfoContext(ctx, "the policy of the file is in force", "policy_file", file, "revision", out.Revision)
	}
	return err
}
