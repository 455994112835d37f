package web

import (
	"fmt"
	"slices"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
	"berth/testbeds/plain"
)

// entry is a row of a list to act on: a request, what is to be said about it, and the steps that are one click away.
type entry struct {
	scheduler.View
	When  testbeds.Slot // that the row is about: the request's slot, or that of its move
	Chip  chip
	Hints []string
	Soon  string // how far off it is
	Where string // testbeds, by name
	By    string // the experimenter, by name
	To    string // the mentor, by name
	Deeds []deed
	Pick  string // names it in a form for several; empty where it cannot be taken with others
}

// Title names the row: "#62 HyDRA baseline".
func (e entry) Title() string { return fmt.Sprintf("#%d %s", e.Number, e.Name) }

// chip is a state in a word; Look is its colour: good, bad, wait, held, now, set.
type chip struct{ Word, Look string }

// deed is a button or a link that takes a step, or leads to where it is decided.
type deed struct {
	Label   string
	Value   string // action, number, revision and testbed, for the form; empty for a link
	URL     string
	Primary bool
}

// requestPageOf is the address of a request, and decisionPage that of where it is decided.
func requestPageOf(number int64) string { return fmt.Sprintf("/requests/%d", number) }

func decisionPage(number int64) string { return requestPageOf(number) + "/decide" }

// named returns a button's value for a step with a request as it was seen.
func named(action string, r scheduler.Request, more ...string) string {
	return strings.Join(append([]string{action, fmt.Sprint(r.Number), fmt.Sprint(r.Revision)}, more...), " ")
}

// standing says in a chip how a request under review stands, and in hints why: whether it can be granted, or what is in the way.
func (x reader) standing(v scheduler.View, n names) (c chip, hints []string) {
	missing, refused := undecided(v.Request, n)
	switch {
	case v.Status == scheduler.UnderReview && v.Slot.Start.Before(x.now):
		c = chip{"slot has begun", "bad"}
	case len(v.Fit.Problems) > 0:
		c, hints = chip{"not deployable", "bad"}, []string{sentence(v.Fit.Problems[0].Message)}
	case !v.Fit.Fits:
		c, hints = inTheWay(v.Fit)
	case len(refused) > 0:
		c = chip{strings.Join(refused, ", ") + " refused", "bad"}
	case len(missing) > 0:
		c = chip{"approval of " + strings.Join(missing, ", ") + " missing", "wait"}
	default:
		c = chip{"fits", "good"}
	}
	hints = append(hints, x.decideBy(v.Request)...)
	if others := len(v.Fit.Contenders); others > 0 && v.Fit.Fits {
		hints = append(hints, plain.Count(others, "other")+" under review "+map[bool]string{true: "wants", false: "want"}[others == 1]+" some of the same")
	}
	return c, hints
}

// decideBy says until when the next decision about a request is to be made, if there is a deadline.
func (x reader) decideBy(r scheduler.Request) []string {
	switch by := r.DecideBy(); {
	case by == nil:
		return nil
	case by.At.After(x.now):
		return []string{"to be decided by " + x.at(by.At)}
	default:
		return []string{"was to be decided by " + x.at(by.At)}
	}
}

// undecided names the testbeds that must still approve a request, and those that refused it.
func undecided(r scheduler.Request, n names) (missing, refused []string) {
	for _, a := range r.Asked() {
		switch {
		case a.Decision == scheduler.Refused:
			refused = append(refused, n.Bed(a.Testbed))
		case a.Open():
			missing = append(missing, n.Bed(a.Testbed))
		}
	}
	return missing, refused
}

