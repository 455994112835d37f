package tmf685

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// fault is an error of HTTP itself.
type fault struct {
	status     int
	code, text string
}

func (f fault) Error() string { return f.text }

// problem is TM Forum's Error, with what a client needs to do better: the fields that break a rule, or what is in the way and what would fit.
type problem struct {
	Type         string                 `json:"@type"`
	Code         string                 `json:"code"`
	Reason       string                 `json:"reason"`
	Message      string                 `json:"message,omitempty"`
	Status       string                 `json:"status"`
	Errors       []scheduler.FieldError `json:"errors,omitempty"`
	Messages     []string               `json:"messages,omitempty"`
	Conflicts    []testbeds.Conflict    `json:"conflicts,omitempty"`
	Alternatives []alternative          `json:"alternatives,omitempty"`
	Allowed      []scheduler.Action     `json:"allowed,omitempty"`
}

// statuses is the one table from the scheduler's codes to HTTP.
var statuses = map[scheduler.Code]int{
	scheduler.CodeInvalid: http.StatusBadRequest, scheduler.CodeConflict: http.StatusConflict, scheduler.CodeNotFound: http.StatusNotFound,
	scheduler.CodeForbidden: http.StatusForbidden, scheduler.CodeUnauthenticated: http.StatusUnauthorized,
	scheduler.CodePrecondition: http.StatusPreconditionFailed, scheduler.CodeUnavailable: http.StatusServiceUnavailable,
}

// refuse answers with an error. One that is not meant for users is logged, once, and answered without its text.
func (s *server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	status, p := http.StatusInternalServerError, problem{Code: "internal", Message: "an internal error; the operators can find it in the logs"}
	if f, ok := errors.AsType[fault](err); ok {
		status, p = f.status, problem{Code: f.code, Message: f.text}
	} else if e, ok := errors.AsType[*scheduler.Error](err); ok {
		status, p = statuses[e.Code], problemOf(e, componentsOf(err))
		s.prepare(w, r, e, err)
	} else if wait, ok := errors.AsType[interface {
		error
		RetryAfter() time.Duration
	}](err); ok {
		status, p = http.StatusTooManyRequests, problem{Code: "too_many_requests", Message: wait.Error()}
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.RetryAfter()/time.Second)+1))
	} else if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		status, p = http.StatusServiceUnavailable, problem{Code: string(scheduler.CodeUnavailable), Message: "the call took too long or was cancelled; try again"}
	} else {
		s.o.Log.ErrorContext(r.Context(), "internal error", "error", err)
	}
	if status == 0 {
		status = http.StatusInternalServerError
	}
	p.Type, p.Reason, p.Status = "Error", http.StatusText(status), strconv.Itoa(status)
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(p)
}

// prepare sets the headers of an error, and logs what only operators should know of it.
func (s *server) prepare(w http.ResponseWriter, r *http.Request, e *scheduler.Error, whole error) {
	switch e.Code {
	case scheduler.CodeUnauthenticated:
		w.Header().Add("WWW-Authenticate", `Bearer realm="berth"`)
		w.Header().Add("WWW-Authenticate", `Basic realm="berth", charset="UTF-8"`)
	case scheduler.CodeUnavailable:
		w.Header().Set("Retry-After", "2")
		if whole != error(e) {
			s.o.Log.ErrorContext(r.Context(), "not available", "error", whole)
		}
	}
}

// asking is an error about what was asked for: alternatives to it say what they need as a whole.
type asking struct {
	error
	components []testbeds.Component
}

func (a asking) Unwrap() error { return a.error }

// about notes what an error is about.
func about(err error, components []testbeds.Component) error {
	if err == nil {
		return nil
	}
	return asking{err, components}
}

func componentsOf(err error) []testbeds.Component {
	a, _ := errors.AsType[asking](err)
	return a.components
}

func problemOf(e *scheduler.Error, components []testbeds.Component) problem {
	p := problem{Code: string(e.Code), Message: e.Message, Errors: e.Fields, Allowed: e.Allowed}
	for i, f := range p.Errors {
		p.Errors[i].Field = property(f.Field)
	}
	if e.Verdict != nil {
		p.Messages, p.Conflicts = e.Verdict.Reasons(len(e.Verdict.Conflicts)), e.Verdict.Conflicts
	}
	for _, a := range e.Alternatives {
		p.Alternatives = append(p.Alternatives, alternativeOf(a, components))
	}
	return p
}

// property names a field of a request as a reservation calls it.
func property(field string) string {
	switch field {
	case "slot.start", "slot":
		return "requestedPeriodStartDateTime"
	case "slot.end":
		return "requestedPeriodEndDateTime"
	}
	return field
}

// alternative is another way to reserve.
type alternative struct {
	Period  period    `json:"applicableTimePeriod"`
	Start   time.Time `json:"requestedPeriodStartDateTime"`
	End     time.Time `json:"requestedPeriodEndDateTime"`
	Items   []item    `json:"reservationItem,omitempty"` // where they differ from those asked for
	Changes []string  `json:"changes"`
}

// alternativeOf shows another way to reserve for components. Where it differs by more than its time it lists all that it needs.
func alternativeOf(a testbeds.Alternative, components []testbeds.Component) alternative {
	out := alternative{Period: periodOf(a.Slot), Start: a.Slot.Start, End: a.Slot.End, Changes: []string{}}
	elsewhere := false
	for _, c := range a.Changes {
		out.Changes = append(out.Changes, c.Text)
		elsewhere = elsewhere || c.Kind != testbeds.ChangeShift && c.Kind != testbeds.ChangeShorten
	}
	if elsewhere {
		e := testbeds.Experiment{Components: components, Placement: a.Placement, Devices: a.Devices}
		for _, n := range e.Demand() {
			out.Items = append(out.Items, itemOf(need{n.Testbed, n.VIM, n.Quantity, n.Device, n.Amount, n.Units}, a.Slot, false))
		}
	}
	return out
}
