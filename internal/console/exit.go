package console

import (
	"context"
	"errors"
	"fmt"
	"io"

	"berth/scheduler"
)

// ErrNo is the answer no to a valid question: it does not fit, it is not clean. All details have already been written.
var ErrNo = errors.New("no")

var errStopped = errors.New("stopped")

// Exit codes. They must not change: scripts depend on them.
const (
	ExitDone        = 0
	ExitNo          = 1 // the answer is no: does not fit, not clean, not in this state
	ExitInvalid     = 2 // a flag or a file breaks a rule
	ExitNotFound    = 3
	ExitForbidden   = 4
	ExitChanged     = 5 // changed by another user in between
	ExitUnavailable = 6 // try again later
	ExitInternal    = 70
	ExitStopped     = 130 // the person stopped it, as shells count it
)

// exits is the one table from error codes to exit codes.
var exits = map[scheduler.Code]int{
	scheduler.CodeConflict:        ExitNo,
	scheduler.CodeInvalid:         ExitInvalid,
	scheduler.CodeNotFound:        ExitNotFound,
	scheduler.CodeForbidden:       ExitForbidden,
	scheduler.CodeUnauthenticated: ExitForbidden,
	scheduler.CodePrecondition:    ExitChanged,
	scheduler.CodeUnavailable:     ExitUnavailable,
}

// ExitCode returns the exit code for an error.
func ExitCode(err error) int {
	if err == nil {
		return ExitDone
	}
	if errors.Is(err, ErrNo) {
		return ExitNo
	}
	if errors.Is(err, context.Canceled) {
		return ExitStopped
	}
	if code, ok := exits[scheduler.CodeOf(err)]; ok {
		return code
	}
	return ExitInternal
}

// Complain writes an error with all its details: fields, conflicts, alternatives, allowed steps, broken bookings.
func Complain(w io.Writer, err error) {
	if err == nil || errors.Is(err, ErrNo) {
		return
	}
	e, ok := errors.AsType[*scheduler.Error](err)
	if !ok {
		if errors.Is(err, context.Canceled) {
			err = errStopped
		}
		fmt.Fprintf(w, "berth: %v\n", err)
		return
	}
	fmt.Fprintf(w, "berth: %s\n", e.Message)
	for _, f := range e.Fields {
		fmt.Fprintf(w, "  %s: %s\n", f.Field, f.Rule)
	}
	c := Console{Out: w}
	if e.Verdict != nil {
		c.verdict(*e.Verdict, nil)
	}
	if len(e.Alternatives) > 0 {
		c.alternatives(e.Alternatives)
	}
	for i, a := range e.Allowed {
		if i == 0 {
			fmt.Fprint(w, "  allowed now:")
		}
		fmt.Fprintf(w, " %s", a)
		if i == len(e.Allowed)-1 {
			fmt.Fprintln(w)
		}
	}
	if len(e.Broken) > 0 {
		c.broken(e.Broken)
	}
}
