package orders

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"berth/internal/intake"
	"berth/internal/openslice"
	"berth/internal/remote"
	"berth/testbeds"
)

// Portal is an Openslice whose service orders become requests.
type Portal struct {
	client *openslice.Client
	pages  string // where people see orders; empty: nowhere
	clock  func() time.Time
}

// New makes a portal of a client. site is the address of the TMF APIs: Openslice's pages are on the same host.
func New(c *openslice.Client, site string, clock func() time.Time) *Portal {
	p := &Portal{client: c, clock: clock}
	if u, err := url.Parse(site); err == nil && u.Host != "" {
		p.pages = u.Scheme + "://" + u.Host + "/services/services/service_order/"
	}
	return p
}

// abreast is how many orders are read at once: Openslice lists orders without what they want, so that each is read by itself.
const abreast = 4

// Orders lists the orders that are not over.
func (p *Portal) Orders(ctx context.Context) ([]intake.Order, error) {
	listed, err := p.client.List(ctx)
	if err != nil {
		return nil, err
	}
	now := p.clock()
	listed = slices.DeleteFunc(listed, func(l openslice.Listed) bool { return over(l, now) })
	found, failed := make([]*intake.Order, len(listed)), make([]error, len(listed))
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var reading sync.WaitGroup
	turns := make(chan struct{}, abreast)
	for i, l := range listed {
		turns <- struct{}{}
		reading.Go(func() {
			defer func() { <-turns }()
			o, there, err := p.read(ctx, l.ID)
			if failed[i] = err; err != nil {
				cancel() // one outage meets all
			} else if there {
				found[i] = o
			}
		})
	}
	reading.Wait()
	if err := worst(failed); err != nil {
		return nil, err
	}
	list := make([]intake.Order, 0, len(found))
	for _, o := range found {
		if o != nil {
			list = append(list, *o)
		}
	}
	return list, nil
}

// worst returns the error that made the others end.
func worst(list []error) (worst error) {
	for _, err := range list {
		if err != nil && (worst == nil || errors.Is(worst, context.Canceled)) {
			worst = err
		}
	}
	return worst
}

// Order reads one order.
func (p *Portal) Order(ctx context.Context, key string) (o intake.Order, there bool, err error) {
	got, there, err := p.read(ctx, key)
	if err != nil {
		return o, false, err
	}
	if !there { // Openslice answers so to anybody who may not see it, too: its list must say the same
		listed, err := p.client.List(ctx)
		if err != nil {
			return o, false, err
		}
		if slices.ContainsFunc(listed, func(l openslice.Listed) bool { return l.ID == key }) {
			return o, false, &openslice.Error{Doing: "reading service order " + key, Detail: "it is in the list, and has no content"}
		}
		return o, false, nil
	}
	return *got, true, nil
}

// read reads one order. What one order alone does to its own reading is its problem, not everybody's.
func (p *Portal) read(ctx context.Context, id string) (o *intake.Order, there bool, err error) {
	got, there, err := p.client.Get(ctx, id)
	bad, unreadable := errors.AsType[*openslice.Unreadable](err)
	switch {
	case unreadable:
		return &intake.Order{Key: id, URL: p.page(id), Word: string(got.State), Name: nameOf(got), Problem: "the order cannot be read: " + bad.Error()}, true, nil
	case err != nil:
		if _, outage := openslice.Outage(err); outage || errors.Is(err, context.Canceled) {
			return nil, false, err
		}
		return &intake.Order{Key: id, URL: p.page(id), Problem: err.Error()}, true, nil
	case !there:
		return nil, false, nil
	}
	x := p.order(got)
	return &x, true, nil
}

func (p *Portal) page(id string) string {
	if p.pages == "" {
		return ""
	}
	return p.pages + id
}

// order translates an order.
func (p *Portal) order(o openslice.Order) intake.Order {
	x := intake.Order{Key: o.ID, URL: p.page(o.ID), Word: wordOf(o), Status: statusOf(o, p.clock()), Runs: runs(o), Name: nameOf(o), Description: describe(o),
		Owner: owner(o.Parties), Created: o.Ordered.Time, Requested: slot(o.RequestedStart, o.RequestedCompletion), Feedback: said(o.Notes), Facts: facts(o), Raw: o.Raw}
	if o.State != openslice.Initial && o.State != openslice.Rejected && o.State != openslice.Cancelled { // before, Openslice shows what was wanted as the start
		if s := slot(o.Start, o.Expected); s.Start.Before(s.End) {
			x.Scheduled = &s
		}
	}
	if ending(o) {
		x.Status = endOf(o)
		return x
	}
	a, err := asked(o)
	x.Design, x.Components, x.Devices, x.Places = a.design, a.components, a.devices, a.places
	switch {
	case err != nil:
		x.Problem = err.Error()
	case o.RequestedStart.IsZero():
		x.Problem = "requestedStartDate: is missing"
	case o.RequestedCompletion.IsZero():
		x.Problem = "requestedCompletionDate: is missing"
	case !x.Requested.Start.Before(x.Requested.End):
		x.Problem = "requestedCompletionDate: is not after requestedStartDate"
	}
	return x
}

// slot makes a slot of two dates, in whole seconds.
func slot(start, end openslice.Time) testbeds.Slot {
	return testbeds.Slot{Start: start.UTC().Truncate(time.Second), End: end.UTC().Truncate(time.Second)}
}

// nameOf names an order as people do: by what it orders.
func nameOf(o openslice.Order) string {
	for _, x := range o.Items {
		if name := cmp.Or(x.Service.Name, x.Service.Specification.Name); name != "" {
			return remote.Clip(name)
		}
	}
	line, _, _ := strings.Cut(strings.TrimSpace(o.Description), "\n")
	return cmp.Or(remote.Clip(line), "service order "+o.ID)
}

