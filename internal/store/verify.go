package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"berth/scheduler"
)

// HistoryEnds reads the first and the last entries in the histories of requests, by their ids.
func (r *reader) HistoryEnds(ctx context.Context, requests []string) (map[string]scheduler.HistoryEnds, error) {
	ends := map[string]scheduler.HistoryEnds{}
	for part := range slices.Chunk(requests, chunk) {
		in := places(1, len(part))
		err := r.each(ctx, func(s scan) error {
			var id int64
			var request, text string
			if err := s(&id, &request, &text); err != nil {
				return err
			}
			e, err := parsed[scheduler.Entry]("history", text)
			e.ID, e.Request = id, request
			x, begun := ends[request]
			if !begun {
				x.First = e
			}
			x.Last = e
			ends[request] = x
			return err
		}, `SELECT h.id, h.request, h.document FROM history h JOIN (
				SELECT MIN(id) AS id FROM history WHERE request IN (`+in+`) GROUP BY request
				UNION SELECT MAX(id) FROM history WHERE request IN (`+in+`) GROUP BY request) e ON e.id = h.id
			ORDER BY h.id`, anys(part)...)
		if err != nil {
			return nil, err
		}
	}
	return ends, nil
}

// Discrepancies streams contradictions between columns, counters, rows and documents. It also searches for rows without a request, although
// the schema forbids them: a file that was copied by hand, or opened without foreign keys, may have them.
func (r *reader) Discrepancies(ctx context.Context, yield func(text string) error) error {
	known := numbers{}
	if err := r.requestColumns(ctx, known, yield); err != nil {
		return err
	}
	for _, d := range append(slices.Clone(discrepancies), r.s.dialect.unindexed()) {
		err := r.each(ctx, func(s scan) error {
			var a, b sql.NullString
			if err := s(&a, &b); err != nil {
				return err
			}
			return yield(fmt.Sprintf(d.text, a.String, b.String))
		}, d.query)
		if err != nil {
			return fmt.Errorf("looking for %q: %w", d.text, err)
		}
	}
	return r.eventsOfNobody(ctx, known, yield)
}

// contradiction is a query, and the sentence for each of its rows.
type contradiction struct{ text, query string }

// discrepancies lists the contradictions that a query finds by itself: each row is one, with two values.
var discrepancies = []contradiction{
	{"request %s touches testbed %s but does not exist", `SELECT t.request, t.testbed FROM request_testbeds t
		LEFT JOIN requests r ON r.id = t.request WHERE r.id IS NULL ORDER BY t.request, t.testbed`},
	{"request #%s: its row of testbed %s has another number", `SELECT r.number, t.testbed FROM request_testbeds t
		JOIN requests r ON r.id = t.request WHERE r.number <> t.number ORDER BY r.number, t.testbed`},
	{"request #%s does not exist, but has rows of weeks: %s", `SELECT w.number, COUNT(*) FROM request_weeks w
		LEFT JOIN requests r ON r.number = w.number WHERE r.number IS NULL GROUP BY w.number ORDER BY w.number`},
	{"request #%s: its rows of weeks are not those of its slot, of which it has %s", `SELECT x.number, x.good FROM (
			SELECT r.number, COUNT(w.number) AS rows_of, SUM(CASE WHEN w.week BETWEEN r.starts / 604800 AND (r.ends - 1) / 604800
				OR w.week BETWEEN -1 - (r.ends - 1) / 604800 / 16 AND -1 - r.starts / 604800 / 16 THEN 1 ELSE 0 END) AS good,
				(r.ends - 1) / 604800 - r.starts / 604800 + (r.ends - 1) / 604800 / 16 - r.starts / 604800 / 16 + 2 AS wanted
			FROM requests r LEFT JOIN request_weeks w ON w.number = r.number GROUP BY r.number, r.starts, r.ends) x
		WHERE x.good <> x.wanted OR x.rows_of <> x.wanted ORDER BY x.number`},
	{"booking %s belongs to request %s, which does not exist", `SELECT b.id, b.request FROM bookings b
		LEFT JOIN requests r ON r.id = b.request WHERE r.id IS NULL ORDER BY b.id`},
	{"request #%s: booking %s has another number", `SELECT r.number, b.id FROM bookings b
		JOIN requests r ON r.id = b.request WHERE r.number <> b.number ORDER BY b.id`},
	{"request #%s: booking %s does not last until the end of its last claim", `SELECT b.number, b.id FROM bookings b
		LEFT JOIN claims c ON c.booking = b.id GROUP BY b.id, b.number, b.ends, b.until
		HAVING b.until <> CASE WHEN COALESCE(MAX(c.ends), b.ends) > b.ends THEN MAX(c.ends) ELSE b.ends END ORDER BY b.id`},
	{"booking %s does not exist, but has a claim of testbed %s", `SELECT c.booking, c.testbed FROM claims c
		LEFT JOIN bookings b ON b.id = c.booking WHERE b.id IS NULL ORDER BY c.booking, c.ordinal`},
	{"entry %s of the history belongs to request %s, which does not exist", `SELECT h.id, h.request FROM history h
		LEFT JOIN requests r ON r.id = h.request WHERE r.id IS NULL ORDER BY h.id`},
	{"remark %s belongs to request %s, which does not exist", `SELECT f.id, f.request FROM feedback f
		LEFT JOIN requests r ON r.id = f.request WHERE r.id IS NULL ORDER BY f.id`},
	{"the change log ends at %s, but its counter is %s", `SELECT s.last, c.value FROM counters c, (
			SELECT MAX(n) AS last FROM (SELECT 0 AS n UNION SELECT MAX(sequence) FROM events UNION SELECT MAX(sequence) FROM requests
				UNION SELECT MAX(sequence) FROM bookings UNION SELECT MAX(sequence) FROM calendar_objects
				UNION SELECT MAX(sequence) FROM calendar_removals UNION SELECT value FROM counters WHERE name = 'calendar_pruned') m) s
		WHERE c.name = 'sequence' AND c.value <> s.last`},
	{"request #%s exists, but the counter of numbers is %s", `SELECT s.last, c.value FROM counters c, (
			SELECT COALESCE(MAX(number), 0) AS last FROM requests) s
		WHERE c.name = 'number' AND c.value < s.last`},
}

// eventsOfNobody yields the rows of the change log about missing requests.
func (r *reader) eventsOfNobody(ctx context.Context, known numbers, yield func(text string) error) error {
	return r.each(ctx, func(s scan) error {
		var sequence int64
		var text string
		if err := s(&sequence, &text); err != nil {
			return err
		}
		e, err := parsed[struct{ Number int64 }]("event", text)
		if err != nil || e.Number == 0 || known.have(e.Number) {
			return err
		}
		return yield(fmt.Sprintf("event %d belongs to request #%d, which does not exist", sequence, e.Number))
	}, `SELECT sequence, document FROM events ORDER BY sequence`)
}

// numbers is a set of numbers of requests, a bit each.
type numbers map[int64]uint64

func (n numbers) add(number int64)       { n[number>>6] |= 1 << (number & 63) }
func (n numbers) have(number int64) bool { return n[number>>6]&(1<<(number&63)) != 0 }
