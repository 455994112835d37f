package web

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds/plain"
)

// foresee says what the chosen way would do, and what its button says. Where nobody has chosen, and it can be had as asked, that is the way.
func (s *site) foresee(ctx context.Context, who account.Actor, p *deskPage, form url.Values) error {
	if p.Chosen == "" && len(p.Ways) > 0 && p.Ways[0].Kind == wayAsked {
		p.Chosen = wayAsked
	}
	at := slices.IndexFunc(p.Ways, func(w deskWay) bool { return w.Value == p.Chosen })
	if at < 0 {
		p.Chosen, p.Says = "", p.verb()
		return nil
	}
	way := p.Ways[at]
	if way.Kind == wayReject {
		form = p.ticked(form)
	}
	if p.Pass && p.Lacks == "" && way.Kind == wayTake { // the box stays where it was ticked
		p.Lacks = p.agreesAnew()
	}
	out, err := s.foretell(ctx, who, p, way.Value, orElse(way.Must || p.Pass, p.Reason), form)
	p.Says = p.says(way)
	if p.Breaks != "" && p.Against {
		p.Says += ", against the policy"
	}
	if e, ok := asError(err); ok && e.Verdict == nil && len(e.Overrides) > 0 {
		if p.Waiting = p.Waits(); p.Waiting == "" {
			p.Waiting = p.agreesAnew()
			p.Lacks = p.Waiting
		}
		return nil
	}
	if e, ok := asError(err); ok && (e.Code == scheduler.CodeConflict || e.Code == scheduler.CodeInvalid) {
		_, p.Problem = s.explained(who, err)
		return nil
	}
	if err != nil {
		return err
	}
	p.Can, p.Effects = p.Breaks == "" || p.Against, append([]string{p.first(s.readerOf(who), who, way, out)}, p.further(s.readerOf(who), out)...)
	return nil
}

// first says what a way does, and who is told.
func (p *deskPage) first(x reader, who account.Actor, way deskWay, out scheduler.Outcome) string {
	r, told := out.Request, p.Names.told(who, out.Request)
	switch {
	case way.Kind == wayReject:
		return "It is rejected, " + offering(out.Request, p.Names) + ". " + told
	case r.PendingMove != nil:
		return "It keeps its slot until the move to " + x.slot(r.PendingMove.Slot) + " is approved. " + told
	case p.Action == scheduler.ActionMove:
		return "It is moved to " + x.slot(r.Slot) + ". " + told
	}
	return "It is scheduled for " + x.slot(r.Slot) + ". " + told
}

// orElse gives a decision that needs a reason one, so that it can be foreseen.
func orElse(must bool, reason string) string {
	if must && strings.TrimSpace(reason) == "" {
		return foreseen
	}
	return reason
}

// ticked returns the form with its offers as they are shown: as the reader has ticked them, or the best ones.
func (p *deskPage) ticked(form url.Values) url.Values {
	out := url.Values{}
	chosen := form.Has("offers")
	for i, o := range p.Offers {
		if chosen {
			p.Offers[i].Checked = slices.Contains(form["offer"], o.JSON)
		}
		out.Add("alternative", o.JSON)
		if p.Offers[i].Checked {
			out.Add("choose", fmt.Sprint(i))
		}
	}
	return out
}

// verb says what a decision for the request does.
func (p *deskPage) verb() string {
	if p.Action == scheduler.ActionMove {
		return "Move"
	}
	return "Schedule"
}

// forSlot names the slot, where it is not the one that was asked for.
func (p *deskPage) forSlot(x reader) string {
	switch {
	case p.Action == scheduler.ActionMove:
		return " to " + x.slot(p.Slot)
	case p.Other:
		return " for " + x.slot(p.Slot)
	}
	return " as asked"
}

