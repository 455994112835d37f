package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
)

// act takes the steps that are one click away: with one request, or with several after a preview. Each carries the revision that the person saw; where
// the request has changed since, nothing is done, and they are led to where it is decided.
func (s *site) act(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	form := r.PostForm
	if form.Get("all") != "" {
		return s.actOnSeveral(w, r, who)
	}
	c, err := readClick(form.Get("do"))
	if err != nil {
		return err
	}
	to, err := s.click(r.Context(), who, c)
	switch code := scheduler.CodeOf(err); {
	case err == nil:
		return s.back(w, r, url.Values{"did": {c.action}, "of": {strconv.FormatInt(to, 10)}})
	case code == scheduler.CodePrecondition && (c.action == "schedule" || c.action == "approve"):
		return done(w, r, decisionPage(c.number), "changed")
	case code == scheduler.CodePrecondition:
		return done(w, r, fmt.Sprintf("/requests/%d", c.number), "changed")
	case code == scheduler.CodeConflict && c.action == "schedule":
		return done(w, r, decisionPage(c.number), "unfit")
	}
	return err
}

// back leads to the list from which a click came: the home, or the list of requests.
func (s *site) back(w http.ResponseWriter, r *http.Request, q url.Values) error {
	to := url.URL{Path: "/"}
	if from, err := url.Parse(r.Referer()); err == nil && from.Path == "/requests" {
		to.Path = from.Path
		if view := from.Query().Get("view"); view != "" {
			q.Set("view", view)
		}
	}
	to.RawQuery = q.Encode()
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
	return nil
}

// click is a step with a request as a button names it.
type click struct {
	action   string
	number   int64
	revision int64
	more     []string // testbeds to approve for, or an offer to take
}

// maxMore bounds the testbeds that one click approves for.
const maxMore = 20

func readClick(value string) (c click, err error) {
	parts := strings.Fields(value)
	if len(parts) < 3 || len(parts) > 3+maxMore {
		return c, invalid("do", "is not a step of this page")
	}
	c = click{action: parts[0], more: parts[3:]}
	if c.number, err = strconv.ParseInt(parts[1], 10, 64); err == nil {
		c.revision, err = strconv.ParseInt(parts[2], 10, 64)
	}
	if err != nil || c.number < 1 || c.revision < 1 {
		return c, invalid("do", "is not a step of this page")
	}
	return c, nil
}

// click takes a step, and returns the number of the request that it led to.
func (s *site) click(ctx context.Context, who account.Actor, c click) (int64, error) {
	id := strconv.FormatInt(c.number, 10)
	step := scheduler.Step{Revision: c.revision}
	var err error
	switch c.action {
	case "schedule":
		_, err = s.service.Schedule(ctx, who, id, scheduler.Schedule{Revision: c.revision})
	case "take":
		_, err = s.service.Assign(ctx, who, id, scheduler.Assign{Mentor: who.Username, Revision: c.revision})
	case "approve":
		revision := c.revision
		for _, testbed := range c.more {
			var out scheduler.Outcome
			if out, err = s.service.Approve(ctx, who, id, testbed, scheduler.Approve{Decision: scheduler.Approved, Revision: revision}); err != nil {
				return 0, err
			}
			revision = out.Request.Revision // the next approval follows this one
		}
	case "start":
		_, err = s.service.Start(ctx, who, id, step)
	case "end":
		_, err = s.service.Complete(ctx, who, id, step)
	case "accept":
		return s.takeOffer(ctx, who, id, c)
	default:
		err = invalid("do", "is not a step of this page")
	}
	return c.number, err
}

// takeOffer accepts the offer that a click names.
func (s *site) takeOffer(ctx context.Context, who account.Actor, id string, c click) (int64, error) {
	if len(c.more) != 1 {
		return 0, invalid("do", "is not a step of this page")
	}
	out, err := s.service.AcceptOffer(ctx, who, id, c.more[0], false)
	if err != nil {
		return 0, err
	}
	return out.Became().Number, nil
}

// did words the last step, from the request as it is now.
func (s *site) did(ctx context.Context, who account.Actor, q url.Values) string {
	if q.Get("did") == "" {
		return ""
	}
	v, err := s.service.Get(ctx, who, q.Get("of"))
	if err != nil {
		return ""
	}
	n, err := s.namesIn(ctx, who, []scheduler.View{v})
	if err != nil {
		return ""
	}
	x, name := s.readerOf(who), fmt.Sprintf("#%d %s", v.Number, v.Name)
	switch q.Get("did") {
	case "schedule":
		if v.Scheduled == nil {
			return ""
		}
		return name + " is scheduled for " + x.slot(v.Slot) + ". " + strings.Join(append([]string{n.Person(v.Experimenter)}, n.Beds(v.Demand.Testbeds())...), " and ") + " are told."
	case "take":
		return "You are the mentor of " + name + " now."
	case "approve":
		return "You approved " + name + ", " + x.slot(v.Slot) + ". Its mentor decides next."
	case "start":
		return name + " is " + phrases.Status(v.Status) + "."
	case "end":
		return name + " is " + phrases.Status(v.Status) + "."
	case "accept":
		return "You took the offer: " + name + " asks for " + x.slot(v.Slot) + ", which stays held for you until it is decided."
	}
	return ""
}

