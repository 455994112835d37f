package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// stack holds the parts to stop, by name. The last one in is the first one out.
type stack []part

// part is stopped by ending its context when its share of the time for stopping is over; stop returns when the part has ended.
type part struct {
	name string
	by   float64 // of the time for stopping everything, counted from its start
	stop func(context.Context) error
}

func (s *stack) push(name string, by float64, stop func(context.Context) error) {
	*s = append(*s, part{name, by, stop})
}

// unwind stops everything within a time, despite faults on the way, and empties the stack. A part that has not ended by half of the rest of
// the time after its context did is left behind.
func (s *stack) unwind(ctx context.Context, within time.Duration, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	end, _ := ctx.Deadline()
	var faults []error
	for i := len(*s) - 1; i >= 0; i-- {
		p := (*s)[i]
		log.DebugContext(ctx, "stopping", "part", p.name)
		cutAt := end.Add(-time.Duration(float64(within) * (1 - p.by)))
		if err := p.end(ctx, cutAt, cutAt.Add(end.Sub(cutAt)/2)); err != nil {
			faults = append(faults, fmt.Errorf("stop %s: %w", p.name, err))
		}
	}
	*s = nil
	return errors.Join(faults...)
}

// errLeft says that a part did not end.
var errLeft = errors.New("did not end in time, and was left behind")

// end stops a part, cutting it off at one instant and leaving it behind at another.
func (p part) end(ctx context.Context, cutAt, leaveAt time.Time) error {
	ctx, cancel := context.WithDeadline(ctx, cutAt)
	ended := make(chan error, 1)
	go func() {
		defer cancel()
		ended <- p.stop(ctx)
	}()
	leave, stop := context.WithDeadline(context.WithoutCancel(ctx), leaveAt)
	defer stop()
	select {
	case err := <-ended:
		return err
	case <-leave.Done():
		return errLeft
	}
}
