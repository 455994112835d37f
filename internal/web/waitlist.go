package web

import (
	"context"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// readWaitFor reads how a form asks to wait.
func readWaitFor(form url.Values, zone *time.Location) (w scheduler.WaitFor, err error) {
	switch what := form.Get("wait_for"); what {
	case "", "slot":
		w.For = scheduler.WaitSlot
	case "alternative":
		w.For = scheduler.WaitAlternative
		if w.MaxCost, err = strconv.ParseFloat(strings.TrimSpace(form.Get("max_cost")), 64); err != nil {
			return w, invalid("max_cost", "must be a number of hours")
		}
	default:
		w.For = scheduler.WaitKind(what)
	}
	if w.For != scheduler.WaitSlot { // whose form has the fields all the same
		if w.Window, err = readWaitWindow(form, zone); err != nil {
			return w, err
		}
	}
	w.IfMissed = scheduler.IfMissed(form.Get("if_missed"))
	if text := form.Get("wait_until"); text != "" {
		at, err := readTime("wait_until", text, zone)
		if err != nil {
			return w, err
		}
		w.Until = &at
	}
	return w, nil
}

// readWaitWindow reads the window of a form for waiting; nil if it names none.
func readWaitWindow(form url.Values, zone *time.Location) (*testbeds.Slot, error) {
	if form.Get("wait_from") == "" && form.Get("wait_to") == "" {
		return nil, nil
	}
	var s testbeds.Slot
	for field, to := range map[string]*time.Time{"wait_from": &s.Start, "wait_to": &s.End} {
		t, err := readTime(field, form.Get(field), zone)
		if err != nil {
			return nil, err
		}
		*to = t
	}
	return &s, nil
}

// ofWaiting names the faults of a way to wait as its form does.
func ofWaiting(err error) error {
	e, ok := asError(err)
	if !ok || e.Code != scheduler.CodeInvalid {
		return err
	}
	out := *e
	out.Fields = slices.Clone(e.Fields)
	for i, f := range out.Fields {
		switch name := strings.TrimPrefix(f.Field, "wait."); {
		case name == "window":
			out.Fields[i].Field = "wait_from"
		case name == "until", name == "for":
			out.Fields[i].Field = "wait_" + name
		}
	}
	return &out
}

// waits says for what a request waits, since when and at which place, for its reader.
func (x reader) waits(r scheduler.Request, place int) (title template.HTML, lines []template.HTML) {
	w := r.Wait
	switch {
	case w.Offer != "":
		for _, o := range r.Offers {
			if o.ID == w.Offer {
				lines = append(lines, markup("%s is held for it until %s, %s; if it is not taken by then, it goes to the next who waits: %s.", x.markSlot(o.What.Slot), x.mark(o.Expires), x.away(o.Expires), w.Missing()))
			}
		}
		return "Something came free for it.", lines
	case place > 1:
		title = markup("It is on the waitlist, at place %d.", place)
	default:
		title = "It is first on the waitlist."
	}
	return title, []template.HTML{markup("It %s.", x.humane(w.Words())), markup("Since %s; whoever is more important, or asked earlier for some of the same, comes first.", x.mark(w.Since)),
		markup("What comes free is offered to it, and held for a while. If it misses an offer: %s.", w.Missing())}
}

// waitRow is a request on the waitlist.
type waitRow struct {
	entry
	Place    int
	Words    string
	Since    time.Time
	Priority string // empty for the normal one
	Missing  string // what a missed offer leads to
	Until    *time.Time
}

// waitlist lists those who wait, in their order.
func (s *site) waitlist(ctx context.Context, who account.Actor, q url.Values, p *requestsPage) error {
	page, err := s.service.Waitlist(ctx, who, p.Testbed, q.Get("cursor"), onePage)
	if err != nil {
		return err
	}
	var views []scheduler.View
	for _, w := range page.Items {
		views = append(views, scheduler.View{Request: w.Request, Place: w.Place})
	}
	n, err := s.namesIn(ctx, who, views)
	if err != nil {
		return err
	}
	x := s.readerOf(who)
	for _, v := range views {
		row := waitRow{entry: x.row(v, n), Place: v.Place, Words: x.humane(v.Wait.Words()), Since: v.Wait.Since, Missing: v.Wait.Missing()}
		if priority := v.Priority.Named(); priority != scheduler.PriorityNormal {
			row.Priority = string(priority)
		}
		for _, o := range v.Offers {
			if o.ID == v.Wait.Offer {
				row.Until = new(o.Expires)
			}
		}
		p.Waiters = append(p.Waiters, row)
	}
	if page.Next != "" {
		p.Next = template.URL("/requests?" + url.Values{"view": {p.View}, "testbed": {p.Testbed}, "cursor": {page.Next}}.Encode())
	}
	return nil
}
