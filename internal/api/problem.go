package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"berth/scheduler"
	"berth/scheduler/policy"
	"berth/scheduler/series"
	"berth/scheduler/trace"
	"berth/testbeds"
)

// Problem is every answer but success: RFC 9457, with details that a client can act on.
type Problem struct {
	Type   string `json:"type" doc:"urn:berth:problem: followed by the code; stable"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty" doc:"the error as a sentence"`
	Trace  string `json:"request_id,omitempty" doc:"identifies this call in the logs"`

	Errors       []scheduler.FieldError    `json:"errors,omitempty" doc:"every field that breaks a rule"`
	Problems     []testbeds.Problem        `json:"problems,omitempty" doc:"why it can never run with this placement"`
	Conflicts    []testbeds.Conflict       `json:"conflicts,omitempty" doc:"resource, interval, shortage and the bookings that take the capacity"`
	Messages     []string                  `json:"messages,omitempty" doc:"the problems and conflicts as sentences"`
	Contenders   []testbeds.Taker          `json:"contenders,omitempty"`
	Longest      *testbeds.Slot            `json:"longest,omitempty" doc:"the longest free slot from the requested start"`
	Alternatives []testbeds.Alternative    `json:"alternatives,omitempty" doc:"slots and changes that fit instead, cheapest first"`
	Allowed      []scheduler.Action        `json:"allowed,omitempty" doc:"the actions allowed now"`
	Overrides    []scheduler.OverrideMode  `json:"overrides,omitempty" doc:"the overrides with which you may do it nonetheless"`
	Displace     *scheduler.Clearance      `json:"displace,omitempty" doc:"the smallest set of requests that would have to make room, where you may displace them"`
	Policy       []policy.Breach           `json:"policy,omitempty" doc:"the rules of the policy that say no: each with its limit, what is used and asked, and what would be allowed"`
	Broken       []scheduler.BrokenBooking `json:"broken,omitempty" doc:"bookings that the change would leave without capacity"`

	Parts []scheduler.Part `json:"occurrences,omitempty" doc:"of a step with a series: the answer for each occurrence"`
	Ways  []series.Way     `json:"ways,omitempty" doc:"of a series that does not fit: ways in which all of it would"`

	header http.Header
}

func (p *Problem) Error() string { return p.Title + ": " + p.Detail }

// GetStatus makes it an error of huma.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders returns the headers that go with it.
func (p *Problem) GetHeaders() http.Header { return p.header }

// ContentType returns the media type of RFC 9457.
func (p *Problem) ContentType(string) string { return problemType }

// statuses is the one table from the scheduler's codes to HTTP.
var statuses = map[scheduler.Code]int{
	scheduler.CodeInvalid:         http.StatusUnprocessableEntity,
	scheduler.CodeConflict:        http.StatusConflict,
	scheduler.CodeNotFound:        http.StatusNotFound,
	scheduler.CodeForbidden:       http.StatusForbidden,
	scheduler.CodeUnauthenticated: http.StatusUnauthorized,
	scheduler.CodePrecondition:    http.StatusPreconditionFailed,
	scheduler.CodeUnavailable:     http.StatusServiceUnavailable,
}

// newProblem makes a problem of HTTP itself.
func newProblem(status int, detail string) *Problem {
	name := strings.ToLower(strings.ReplaceAll(http.StatusText(status), " ", "_"))
	return &Problem{Type: "urn:berth:problem:" + name, Title: http.StatusText(status), Status: status, Detail: detail, header: http.Header{}}
}