// severalPage previews one step with several requests, or says what became of each.
type severalPage struct {
	Action, Verb string
	Rows         []one
	Ready        int // rows that go ahead
	Done         bool
}

// one is one of several requests.
type one struct {
	entry
	Outcome string // what happens, or happened
	Why     []string
	OK      bool
	Value   string // names it in the form
}

// maxSeveral bounds the requests of one form.
const maxSeveral = 100

// actOnSeveral previews a step with the ticked requests: of those that collide, the most urgent is granted. Confirmed, it takes the step with each,
// and says what became of each.
func (s *site) actOnSeveral(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	form := r.PostForm
	p := severalPage{Action: form.Get("all"), Verb: map[string]string{"schedule": "Schedule", "approve": "Approve"}[form.Get("all")]}
	if p.Verb == "" || len(form["pick"]) > maxSeveral {
		return invalid("pick", "is not a step of this page, or has too many requests")
	}
	var clicks []click
	for _, value := range form["pick"] {
		c, err := readClick(value)
		if err != nil {
			return err
		}
		if c.action == p.Action && !slices.ContainsFunc(clicks, func(o click) bool { return o.number == c.number }) {
			clicks = append(clicks, c)
		}
	}
	if len(clicks) == 0 {
		return invalid("pick", "tick the requests first that you want to %s", strings.ToLower(p.Verb))
	}
	var err error
	if p.Done = form.Get("confirm") != ""; p.Done {
		err = s.takeSeveral(r.Context(), who, clicks, &p)
	} else {
		err = s.previewSeveral(r.Context(), who, clicks, &p)
	}
	if err != nil {
		return err
	}
	title := p.Verb + " several"
	if p.Done {
		title = "What became of them"
	}
	s.show(w, r, http.StatusOK, "several.html", title, who, p)
	return nil
}

// previewSeveral works out what would become of each request.
func (s *site) previewSeveral(ctx context.Context, who account.Actor, clicks []click, p *severalPage) error {
	ids, named := make([]string, len(clicks)), map[int64]click{}
	for i, c := range clicks {
		ids[i], named[c.number] = strconv.FormatInt(c.number, 10), c
	}
	list, err := s.service.Together(ctx, who, ids)
	if err != nil {
		return err
	}
	var views []scheduler.View
	for _, j := range list {
		views = append(views, j.View)
	}
	n, err := s.namesIn(ctx, who, views)
	if err != nil {
		return err
	}
	for _, j := range list {
		c, x := named[j.Number], s.readerOf(who)
		row := one{entry: x.row(j.View, n), OK: true, Outcome: "will be " + past[p.Action], Value: c.value()}
		switch {
		case j.Revision != c.revision:
			row.fails("changed since you saw it", nil)
		case p.Action == "schedule" && j.Err != nil:
			row.fails("stays under review", s.why(who, j.Err))
		case p.Action == "approve" && !slices.Contains(j.Actions, scheduler.ActionApprove):
			row.fails("needs no approval of yours", nil)
		}
		p.add(row)
	}
	return nil
}

// takeSeveral takes the step with one request after the other.
func (s *site) takeSeveral(ctx context.Context, who account.Actor, clicks []click, p *severalPage) error {
	var views []scheduler.View
	why := map[int64]error{}
	for _, c := range clicks {
		_, failed := s.click(ctx, who, c)
		if failed != nil && ours(failed) {
			return failed
		}
		v, err := s.service.Get(ctx, who, strconv.FormatInt(c.number, 10))
		if scheduler.CodeOf(err) == scheduler.CodeNotFound {
			continue
		}
		if err != nil {
			return err
		}
		views, why[v.Number] = append(views, v), failed
	}
	n, err := s.namesIn(ctx, who, views)
	if err != nil {
		return err
	}
	for _, v := range views {
		row := one{entry: s.readerOf(who).row(v, n), OK: true, Outcome: past[p.Action]}
		if err := why[v.Number]; err != nil {
			row.fails("not "+past[p.Action], s.why(who, err))
		}
		p.add(row)
	}
	return nil
}

// past names what was done.
var past = map[string]string{"schedule": "scheduled", "approve": "approved"}

func (p *severalPage) add(row one) {
	if row.OK {
		p.Ready++
	}
	p.Rows = append(p.Rows, row)
}

func (o *one) fails(outcome string, why []string) { o.OK, o.Outcome, o.Why = false, outcome, why }

// why words the reason of a refusal in lines.
func (s *site) why(who account.Actor, err error) []string {
	_, f := s.explained(who, err)
	return append([]string{f.Message}, f.Conflicts...)
}

// value names the click in a form.
func (c click) value() string {
	return named(c.action, scheduler.Request{Number: c.number, Revision: c.revision}, c.more...)
}