// inTheWay counts what takes the capacity that a request needs, and names what may be named.
func inTheWay(v testbeds.Verdict) (chip, []string) {
	var names []string
	hidden, hours := 0, "" // closed by opening hours
	for _, c := range v.Conflicts {
		for _, t := range c.TakenBy {
			name := t.Summary
			if t.Kind == testbeds.TakerOutsideOpening {
				hours = name
			}
			switch {
			case t.Kind == testbeds.TakerBooking && t.Request == 0:
				hidden++
				continue
			case t.Request != 0:
				name = fmt.Sprintf("#%d %s", t.Request, t.Summary)
			}
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	n := len(names)
	if hidden > 0 {
		n, names = n+1, append(names, "experiments that you may not see")
	}
	switch {
	case len(v.Conflicts) == 0:
		return chip{"does not fit", "bad"}, nil
	case n == 1 && hours != "":
		return chip{hours, "bad"}, nil
	case n == 0:
		return chip{"does not fit", "bad"}, []string{sentence(v.Conflicts[0].Resource.Words() + " " + v.Conflicts[0].Shortage())}
	}
	if n > 3 {
		names = append(names[:2:2], plain.Count(n-2, "more"))
	}
	return chip{fmt.Sprintf("%d in the way", n), "bad"}, []string{strings.Join(names, ", ")}
}

// grants reports whether the actor can grant the request as it stands, with one click.
func (x reader) grants(v scheduler.View) bool {
	missing := slices.ContainsFunc(v.Asked(), func(a scheduler.Approval) bool { return a.Open() || a.Decision == scheduler.Refused })
	return v.Fit.Fits && !missing && v.Slot.Start.After(x.now) && slices.Contains(v.Actions, scheduler.ActionSchedule)
}

// decision is the row of a request that waits for the actor's decision.
func (x reader) decision(who account.Actor, v scheduler.View, n names) entry {
	e := x.row(v, n)
	e.Chip, e.Hints = x.standing(v, n)
	if v.PendingMove != nil {
		e.When, e.Soon, e.Chip = v.PendingMove.Slot, x.away(v.PendingMove.Slot.Start), chip{"move proposed", "wait"}
		e.Hints = []string{"from " + x.slot(v.Slot) + ", by " + n.Person(v.PendingMove.By)}
	}
	if v.Absent() && v.PendingMove == nil && len(openTo(who, v.Request)) == 0 {
		e.Chip, e.Hints = chip{flagWords[scheduler.FlagUnreported], "bad"}, []string{"An operator can report what happened; you can move or cancel it."}
		e.Deeds = []deed{{Label: "Open", URL: requestPageOf(v.Number), Primary: true}}
		return e
	}
	decide := deed{Label: "Decide…", URL: decisionPage(v.Number)}
	if v.PendingMove != nil {
		decide.URL = requestPageOf(v.Number) // whose page asks for the approvals of a move
	}
	easy := v.Fit.Fits && v.PendingMove == nil && v.Slot.Start.After(x.now)
	switch open := openTo(who, v.Request); {
	case len(open) > 0 && easy:
		for i, t := range open {
			label := "Approve"
			if len(open) > 1 {
				label += " for " + n.Bed(t)
			}
			e.Deeds = append(e.Deeds, deed{Label: label, Value: named("approve", v.Request, t), Primary: i == 0})
		}
		e.Pick = named("approve", v.Request, open...)
		e.Chip = chip{"fits", "good"} // what is missing is the reader's own approval, or not theirs to give
	case x.grants(v):
		e.Deeds, e.Pick = []deed{{Label: "Schedule", Value: named("schedule", v.Request), Primary: true}}, named("schedule", v.Request)
	case v.Mentor == "" && who.Is(account.RoleMentor) && slices.Contains(v.Actions, scheduler.ActionAssign):
		e.Deeds = []deed{{Label: "Take it", Value: named("take", v.Request), Primary: true}}
	}
	e.Deeds = append(e.Deeds, decide)
	return e
}

// row is a request without a step of its own.
func (x reader) row(v scheduler.View, n names) entry {
	return entry{View: v, When: v.Slot, Soon: x.away(v.Slot.Start), Where: strings.Join(n.Beds(v.Testbeds()), ", "), By: n.Person(v.Experimenter), To: n.Person(v.Mentor)}
}

// openTo lists the testbeds whose required approval the actor can give.
func openTo(who account.Actor, r scheduler.Request) (ids []string) {
	for _, a := range r.Asked() {
		if a.Open() && who.Provides(a.Testbed) {
			ids = append(ids, a.Testbed)
		}
	}
	return ids
}