// problem turns any error into an answer. Errors that are not meant for users are logged, once, and answered without
// their text.
func (a *api) problem(ctx context.Context, err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	if e, ok := errors.AsType[*scheduler.Error](err); ok {
		if e.Code == scheduler.CodeUnavailable && err != error(e) { // the cause is for operators only
			a.log.ErrorContext(ctx, "not available", "error", err)
		}
		return a.traced(ctx, known(e))
	}
	if faults, ok := errors.AsType[testbeds.Faults](err); ok {
		return a.traced(ctx, faulty(faults))
	}
	if wait, ok := errors.AsType[interface {
		error
		RetryAfter() time.Duration
	}](err); ok {
		p := a.traced(ctx, newProblem(http.StatusTooManyRequests, wait.Error()))
		p.header.Set("Retry-After", strconv.Itoa(int(wait.RetryAfter()/time.Second)+1))
		return p
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return a.traced(ctx, known(scheduler.Errorf(scheduler.CodeUnavailable, "the call took too long or was cancelled; try again")))
	}
	a.log.ErrorContext(ctx, "internal error", "error", err)
	return a.traced(ctx, newProblem(http.StatusInternalServerError, "an internal error; the operators can find it in the logs by its request_id"))
}

func (a *api) traced(ctx context.Context, p *Problem) *Problem {
	p.Trace = trace.Of(ctx).ID
	return p
}

func known(e *scheduler.Error) *Problem {
	status, ok := statuses[e.Code]
	if !ok {
		status = http.StatusInternalServerError
	}
	p := newProblem(status, e.Message)
	p.Type = "urn:berth:problem:" + string(e.Code)
	p.Errors, p.Alternatives, p.Allowed, p.Broken = e.Fields, e.Alternatives, e.Allowed, e.Broken
	p.Parts, p.Ways = e.Parts, e.Ways
	p.Policy, p.Overrides, p.Displace = e.Refusals, e.Overrides, e.Displace
	if v := e.Verdict; v != nil {
		p.Problems, p.Conflicts, p.Contenders, p.Longest = v.Problems, v.Conflicts, v.Contenders, v.Longest
		p.Messages = messages(*v)
	}
	switch e.Code {
	case scheduler.CodeUnauthenticated:
		p.header.Add("WWW-Authenticate", `Bearer realm="berth"`)
		p.header.Add("WWW-Authenticate", `Basic realm="berth", charset="UTF-8"`)
	case scheduler.CodeUnavailable:
		p.header.Set("Retry-After", "2")
	}
	return p
}

// messages formats the problems and conflicts of a verdict.
func messages(v testbeds.Verdict) []string {
	var list []string
	for _, x := range v.Problems {
		list = append(list, x.Message)
	}
	for _, c := range v.Conflicts {
		list = append(list, c.String())
	}
	return list
}

func faulty(faults testbeds.Faults) *Problem {
	p := known(scheduler.Errorf(scheduler.CodeInvalid, "the document breaks a rule"))
	for _, f := range faults {
		field := f.Field
		if f.Line > 0 {
			field = "line " + strconv.Itoa(f.Line) + ": " + field
		}
		p.Errors = append(p.Errors, scheduler.FieldError{Field: field, Rule: f.Rule})
	}
	return p
}

// reshape gives huma's own errors (bad JSON, a missing field, a wrong type) the same form as all others.
func (a *api) reshape(ctx huma.Context, _ string, body any) (any, error) {
	m, ok := body.(*huma.ErrorModel)
	if !ok {
		return body, nil
	}
	p := newProblem(m.Status, m.Detail)
	p.Trace = trace.Of(ctx.Context()).ID
	for _, e := range m.Errors {
		p.Errors = append(p.Errors, scheduler.FieldError{Field: place(e.Location), Rule: e.Message})
	}
	if m.Status >= http.StatusInternalServerError {
		p.Detail, p.Errors = "an internal error", nil
	}
	return p, nil
}

// place converts a location of huma ("body.slot.start") into a field.
func place(location string) string {
	for _, prefix := range []string{"body.", "query.", "path.", "header."} {
		if rest, ok := strings.CutPrefix(location, prefix); ok {
			return rest
		}
	}
	return location
}

// write answers with a problem outside huma.
func (p *Problem) write(w http.ResponseWriter) {
	for k, v := range p.header {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}
