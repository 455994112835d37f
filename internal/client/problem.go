package client

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"berth/scheduler"
	"berth/scheduler/series"
	"berth/testbeds"
)

// problem is the part of a refusal (RFC 9457) that a client acts on.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Trace  string `json:"request_id"`

	Errors       []scheduler.FieldError    `json:"errors"`
	Problems     []testbeds.Problem        `json:"problems"`
	Conflicts    []testbeds.Conflict       `json:"conflicts"`
	Contenders   []testbeds.Taker          `json:"contenders"`
	Longest      *testbeds.Slot            `json:"longest"`
	Alternatives []testbeds.Alternative    `json:"alternatives"`
	Allowed      []scheduler.Action        `json:"allowed"`
	Broken       []scheduler.BrokenBooking `json:"broken"`

	Parts []scheduler.Part `json:"occurrences"`
	Ways  []series.Way     `json:"ways"`
}

// codes tells from the status what kind of error a refusal without a known type is.
var codes = map[int]scheduler.Code{
	http.StatusBadRequest: scheduler.CodeInvalid, http.StatusUnprocessableEntity: scheduler.CodeInvalid, http.StatusRequestEntityTooLarge: scheduler.CodeInvalid,
	http.StatusUnauthorized: scheduler.CodeUnauthenticated, http.StatusForbidden: scheduler.CodeForbidden, http.StatusNotFound: scheduler.CodeNotFound,
	http.StatusConflict: scheduler.CodeConflict, http.StatusPreconditionFailed: scheduler.CodePrecondition,
	http.StatusTooManyRequests: scheduler.CodeUnavailable,
}

// maxProblem bounds the text of a refusal.
const maxProblem = 4 << 20

// refusal makes an error of an answer that is no success: the one that the server had, as far as it tells.
func (c *Client) refusal(r *http.Response) error {
	code, known := codes[r.StatusCode]
	if !known {
		code = scheduler.CodeUnavailable
	}
	raw, _ := io.ReadAll(io.LimitReader(r.Body, maxProblem))
	var p problem
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/problem+json") || json.Unmarshal(raw, &p) != nil {
		return scheduler.Errorf(code, "%s answers with %s", c.Server(), r.Status)
	}
	message := p.Detail
	if message == "" {
		message = p.Title
	}
	if r.StatusCode >= http.StatusInternalServerError && p.Trace != "" {
		message += " (call " + p.Trace + ")"
	}
	e := scheduler.Errorf(code, "%s", message)
	e.Fields, e.Alternatives, e.Allowed, e.Broken = p.Errors, p.Alternatives, p.Allowed, p.Broken
	e.Parts, e.Ways = p.Parts, p.Ways
	if len(p.Problems)+len(p.Conflicts) > 0 {
		e.Verdict = &testbeds.Verdict{Problems: p.Problems, Conflicts: p.Conflicts, Contenders: p.Contenders, Longest: p.Longest}
	}
	return e
}
