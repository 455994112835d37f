package store

import (
	"context"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"berth/scheduler"
)

// columns holds the columns of a request beside its document, and the ends of its history.
type columns struct {
	id, status, experimenter, mentor, words  string
	organisation, experiment                 string
	number, starts, ends, revision, sequence int64
	due                                      *int64
	document                                 string
	first, last                              *string
}

func columnsRow(s scan) (c columns, err error) {
	return c, s(&c.id, &c.number, &c.status, &c.experimenter, &c.mentor, &c.words, &c.organisation, &c.experiment, &c.starts, &c.ends, &c.due, &c.revision, &c.sequence, &c.document, &c.first, &c.last)
}

// audited is a request once it was parsed and compared with its columns.
type audited struct {
	record   scheduler.Record
	id       string
	number   int64
	faults   []string
	testbeds []touchedRow
	weeks    []weekRow
	waits    []waitRow
	err      error
}

// Requests streams every request by number, and compares its columns with its document. yield may use the reader.
func (a *audit) Requests(ctx context.Context, yield func(scheduler.Record) error) error {
	read := func(after int64) ([]columns, error) {
		return all(ctx, a.tx, columnsRow, `SELECT r.id, r.number, r.status, r.experimenter, r.mentor, r.words, r.organisation, r.experiment, r.starts, r.ends, r.due, r.revision, r.sequence, r.document,
			(SELECT h.document FROM history h WHERE h.request = r.id ORDER BY h.id LIMIT 1), (SELECT h.document FROM history h WHERE h.request = r.id ORDER BY h.id DESC LIMIT 1)
			FROM requests r WHERE r.number > $1 ORDER BY r.number LIMIT $2`, after, auditPage)
	}
	return inPages(read, func(c columns) int64 { return c.number }, columns.audit, func(x audited) error {
		if x.err != nil {
			return x.err
		}
		a.note(x)
		if x.record.ID == "" {
			return nil // its document cannot be read
		}
		return yield(x.record)
	})
}

// note adds up the rows that a request should have.
func (a *audit) note(x audited) {
	a.known.add(x.number)
	a.faults = append(a.faults, x.faults...)
	for _, t := range x.testbeds {
		a.testbeds.add(maphash.Comparable(a.seed, t))
	}
	for _, w := range x.weeks {
		a.weeks.add(maphash.Comparable(a.seed, w))
	}
	for _, w := range x.waits {
		a.waits.add(maphash.Comparable(a.seed, w))
	}
	id := maphash.String(a.seed, x.id)
	if !x.record.Empty {
		a.begun.add(id)
	}
	if owner, named := a.owners[x.number]; named && owner == id {
		delete(a.owners, x.number)
	}
}

// audit parses a request, and compares its columns with its document.
func (c columns) audit() (x audited) {
	x.id, x.number = c.id, c.number
	if x.record, x.err = c.history(); x.err != nil {
		return x
	}
	for _, w := range weeksOf(c.starts, c.ends) {
		x.weeks = append(x.weeks, weekRow{w, c.number})
	}
	doc, err := parsed[stored]("request", c.document)
	if err != nil {
		x.faults = []string{fmt.Sprintf("request #%d: its document cannot be read: %v", c.number, err)}
		return x
	}
	r := doc.request()
	for _, t := range scheduler.Touched(r) {
		x.testbeds = append(x.testbeds, touchedRow{t, c.id, c.number})
	}
	x.faults, x.waits = append(c.compare(r), c.timed(r)...), waitRows(r)
	r.Number, r.Revision, r.Sequence, r.Due = c.number, c.revision, c.sequence, nil
	if c.due != nil {
		r.Due = new(fromSeconds(*c.due))
	}
	x.record.Request = r
	return x
}

// history parses as much of the ends of a history as is judged.
func (c columns) history() (x scheduler.Record, err error) {
	if x.Empty = c.first == nil || c.last == nil; x.Empty {
		return x, nil
	}
	if action, found := only(*c.first, `"action":"`, `"`); found {
		x.First = scheduler.Action(action)
	} else {
		first, err := parsed[struct{ Action scheduler.Action }]("history", *c.first)
		if err != nil {
			return x, err
		}
		x.First = first.Action
	}
	if to, found := only(*c.last, `"to":"`, `"`); found {
		x.Last = scheduler.Status(to)
		return x, nil
	}
	last, err := parsed[struct{ To scheduler.Status }]("history", *c.last)
	x.Last = last.To
	return x, err
}

// compare finds the columns that differ from the document.
func (c columns) compare(r scheduler.Request) (faults []string) {
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
		{"organisation", c.organisation, subjectKey(r.Organisation)},
		{"experiment", c.experiment, subjectKey(r.Experimented())},
		{"starts", c.starts, seconds(r.Slot.Start)},
		{"ends", c.ends, seconds(r.Slot.End)},
		{"revision", c.revision, r.Revision},
	} {
		if x.column != x.document {
			faults = append(faults, c.differs(x.name, fmt.Sprint(x.column), fmt.Sprint(x.document)))
		}
	}
	return faults
}

func (c columns) differs(name, column, document string) string {
	return fmt.Sprintf("request #%d: its column %s is %q, but its document says %q", c.number, name, column, document)
}

// timed judges whether time is to do something to a request if and only if there is something to do.
func (c columns) timed(r scheduler.Request) []string {
	open := slices.ContainsFunc(r.Offers, func(o scheduler.Offer) bool { return o.State == scheduler.OfferOpen })
	must := open || r.Status.Begun() || r.PendingMove != nil || r.Status == scheduler.UnderReview && (r.HoldUntil != nil || r.Wait != nil)
	may := must || r.Status == scheduler.Scheduled || r.DecideBy() != nil // its reminders may all have been given
	switch {
	case must && c.due == nil:
		return []string{fmt.Sprintf("request #%d (%s): timed work is pending, but its column due is empty", c.number, r.Status)}
	case !may && c.due != nil:
		return []string{fmt.Sprintf("request #%d (%s): its column due is %d, but no timed work is pending", c.number, r.Status, *c.due)}
	}
	return nil
}

// compareTestbeds compares the testbeds that each request has rows of with those of its document. A request comes in as many rows as it touches
// testbeds, one after the other.
func (a *audit) compareTestbeds(ctx context.Context, yield func(text string) error) error {
	var last columns
	var rows []string
	judge := func() error {
		doc, err := parsed[stored]("request", last.document)
		touched := strings.Join(scheduler.Touched(doc.request()), " ")
		if have := strings.Join(rows, " "); err == nil && have != touched {
			return yield(last.differs("testbeds", have, touched))
		}
		return nil // there is none yet, or that it cannot be read was said before
	}
	err := a.each(ctx, func(s scan) error {
		var c columns
		var testbed *string
		if err := s(&c.number, &c.document, &testbed); err != nil {
			return err
		}
		if c.number != last.number {
			if err := judge(); err != nil {
				return err
			}
			last, rows = c, nil
		}
		if testbed != nil {
			rows = append(rows, *testbed)
		}
		return nil
	}, `SELECT r.number, r.document, t.testbed FROM requests r LEFT JOIN request_testbeds t ON t.request = r.id ORDER BY r.number, t.testbed`)
	if err != nil {
		return err
	}
	return judge()
}