// says is what the button of a way says.
func (p *deskPage) says(w deskWay) string {
	switch w.Kind {
	case wayDisplace:
		var numbers []string
		for _, n := range strings.Fields(strings.TrimPrefix(w.Value, wayDisplace)) {
			numbers = append(numbers, "#"+n)
		}
		return p.verb() + " and displace " + strings.Join(numbers, " and ")
	case wayOverbook:
		return p.verb() + " and overbook"
	case wayReject:
		n := 0
		for _, o := range p.Offers {
			if o.Checked {
				n++
			}
		}
		if n == 0 {
			return "Reject without offers"
		}
		return "Reject and offer " + plain.Count(n, "slot")
	case wayTake:
		if p.Action == scheduler.ActionMove {
			return "Move it there"
		}
		return "Schedule it there"
	}
	if p.Pass && p.Lacks != "" {
		return p.verb() + " without the approval"
	}
	return p.verb()
}

// settle takes the decision of the form, or shows what it would do. A decision that somebody else has overtaken says who, and shows the request as it is
// now.
func (s *site) settle(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	ctx, form := r.Context(), r.PostForm
	v, err := s.service.Get(ctx, who, r.PathValue("number"))
	if err != nil {
		return err
	}
	revision, err := number(form, "revision")
	if err != nil {
		return err
	}
	testbed, decision := form.Get("approve"), scheduler.Approved
	if testbed == "" {
		testbed, decision = form.Get("refuse"), scheduler.Refused
	}
	if form.Get("step") != "confirm" && testbed == "" {
		return s.decides(w, r, who, v, form, http.StatusOK)
	}
	if revision != 0 && revision != v.Revision { // what can be done with it may be something else now
		return s.overtaken(ctx, who, v)
	}
	reason := strings.TrimSpace(form.Get("reason"))
	if testbed != "" {
		_, err = s.service.Approve(ctx, who, v.ID, testbed, scheduler.Approve{Decision: decision, Reason: reason, Revision: revision})
	} else {
		err = s.confirm(ctx, who, v, form, reason, revision)
	}
	e, refused := asError(err)
	switch {
	case err == nil:
		return done(w, r, fmt.Sprintf("/requests/%d", v.Number), "decided")
	case refused && (e.Code == scheduler.CodePrecondition || e.Code == scheduler.CodeConflict && len(e.Allowed) > 0):
		return s.overtaken(ctx, who, v)
	case refused && e.Code == scheduler.CodeConflict && e.Verdict != nil:
		return scheduler.Errorf(scheduler.CodeConflict, "it does not fit any more: somebody else was granted what it needs. Nothing was decided; here is what works now")
	}
	return err
}

// confirm takes the chosen way.
func (s *site) confirm(ctx context.Context, who account.Actor, v scheduler.View, form url.Values, reason string, revision int64) error {
	p := &deskPage{R: v, Slot: v.Slot}
	p.may(who, s.o.Clock())
	if err := p.read(form, s.readerOf(who).zone); err != nil {
		return err
	}
	switch {
	case p.Chosen == "":
		return invalid("way", "must be chosen first")
	case p.Chosen == wayReject:
		form = url.Values{"alternative": form["offer"]}
		for i := range form["alternative"] {
			form.Add("choose", fmt.Sprint(i))
		}
	}
	_, err := s.try(ctx, who, p, p.Chosen, reason, false, revision, form)
	return err
}

// overtaken says who changed a request while it was being decided.
func (s *site) overtaken(ctx context.Context, who account.Actor, v scheduler.View) error {
	history, err := s.service.History(ctx, who, v.ID, "", longestThread)
	if err != nil {
		return err
	}
	f, _, err := s.service.Facility(ctx, who)
	if err != nil {
		return err
	}
	last := history.Items[len(history.Items)-1] // its submission at least
	n, err := s.named(ctx, who, f, last.Actor)
	if err != nil {
		return err
	}
	by, x := n.Person(last.Actor), s.readerOf(who)
	if last.Actor == who.Username {
		by = "you, on another page,"
	}
	return scheduler.Errorf(scheduler.CodePrecondition, "nothing was decided: in the meantime %s %s (%s). This is the request as it is now", by, html.UnescapeString(string(x.happened(last, n))), x.at(last.At))
}
