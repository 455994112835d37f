package web

import (
	"html/template"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// stage is a point in the life of a request: passed, present, ahead, or where it ended badly.
type stage struct {
	Label string
	State string        // past, here, ahead, bad
	When  template.HTML // the instant, or what it waits for
	Plan  template.HTML // what was planned, where it was otherwise
	By    string
}

// Said is the state of the stage for those who do not see its mark.
func (s stage) Said() string {
	return map[string]string{"past": "done", "here": "now", "ahead": "to come", "bad": "stopped"}[s.State]
}

// lifeline lists the stages of a request with their real times: submission, the testbeds' approvals, the decision, start and end.
func (x reader) lifeline(r scheduler.Request, entries []scheduler.Entry, n names) []stage {
	list := []stage{{Label: "Submitted", State: "past", When: x.mark(r.Created), By: n.Person(r.Experimenter)}}
	list = append(list, x.approved(r, n)...)
	list = append(list, x.decided(r, entries, n))
	if r.Status != scheduler.Rejected && r.Status != scheduler.Cancelled {
		list = append(list, x.ran(r, entries, n)...)
	}
	if r.Status.Over() {
		return list
	}
	for i := range list {
		if list[i].State == "ahead" {
			list[i].State = "here"
			break
		}
	}
	return list
}

// approved lists the approvals of testbeds that must decide, or have decided. Once all is over, those that nobody gave say nothing.
func (x reader) approved(r scheduler.Request, n names) (list []stage) {
	for _, a := range r.Approvals {
		s := stage{Label: n.Bed(a.Testbed), State: "ahead", When: "to approve"}
		switch {
		case a.Decision == scheduler.Refused:
			s.Label, s.State = s.Label+" refused", "bad"
		case a.Decision == scheduler.Overridden:
			s.Label, s.State = s.Label+" passed over", "past"
		case a.Decision == scheduler.Approved:
			s.Label, s.State = s.Label+" approved", "past"
		case a.Policy != testbeds.ApprovalRequired || r.Status != scheduler.UnderReview:
			continue
		}
		if a.Decision != "" {
			s.By, s.When = n.Person(a.By), ""
			if a.At != nil {
				s.When = x.mark(*a.At)
			}
		}
		list = append(list, s)
	}
	return list
}

// decided is the decision about a request.
func (x reader) decided(r scheduler.Request, entries []scheduler.Entry, n names) stage {
	s := stage{Label: "Decision", State: "ahead", When: "waits for a mentor"}
	if r.Mentor != "" {
		s.When = template.HTML(template.HTMLEscapeString("by " + n.Person(r.Mentor)))
	}
	to := map[scheduler.Status]string{scheduler.Rejected: "Rejected", scheduler.Cancelled: "Cancelled"}[r.Status]
	if r.Status == scheduler.UnderReview {
		return s
	}
	s.Label, s.State, s.When = "Scheduled", "past", ""
	at := scheduler.Scheduled
	if to != "" {
		s.Label, s.State, at = to, "bad", r.Status
	}
	if e, ok := turn(entries, at); ok {
		s.When, s.By = x.mark(e.At), n.Person(e.Actor)
	}
	return s
}

// ran lists the start and the end of a request: as planned, and as it really was.
func (x reader) ran(r scheduler.Request, entries []scheduler.Entry, n names) []stage {
	plan := r.Slot
	if r.Scheduled != nil {
		plan = *r.Scheduled
	}
	start, end := stage{Label: "Start", State: "ahead", When: x.mark(plan.Start)}, stage{Label: "End", State: "ahead", When: x.mark(plan.End)}
	if a := r.Actual; a != nil && a.Start != nil {
		start = stage{Label: "Started", State: "past", When: x.mark(*a.Start), Plan: x.planned(*a.Start, plan.Start)}
		if e, ok := turn(entries, scheduler.Instantiating); ok && r.Status == scheduler.Instantiating {
			start.Label, start.By = "Instantiating", n.Person(e.Actor)
		} else if e, ok := turn(entries, scheduler.Running); ok {
			start.By = n.Person(e.Actor)
		}
	} else if r.Status.Ended() {
		start.Label, start.State, start.When, start.Plan = "Start not reported", "past", "", markup("planned %s", x.mark(plan.Start))
	}
	switch {
	case r.Status.Ended():
		end.Label, end.State = "Ended", "past"
		if r.Status == scheduler.Failed {
			end.Label, end.State = "Failed", "bad"
		}
		if a := r.Actual; a != nil && a.End != nil {
			end.When, end.Plan = x.mark(*a.End), x.planned(*a.End, plan.End)
		}
		if e, ok := turn(entries, r.Status); ok {
			end.By = n.Person(e.Actor)
		}
	case r.Status == scheduler.Terminating:
		end.Label = "Being torn down"
	case !r.Slot.End.Equal(plan.End):
		end.When, end.Plan = x.mark(r.Slot.End), markup("planned %s", x.mark(plan.End))
	}
	return []stage{start, end}
}

// planned says when something was planned, if it was otherwise.
func (x reader) planned(real, plan time.Time) template.HTML {
	if far := real.Sub(plan); max(far, -far) < time.Minute {
		return "as planned"
	}
	return markup("planned %s", x.mark(plan))
}