// describe joins what an order says about itself.
func describe(o openslice.Order) string {
	parts := []string{}
	for _, x := range []struct{ name, text string }{{"", o.Description}, {"Category", o.Category}, {"Priority", o.Priority}, {"External id", o.ExternalID}, {"Contact", o.Contact}} {
		if text := strings.TrimSpace(x.text); text != "" {
			if x.name != "" {
				text = x.name + ": " + text
			}
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "\n")
}

// owner finds who ordered. Openslice keeps the e-mail address of a requester as further information.
func owner(parties []openslice.Party) (p intake.Party) {
	for _, x := range parties {
		switch strings.ToUpper(x.Role) {
		case "REQUESTER", "CUSTOMER":
			if p.Name == "" || p.Email == "" {
				p.Name = x.Name
				if strings.Contains(x.Info, "@") {
					p.Email = strings.TrimSpace(x.Info)
				}
			}
		case "ORGANIZATION", "ORGANISATION":
			p.Organisation = x.Name
		}
	}
	return p
}

// facts lists what people want to see of an order.
func facts(o openslice.Order) (list []intake.Fact) {
	add := func(name, value string) {
		if value != "" && len(list) < 50 {
			list = append(list, intake.Fact{Name: name, Value: remote.Clip(value)})
		}
	}
	add("external id", o.ExternalID)
	for _, x := range o.Items {
		for _, s := range x.Service.Supporting {
			add("service "+remote.Clip(cmp.Or(s.Name, s.ID)), s.ID)
		}
		if state := x.Service.State; state != "" && !strings.EqualFold(state, "feasibilityChecked") {
			add("state of "+remote.Clip(cmp.Or(x.Service.Name, x.Service.Specification.Name, x.ID)), state)
		}
	}
	return list
}

// system marks the notes of Berth, and is followed by the id of the remark.
const system = "berth"

// said joins what people said in notes, oldest first. What Berth and Openslice's own programs wrote is no news.
func said(notes []openslice.Note) string {
	notes = slices.Clone(notes)
	slices.SortStableFunc(notes, func(a, b openslice.Note) int { return cmp.Or(a.Date.Compare(b.Date.Time), cmp.Compare(a.UUID, b.UUID)) })
	parts := []string{}
	for _, n := range notes {
		text := strings.TrimSpace(n.Text)
		if text == "" || mark(n) != "" || strings.HasPrefix(n.Author, "SO641API") || strings.HasPrefix(text, "Service Order ") {
			continue
		}
		head := n.Author
		if !n.Date.IsZero() {
			head = strings.TrimSuffix(n.Date.UTC().Format("2006-01-02 15:04:05 UTC")+", "+head, ", ")
		}
		if head != "" {
			text = head + ": " + text
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "\n")
}

// mark returns the id of the remark that a note of Berth says; empty for any other.
func mark(n openslice.Note) string {
	id, ours := strings.CutPrefix(n.System, system+" ")
	if !ours {
		return ""
	}
	return id
}

// again decodes the order that was read before.
func again(o intake.Order) (openslice.Order, error) {
	return openslice.Read(o.Raw)
}

// change returns what is missing of an order that shall say what is wanted; none reports that nothing is.
func change(o openslice.Order, w intake.Wanted) (c openslice.Change, none bool) {
	none = true
	if w.Status != "" && !says(o, w.Status) {
		c.State, none = words[w.Status].write, false
	}
	dates := func(want *testbeds.Slot, start, end openslice.Time, to, until **openslice.Time) {
		if want != nil && !slot(start, end).Equal(*want) {
			*to, *until, none = &openslice.Time{Time: want.Start.UTC()}, &openslice.Time{Time: want.End.UTC()}, false
		}
	}
	dates(w.Slot, o.Start, o.Expected, &c.Start, &c.Expected)
	dates(w.Asked, o.RequestedStart, o.RequestedCompletion, &c.RequestedStart, &c.RequestedCompletion)
	for _, r := range w.News {
		if slices.ContainsFunc(o.Notes, func(n openslice.Note) bool { return mark(n) == r.ID }) {
			continue
		}
		c.Notes, none = append(c.Notes, openslice.Note{Author: r.By, Date: openslice.Time{Time: r.At.UTC().Truncate(time.Second)}, System: system + " " + r.ID, Text: r.Text}), false
	}
	return c, none
}

// Shows reports whether an order says all that is wanted of it.
func (p *Portal) Shows(o intake.Order, w intake.Wanted) bool {
	x, err := again(o)
	if err != nil {
		return false
	}
	_, none := change(x, w)
	return none
}

// Write makes an order say what is wanted, in one call. Notes are added with their ids, so that those that are there already are not added again.
func (p *Portal) Write(ctx context.Context, o intake.Order, w intake.Wanted) error {
	x, err := again(o)
	if err != nil {
		return fmt.Errorf("read service order %s again: %w", o.Key, err)
	}
	c, none := change(x, w)
	if none {
		return nil
	}
	return p.client.Patch(ctx, o.Key, c)
}

// Fault explains an error of the client.
func (p *Portal) Fault(err error) intake.Fault {
	e, ok := openslice.AsError(err)
	if !ok {
		return intake.Fault{}
	}
	outage, _ := openslice.Outage(err)
	return intake.Fault{Text: e.Error(), Remedy: openslice.Remedy(err), Outage: outage, SignIn: openslice.IsSignIn(err), Temporary: openslice.IsTemporary(err), Open: openslice.IsOpen(err)}
}
