package scheduler

import (
	"errors"
	"fmt"
	"strings"

	"berth/scheduler/policy"
	"berth/scheduler/series"
	"berth/testbeds"
)

// Code is the kind of an error. Each adapter has one table from codes to its own answers (HTTP status, exit code, …).
type Code string

const (
	CodeInvalid         Code = "invalid"         // the input breaks a rule; Fields names the place
	CodeConflict        Code = "conflict"        // does not fit, or the step is not allowed in this state
	CodeNotFound        Code = "not_found"       // not there, or not for this actor to know
	CodeForbidden       Code = "forbidden"       // the actor may not do this
	CodeUnauthenticated Code = "unauthenticated" // no user has signed in
	CodePrecondition    Code = "precondition"    // changed since the caller saw it
	CodeUnavailable     Code = "unavailable"     // try again later
)

// Error is an error for users: every part of it is written for them. Any other error is internal, and nobody sees its text.
type Error struct {
	Code         Code
	Message      string
	Fields       []FieldError           // of an invalid input, all of them
	Verdict      *testbeds.Verdict      // of a request that does not fit
	Alternatives []testbeds.Alternative // what would work instead
	Allowed      []Action               // the allowed steps, where this one is not
	Overrides    []OverrideMode         // with which the actor may take the step nonetheless
	Displace     *Clearance             // the smallest set of requests that would have to make room, for those who may displace them
	Refusals     []policy.Breach        // rules of the policy that say no
	Broken       []BrokenBooking        // bookings that a refused facility change would break
	Parts        []Part                 // of a step with a series: the answer for each occurrence
	Ways         []series.Way           // of a series that does not fit: how all of it would
}

// FieldError is one field of an input and the rule that it breaks.
type FieldError struct {
	Field string `json:"field"`
	Rule  string `json:"rule"`
}

func (e *Error) Error() string {
	if len(e.Fields) == 0 {
		return e.Message
	}
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = f.Field + ": " + f.Rule
	}
	return e.Message + " (" + strings.Join(parts, "; ") + ")"
}

// Errorf makes an error for users.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// InFiles makes an error of the faults of files, each with its file and line.
func InFiles(message string, bad testbeds.Faults) *Error {
	e := Errorf(CodeInvalid, "%s", message)
	for _, f := range bad {
		where := f.Field
		if f.File != "" {
			where = fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Field)
		}
		e.Fields = append(e.Fields, FieldError{Field: where, Rule: f.Rule})
	}
	return e
}

// Invalid makes an error of the faults of an input.
func Invalid(bad testbeds.Faults) *Error {
	e := Errorf(CodeInvalid, "the input breaks a rule")
	for _, f := range bad {
		e.Fields = append(e.Fields, FieldError{Field: f.Field, Rule: f.Rule})
	}
	return e
}

// CodeOf returns the code of an error, empty for an internal one.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}
