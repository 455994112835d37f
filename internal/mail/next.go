package mail

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
)

// approvals asks a provider for the missing approvals of their testbeds, with a link that gives them.
func (p *Mailer) approvals(ctx context.Context, l *letter, r scheduler.Request, to reader, at phrases.Reader) error {
	var asked []string
	for _, a := range r.Asked() {
		if !a.Open() || !to.actor.Provides(a.Testbed) {
			continue
		}
		sealed, err := p.requests.ApprovalLink(ctx, account.System, r.ID, a.Testbed, to.person.Username)
		if err != nil {
			return err
		}
		asked = append(asked, at.Bed(a.Testbed))
		l.Links = append(l.Links, link{"Approve or refuse for " + at.Bed(a.Testbed), p.settings.Site + "/approvals/" + sealed, "Shows a page first. For you alone; works once."})
	}
	if len(asked) > 0 {
		l.Next = "It needs your approval for " + strings.Join(asked, " and ") + "."
	}
	return nil
}

// needed asks the experimenter whether a slot is still needed, with a link that says so.
func (p *Mailer) needed(ctx context.Context, l *letter, e scheduler.Event, r scheduler.Request, to reader) error {
	if e.Action != scheduler.ActionAskNeeded || to.person.Username != r.Experimenter {
		return nil
	}
	sealed, err := p.requests.NeededLink(ctx, account.System, r.ID, to.person.Username)
	if scheduler.CodeOf(err) == scheduler.CodeConflict {
		return nil // it was answered meanwhile
	}
	if err != nil {
		return err
	}
	l.Next = "Please say whether you still need it."
	l.Links = append(l.Links, link{"Keep it, or give it back", p.settings.Site + "/needed/" + sealed, "Shows a page first. For you alone."})
	return nil
}

// offers lists the offers; the experimenter can take each with a link.
func (p *Mailer) offers(l *letter, r scheduler.Request, to reader, at phrases.Reader) {
	var lines []string
	for _, o := range r.Offers {
		if o.State != scheduler.OfferOpen {
			continue
		}
		if o.Link == "" || to.person.Username != r.Experimenter {
			lines = append(lines, at.Alternative(o.What)+"; held until "+at.At(o.Expires))
			continue
		}
		hint := "Held for you until " + at.At(o.Expires)
		for _, c := range o.What.Changes {
			hint += "; " + c.Text
		}
		l.Links = append(l.Links, link{"Take " + at.Slot(o.What.Slot), p.settings.Site + "/offers/" + o.Link, hint + "."})
		l.Next = "Taking a slot makes a new request for it; nothing has to be typed again. A page asks before anything happens."
		if r.Status != scheduler.Rejected {
			l.Next = "Taking it gives the request this slot, held until it is scheduled. A page asks before anything happens."
		}
	}
	if len(lines) > 0 {
		l.Lists = append(l.Lists, bullets{"Offered", lines})
	}
}

// next says what follows for a reader without an approval to give or an offer to take, and what the button to the request is called.
func next(v scheduler.View, to reader, at phrases.Reader) (say, label string) {
	r, me := v.Request, to.person.Username
	decides := to.actor.Is(account.RoleMentor) && r.Mentor == "" || account.MayMentor(to.actor.Roles) && r.Mentor == me && me != ""
	operates := me != "" && to.actor.Is(account.RoleOperator)
	label = "Open the request"
	lost := slices.ContainsFunc(r.Flags, func(f scheduler.Flag) bool { return f.Kind == scheduler.FlagFacility })
	switch {
	case r.Wait != nil && me == r.Experimenter && v.Place > 0:
		return fmt.Sprintf("It waits, at place %d. You are told when something comes free for it.", v.Place), label
	case r.Status == scheduler.Scheduled && lost && (decides || me == r.Experimenter):
		return "It cannot run as it is booked. Move it to where it fits.", "See what works"
	case r.Status == scheduler.UnderReview && decides && r.Mentor == "":
		return "It has no mentor yet: whoever takes it decides.", "Take it, or decide"
	case r.Status == scheduler.UnderReview && decides && !v.Fit.Fits:
		return "As things are it does not fit. Schedule it for another slot, or reject it with slots that work.", "Decide"
	case r.Status == scheduler.UnderReview && decides && len(waits(r)) > 0:
		return "It fits. " + waitsFor(r, at) + " Then you decide.", label
	case r.Status == scheduler.UnderReview && decides:
		return "It fits, and you decide.", "Decide"
	case r.Status == scheduler.UnderReview && me == r.Experimenter && !v.Fit.Fits:
		return "As things are it does not fit. You can choose another slot.", "See what works"
	case r.Status == scheduler.UnderReview && len(waits(r)) > 0:
		return waitsFor(r, at) + " Then its mentor decides.", label
	case r.Status == scheduler.Rejected && slices.ContainsFunc(r.Offers, func(o scheduler.Offer) bool { return o.State == scheduler.OfferAccepted }):
		return "", label
	case r.Status == scheduler.Rejected && me == r.Experimenter:
		return "You can ask for another slot.", "See what works"
	case r.Overrun && operates:
		return "Tear it down, and report the end.", label
	case r.Overrun:
		return "Operators tear it down.", label
	case unreported(r) && operates:
		return "Report its start, if it runs, or its end; late reports give the real times.", "Say what happened"
	case unreported(r):
		return "Operators say what happened.", label
	case r.Status == scheduler.Scheduled && operates:
		return "Orchestrate it by " + at.At(begins(r)) + ", and report the start.", label
	case r.Status.Begun() && operates:
		return "Tear it down at " + at.At(r.Slot.End) + ", and report the end.", label
	}
	return phrases.Next(r.Status), label
}

// unreported reports whether the slot of a request has begun, and nobody has reported its start in time.
func unreported(r scheduler.Request) bool {
	return slices.ContainsFunc(r.Flags, func(f scheduler.Flag) bool { return f.Kind == scheduler.FlagUnreported })
}

// begins returns when a request begins to occupy its capacity.
func begins(r scheduler.Request) time.Time {
	if r.Occupied != nil {
		return r.Occupied.Start
	}
	return r.Slot.Start
}

// waits lists the testbeds whose approval is missing.
func waits(r scheduler.Request) (ids []string) {
	for _, a := range r.Asked() {
		if a.Open() {
			ids = append(ids, a.Testbed)
		}
	}
	return ids
}

func waitsFor(r scheduler.Request, at phrases.Reader) string {
	ids := waits(r)
	for i, id := range ids {
		ids[i] = at.Bed(id)
	}
	return "It waits for the approval of " + strings.Join(ids, " and ") + "."
}
