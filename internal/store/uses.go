package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// usedDocument is the part of a request's document that reports read: less than half of the work of reading all of it.
type usedDocument struct {
	NSD          string             `json:"nsd"`
	Organisation string             `json:"organisation"`
	Experimenter string             `json:"experimenter"`
	Status       scheduler.Status   `json:"status"`
	Slot         testbeds.Slot      `json:"slot"`
	Scheduled    *testbeds.Slot     `json:"scheduled"`
	Released     *time.Time         `json:"released"`
	Actual       *scheduler.Actual  `json:"actual"`
	Demand       testbeds.Demand    `json:"demand"`
	Approvals    []approvalDocument `json:"approvals"`
	Overbooked   []struct{}         `json:"overbooked"`
	Created      time.Time          `json:"created"`
}

type approvalDocument struct {
	Decision scheduler.Decision `json:"decision"`
}

// usesColumns are those of a request, with the entry of its first decision and, if it was rejected or cancelled, that of this. An entry's action is
// found in its document as it is written: no text in it can hold an unescaped quotation mark.
const usesColumns = `SELECT r.document,
	(SELECT h.document FROM history h WHERE h.request = r.id AND (h.document LIKE '%"action":"schedule"%' OR h.document LIKE '%"action":"reject"%') ORDER BY h.id LIMIT 1),
	CASE WHEN r.status IN ('REJECTED', 'CANCELLED') THEN
		(SELECT h.document FROM history h WHERE h.request = r.id AND (h.document LIKE '%"action":"reject"%' OR h.document LIKE '%"action":"cancel"%'
			OR h.document LIKE '%"action":"no_show"%') ORDER BY h.id DESC LIMIT 1) END
	FROM requests r `

// maxWeeks bounds the weeks by which requests of a span are found; there are fewer of them, with the blocks, in the longest report.
const maxWeeks = 128

// Uses streams what a report needs of the requests whose slots touch a span.
func (r *reader) Uses(ctx context.Context, from, to time.Time, v *scheduler.Visible, yield func(scheduler.Used) error) error {
	var w where
	if weeks := cover(seconds(from), seconds(to), maxWeeks); len(weeks) > 0 {
		w.and(`r.number IN (SELECT x.number FROM request_weeks x WHERE x.week IN (`+strings.TrimSuffix(strings.Repeat("?,", len(weeks)), ",")+`))`, anys(weeks)...)
	}
	w.and(`r.ends > ?`, seconds(from))
	w.and(`r.starts < ?`, seconds(to))
	if v != nil {
		w.visible(*v)
	}
	err := r.each(ctx, func(s scan) error {
		u, err := usedRow(s)
		if err != nil {
			return err
		}
		return yield(u)
	}, usesColumns+w.String()+`ORDER BY r.number`, w.args...)
	if err != nil {
		return fmt.Errorf("reading the use of testbeds: %w", err)
	}
	return nil
}

func usedRow(s scan) (u scheduler.Used, err error) {
	var text string
	var decided, closed sql.NullString
	if err := s(&text, &decided, &closed); err != nil {
		return u, err
	}
	d, err := parsed[usedDocument]("request", text)
	if err != nil {
		return u, err
	}
	u = scheduler.Used{Experimenter: d.Experimenter, Organisation: d.Organisation, NSD: d.NSD, Status: d.Status, Slot: d.Slot, Scheduled: d.Scheduled, Released: d.Released, Actual: d.Actual,
		Demand: d.Demand, Overbooked: len(d.Overbooked) > 0, Created: d.Created}
	for _, a := range d.Approvals {
		u.Refused = u.Refused || a.Decision == scheduler.Refused
	}
	if decided.Valid {
		e, err := parsed[struct {
			At time.Time `json:"at"`
		}]("history", decided.String)
		if err != nil {
			return u, err
		}
		u.Decided = &e.At
	}
	if closed.Valid {
		e, err := parsed[scheduler.Entry]("history", closed.String)
		if err != nil {
			return u, err
		}
		u.Closed = &e
	}
	return u, nil
}
