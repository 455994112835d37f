package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
)

// stack is what has to be stopped, by name. The last one in is the first one out.
type stack []part

type part struct {
	name string
	stop func(context.Context) error
}

func (s *stack) push(name string, stop func(context.Context) error) {
	*s = append(*s, part{name, stop})
}

// unwind stops everything, whatever fails on the way, and empties the stack.
func (s *stack) unwind(ctx context.Context, log *slog.Logger) error {
	var faults []error
	for i := len(*s) - 1; i >= 0; i-- {
		p := (*s)[i]
		log.DebugContext(ctx, "stopping", "part", p.name)
		if err := p.stop(ctx); err != nil {
			faults = append(faults, fmt.Errorf("stop %s: %w", p.name, err))
		}
	}
	*s = nil
	return errors.Join(faults...)
}
