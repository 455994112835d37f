package orders

import (
	"slices"
	"strings"
	"time"

	"berth/internal/openslice"
	"berth/internal/remote"
	"berth/scheduler"
)

// runs reports whether Openslice itself has services for an order: its orchestrator has begun with it.
func runs(o openslice.Order) bool {
	return slices.ContainsFunc(o.Items, func(i openslice.Item) bool {
		return slices.Contains([]string{"reserved", "inactive", "active", "terminated"}, strings.ToLower(i.Service.State))
	})
}

// there reports whether one of its services still holds something.
func there(o openslice.Order) bool {
	return slices.ContainsFunc(o.Items, func(i openslice.Item) bool {
		return slices.Contains([]string{"reserved", "inactive", "active"}, strings.ToLower(i.Service.State))
	})
}

// active reports whether one of its services is there now.
func active(o openslice.Order) bool {
	return slices.ContainsFunc(o.Items, func(i openslice.Item) bool { return strings.EqualFold(i.Service.State, "active") })
}

// wordOf names the state of an order for people, with that of the services that Openslice has for it: INPROGRESS (reserved).
func wordOf(o openslice.Order) string {
	if !runs(o) {
		return string(o.State)
	}
	var states []string
	for _, i := range o.Items {
		if s := strings.ToLower(remote.Clip(i.Service.State)); s != "" && !slices.Contains(states, s) {
			states = append(states, s)
		}
	}
	slices.Sort(states)
	return remote.Clip(string(o.State) + " (" + strings.Join(states, ", ") + ")")
}

// statusOf says what the state of an order stands for. Openslice completes an order when its services are there, not when they have ended: until the expected
// completion they run.
func statusOf(o openslice.Order, now time.Time) scheduler.Status {
	switch o.State {
	case openslice.Acknowledged:
		return scheduler.Scheduled
	case openslice.Rejected, openslice.Cancelled:
		switch { // a word ends no service: what still runs there is not forgotten
		case active(o):
			return scheduler.Running
		case there(o):
			return scheduler.Instantiating
		case o.State == openslice.Rejected:
			return scheduler.Rejected
		}
		return scheduler.Cancelled
	case openslice.Failed:
		return scheduler.Failed
	case openslice.InProgress, openslice.Partial:
		if active(o) {
			return scheduler.Running
		}
		return scheduler.Instantiating
	case openslice.Completed:
		if active(o) && now.Before(o.Expected.Time) {
			return scheduler.Running
		}
		return scheduler.Completed
	case openslice.Pending, openslice.Held:
		if runs(o) {
			return scheduler.Instantiating
		}
	}
	return scheduler.UnderReview
}

// endOf says how far an order is that ends its services.
func endOf(o openslice.Order) scheduler.Status {
	switch {
	case o.State == openslice.Rejected || o.State == openslice.Cancelled || o.State == openslice.Failed:
		return statusOf(o, o.Expected.Time)
	case there(o):
		return scheduler.Terminating
	}
	return scheduler.Completed
}

// word is how an order says a status: the state that is written, and those that say it already. Where Openslice has services of its own for the order, it
// says itself how far they are, and is not contradicted.
type word struct {
	write  openslice.State
	shown  []openslice.State
	itself []openslice.State // where Openslice has services
}

// words translates every status.
var words = map[scheduler.Status]word{
	scheduler.UnderReview:   {openslice.Initial, []openslice.State{openslice.Initial, openslice.Pending, openslice.Held}, []openslice.State{openslice.InProgress, openslice.Partial, openslice.Completed}},
	scheduler.Scheduled:     {openslice.Acknowledged, []openslice.State{openslice.Acknowledged}, []openslice.State{openslice.InProgress, openslice.Partial, openslice.Completed, openslice.Pending, openslice.Held}},
	scheduler.Instantiating: {openslice.InProgress, []openslice.State{openslice.InProgress, openslice.Partial}, []openslice.State{openslice.Completed, openslice.Pending, openslice.Held}},
	scheduler.Running:       {openslice.InProgress, []openslice.State{openslice.InProgress, openslice.Partial}, []openslice.State{openslice.Completed, openslice.Pending, openslice.Held}},
	scheduler.Terminating:   {openslice.InProgress, []openslice.State{openslice.InProgress, openslice.Partial}, []openslice.State{openslice.Completed, openslice.Pending, openslice.Held}},
	scheduler.Completed:     {openslice.Completed, []openslice.State{openslice.Completed}, nil},
	scheduler.Rejected:      {openslice.Rejected, []openslice.State{openslice.Rejected}, nil},
	scheduler.Cancelled:     {openslice.Cancelled, []openslice.State{openslice.Cancelled}, nil},
	scheduler.Failed:        {openslice.Failed, []openslice.State{openslice.Failed}, nil},
}

// holding lists the states of an order that has services.
var holding = []openslice.State{openslice.InProgress, openslice.Partial, openslice.Completed, openslice.Pending, openslice.Held}

// says reports whether an order says a status.
func says(o openslice.Order, s scheduler.Status) bool {
	w, known := words[s]
	if ending(o) {
		return true // Openslice's orchestrator begins with an order that is acknowledged, also to end it: no state of it is touched
	}
	if there(o) && (s == scheduler.Rejected || s == scheduler.Cancelled || s == scheduler.Failed) && slices.Contains(holding, o.State) {
		return true // an order that said so would hide what still runs: people end that there first
	}
	return !known || slices.Contains(w.shown, o.State) || runs(o) && slices.Contains(w.itself, o.State)
}

// over reports whether nothing can happen to a listed order any more.
func over(l openslice.Listed, now time.Time) bool {
	switch l.State {
	case openslice.Rejected, openslice.Cancelled, openslice.Failed:
		return true
	case openslice.Completed:
		return l.Expected.IsZero() || !now.Before(l.Expected.Time)
	}
	return false
}
