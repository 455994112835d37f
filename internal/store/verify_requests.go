package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"berth/scheduler"
)

// columns holds the columns of a request beside its document.
type columns struct {
	id, status, experimenter, mentor, words string
	number, starts, ends, revision          int64
	due                                     *int64
	document                                string
	testbeds                                []string
}

// requestColumns compares the columns of requests, and the testbeds that they touch, with their documents. A request comes in as many rows as
// it touches testbeds, one after the other.
func (r *reader) requestColumns(ctx context.Context, known numbers, yield func(text string) error) error {
	var last columns
	judge := func() error {
		if last.id == "" {
			return nil
		}
		known.add(last.number)
		return last.compare(yield)
	}
	err := r.each(ctx, func(s scan) error {
		var c columns
		var testbed *string
		if err := s(&c.id, &c.number, &c.status, &c.experimenter, &c.mentor, &c.words, &c.starts, &c.ends, &c.due, &c.revision, &c.document, &testbed); err != nil {
			return err
		}
		if c.id != last.id {
			if err := judge(); err != nil {
				return err
			}
			last = c
		}
		if testbed != nil {
			last.testbeds = append(last.testbeds, *testbed)
		}
		return nil
	}, `SELECT r.id, r.number, r.status, r.experimenter, r.mentor, r.words, r.starts, r.ends, r.due, r.revision, r.document, t.testbed
		FROM requests r LEFT JOIN request_testbeds t ON t.request = r.id ORDER BY r.number, t.testbed`)
	if err != nil {
		return err
	}
	return judge()
}

// compare finds the columns that differ from the document.
func (c columns) compare(yield func(text string) error) error {
	doc, err := parsed[stored]("request", c.document)
	if err != nil {
		return yield(fmt.Sprintf("request #%d: its document cannot be read: %v", c.number, err))
	}
	r := doc.request()
	touched := scheduler.Touched(r)
	for _, x := range []struct {
		name             string
		column, document any
	}{
		{"id", c.id, r.ID},
		{"number", c.number, r.Number},
		{"status", c.status, string(r.Status)},
		{"experimenter", c.experimenter, r.Experimenter},
		{"mentor", c.mentor, r.Mentor},
		{"words", c.words, searched(r)},
		{"starts", c.starts, seconds(r.Slot.Start)},
		{"ends", c.ends, seconds(r.Slot.End)},
		{"revision", c.revision, r.Revision},
		{"testbeds", strings.Join(c.testbeds, " "), strings.Join(touched, " ")},
	} {
		if x.column == x.document {
			continue
		}
		if err := yield(fmt.Sprintf("request #%d: its column %s is %q, but its document says %q", c.number, x.name, fmt.Sprint(x.column), fmt.Sprint(x.document))); err != nil {
			return err
		}
	}
	return c.timed(r, yield)
}

// timed judges whether time is to do something to a request if and only if there is something to do.
func (c columns) timed(r scheduler.Request, yield func(text string) error) error {
	open := slices.ContainsFunc(r.Offers, func(o scheduler.Offer) bool { return o.State == scheduler.OfferOpen })
	must := open || r.Status.Begun() || r.PendingMove != nil || r.Status == scheduler.UnderReview && r.HoldUntil != nil
	may := must || r.Status == scheduler.Scheduled
	switch {
	case must && c.due == nil:
		return yield(fmt.Sprintf("request #%d (%s): timed work is pending, but its column due is empty", c.number, r.Status))
	case !may && c.due != nil:
		return yield(fmt.Sprintf("request #%d (%s): its column due is %d, but no timed work is pending", c.number, r.Status, *c.due))
	}
	return nil
}
