package api

import (
	"context"
	"time"

	"berth/scheduler/account"
	"berth/scheduler/policy"
	"berth/testbeds"
)

// checked is the answer of a check, with its conflicts as texts too.
type checked struct {
	testbeds.Verdict
	Messages []string        `json:"messages,omitempty" doc:"the problems and conflicts as sentences"`
	Policy   []policy.Breach `json:"policy,omitempty" doc:"the rules of the policy that do not allow it, whether it fits or not"`
}

type suggestion struct {
	Fit          checked                `json:"fit" doc:"the check of the requested slot, or of the first possible one"`
	Alternatives []testbeds.Alternative `json:"alternatives" doc:"cheapest first; the cost is in hours of shift"`
}

// defaultSpan is the span of a testbed's capacity without a query.
const defaultSpan = 14 * 24 * time.Hour

func (a *api) availabilityRoutes() {
	add(a, operation{id: "check-availability", method: "POST", path: "/availability/check", tag: "availability", summary: "Check whether a request fits",
		more: "The answer is 200, with ok true or false. Changes nothing."},
		func(ctx context.Context, actor account.Actor, in *struct{ Body AskShape }) (*body[checked], error) {
			v, err := a.service.Check(ctx, actor, in.Body.ask())
			if err != nil {
				return nil, err
			}
			refusals, err := a.service.Allowed(ctx, actor, in.Body.ask())
			return answer(checked{v, messages(v), refusals}), err
		})
	add(a, operation{id: "suggest-availability", method: "POST", path: "/availability/suggest", tag: "availability", summary: "Suggest slots that fit",
		more: "Alternatives to a slot, or the first free slots of a duration within a window. Each of them fits, and the policy allows it, at the time of the answer."},
		func(ctx context.Context, actor account.Actor, in *struct{ Body AskShape }) (*body[suggestion], error) {
			found, v, err := a.service.Suggest(ctx, actor, in.Body.ask())
			if found == nil {
				found = []testbeds.Alternative{}
			}
			if err != nil {
				return nil, err
			}
			refusals, err := a.service.Allowed(ctx, actor, in.Body.ask())
			return answer(suggestion{checked{v, messages(v), refusals}, found}), err
		})
	type span struct {
		Testbed string    `path:"testbed" maxLength:"64"`
		From    time.Time `query:"from" doc:"default: now"`
		To      time.Time `query:"to" doc:"default: two weeks after from"`
	}
	type availability struct {
		Testbed string            `json:"testbed"`
		From    time.Time         `json:"from"`
		To      time.Time         `json:"to"`
		Series  []testbeds.Series `json:"series"`
	}
	add(a, operation{id: "get-availability", method: "GET", path: "/testbeds/{testbed}/availability", tag: "availability",
		summary: "Show free and total capacity over time, in steps", more: "Each step lasts until the next one; the first begins at from."},
		func(ctx context.Context, actor account.Actor, in *span) (*body[availability], error) {
			if in.From.IsZero() {
				in.From = a.o.Clock().UTC().Truncate(time.Second)
			}
			if in.To.IsZero() {
				in.To = in.From.Add(defaultSpan)
			}
			s := testbeds.Slot{Start: in.From.UTC(), End: in.To.UTC()}
			series, err := a.service.Availability(ctx, actor, in.Testbed, s)
			return answer(availability{in.Testbed, s.Start, s.End, series}), err
		})
}
