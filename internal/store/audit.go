package store

import (
	"context"
	"database/sql"
	"fmt"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/scheduler"
)

// audit reads everything once for Verify: first the bookings, then the requests, then what is left. Whether the rows beside them agree is seen by sums
// of hashes, without joins, and in the order in which the rows lie. Only where something does not agree, queries say what: they cost as much as
// all else together.
type audit struct {
	*reader
	seed     maphash.Seed // one may expect different rows to have different sums
	known    numbers
	owners   map[int64]uint64 // by the number that bookings have, the hash of the request that they name
	testbeds sum              // the rows that the requests should have
	weeks    sum
	waits    sum
	begun    sum      // requests with a history
	faults   []string // in the columns of requests and in bookings
	doubts   map[doubt]bool
}

// doubt says what does not agree.
type doubt int

const (
	always doubt = iota
	aboutTestbeds
	aboutWeeks
	aboutOwners
	aboutHistory
)

// Audit begins to read everything.
func (r *reader) Audit() scheduler.Audit {
	return &audit{reader: r, seed: maphash.MakeSeed(), known: numbers{}, owners: map[int64]uint64{}, doubts: map[doubt]bool{}}
}

// sum is the sum of the hashes of rows, in any order, and their number.
type sum struct {
	hashes uint64
	rows   int
}

func (s *sum) add(hash uint64) { s.hashes, s.rows = s.hashes+hash, s.rows+1 }

// Rows that are compared by their sums.
type (
	touchedRow struct {
		testbed, request string
		number           int64
	}
	weekRow struct{ week, number int64 }
)

// Contradictions streams contradictions between columns, counters, rows and documents. It also searches for rows without a request, although
// the schema forbids them: a file that was copied by hand, or opened without foreign keys, may have them.
func (a *audit) Contradictions(ctx context.Context, yield func(text string) error) error {
	if err := a.compare(ctx); err != nil {
		return err
	}
	for _, f := range a.faults {
		if err := yield(f); err != nil {
			return err
		}
	}
	if a.doubts[aboutTestbeds] {
		if err := a.compareTestbeds(ctx, yield); err != nil {
			return err
		}
	}
	for _, d := range append(slices.Clone(contradictions), a.s.dialect.unindexed()) {
		if d.doubt != always && !a.doubts[d.doubt] {
			continue
		}
		err := a.each(ctx, func(s scan) error {
			var x, y sql.NullString
			if err := s(&x, &y); err != nil {
				return err
			}
			return yield(fmt.Sprintf(d.text, x.String, y.String))
		}, d.query)
		if err != nil {
			return fmt.Errorf("looking for %q: %w", d.text, err)
		}
	}
	return a.eventsOfNobody(ctx, yield)
}

// compare compares the rows that there are with those that the requests should have.
func (a *audit) compare(ctx context.Context) error {
	var testbeds, weeks, waits, begun sum
	err := a.each(ctx, func(s scan) error {
		var x touchedRow
		err := s(&x.testbed, &x.request, &x.number)
		testbeds.add(maphash.Comparable(a.seed, x))
		return err
	}, `SELECT testbed, request, number FROM request_testbeds`)
	if err != nil {
		return err
	}
	err = a.each(ctx, func(s scan) error {
		var x weekRow
		err := s(&x.week, &x.number)
		weeks.add(maphash.Comparable(a.seed, x))
		return err
	}, `SELECT week, number FROM request_weeks`)
	if err != nil {
		return err
	}
	err = a.each(ctx, func(s scan) error {
		x, err := readWaitRow(s)
		waits.add(maphash.Comparable(a.seed, x))
		return err
	}, waitColumns)
	if err != nil {
		return err
	}
	err = a.each(ctx, func(s scan) error {
		request, err := words(s)
		begun.add(maphash.String(a.seed, request))
		return err
	}, `SELECT DISTINCT request FROM history`)
	a.doubt(aboutTestbeds, testbeds != a.testbeds)
	a.doubt(aboutWeeks, weeks != a.weeks)
	if waits != a.waits {
		a.faults = append(a.faults, fmt.Sprintf("the rows of those who wait (%d) are not those that their requests should have (%d)", waits.rows, a.waits.rows))
	}
	a.doubt(aboutHistory, begun != a.begun)
	a.doubt(aboutOwners, len(a.owners) > 0) // those that were found have gone
	return err
}

func (a *audit) doubt(what doubt, is bool) {
	if is {
		a.doubts[what] = true
	}
}

// contradiction is a query, and the sentence for each of its rows. It is asked only where there is a doubt.
type contradiction struct {
	doubt       doubt
	text, query string
}

// contradictions lists what a query finds by itself: each row is one, with two values.
var contradictions = []contradiction{
	{aboutTestbeds, "request %s touches testbed %s but does not exist", `SELECT t.request, t.testbed FROM request_testbeds t
		LEFT JOIN requests r ON r.id = t.request WHERE r.id IS NULL ORDER BY t.request, t.testbed`},
	{aboutTestbeds, "request #%s: its row of testbed %s has another number", `SELECT r.number, t.testbed FROM request_testbeds t
		JOIN requests r ON r.id = t.request WHERE r.number <> t.number ORDER BY r.number, t.testbed`},
	{aboutWeeks, "request #%s does not exist, but has rows of weeks: %s", `SELECT w.number, COUNT(*) FROM request_weeks w
		LEFT JOIN requests r ON r.number = w.number WHERE r.number IS NULL GROUP BY w.number ORDER BY w.number`},
	{aboutWeeks, "request #%s: its rows of weeks are not those of its slot, of which it has %s", `SELECT x.number, x.good FROM (
			SELECT r.number, COUNT(w.number) AS rows_of, SUM(CASE WHEN w.week BETWEEN r.starts / 604800 AND (r.ends - 1) / 604800
				OR w.week BETWEEN -1 - (r.ends - 1) / 604800 / 16 AND -1 - r.starts / 604800 / 16 THEN 1 ELSE 0 END) AS good,
				(r.ends - 1) / 604800 - r.starts / 604800 + (r.ends - 1) / 604800 / 16 - r.starts / 604800 / 16 + 2 AS wanted
			FROM requests r LEFT JOIN request_weeks w ON w.number = r.number GROUP BY r.number, r.starts, r.ends) x
		WHERE x.good <> x.wanted OR x.rows_of <> x.wanted ORDER BY x.number`},
	{aboutOwners, "booking %s belongs to request %s, which does not exist", `SELECT b.id, b.request FROM bookings b
		LEFT JOIN requests r ON r.id = b.request WHERE r.id IS NULL ORDER BY b.id`},
	{aboutOwners, "request #%s: booking %s has another number", `SELECT r.number, b.id FROM bookings b
		JOIN requests r ON r.id = b.request WHERE r.number <> b.number ORDER BY b.id`},
	{aboutHistory, "entry %s of the history belongs to request %s, which does not exist", `SELECT h.id, h.request FROM history h
		LEFT JOIN requests r ON r.id = h.request WHERE r.id IS NULL ORDER BY h.id`},
	{always, "remark %s belongs to request %s, which does not exist", `SELECT f.id, f.request FROM feedback f
		LEFT JOIN requests r ON r.id = f.request WHERE r.id IS NULL ORDER BY f.id`},
	{always, "the change log ends at %s, but its counter is %s", `SELECT s.last, c.value FROM counters c, (
			SELECT MAX(n) AS last FROM (SELECT 0 AS n UNION SELECT MAX(sequence) FROM events UNION SELECT MAX(sequence) FROM requests
				UNION SELECT MAX(sequence) FROM bookings UNION SELECT MAX(sequence) FROM calendar_objects
				UNION SELECT MAX(sequence) FROM calendar_removals UNION SELECT value FROM counters WHERE name = 'calendar_pruned') m) s
		WHERE c.name = 'sequence' AND c.value <> s.last`},
	{always, "request #%s exists, but the counter of numbers is %s", `SELECT s.last, c.value FROM counters c, (
			SELECT COALESCE(MAX(number), 0) AS last FROM requests) s
		WHERE c.name = 'number' AND c.value < s.last`},
}

// eventsOfNobody yields the rows of the change log about missing requests.
func (a *audit) eventsOfNobody(ctx context.Context, yield func(text string) error) error {
	type event struct {
		sequence, number int64
		text             string
		err              error
	}
	read := func(after int64) ([]event, error) {
		return all(ctx, a.tx, func(s scan) (e event, err error) { return e, s(&e.sequence, &e.text) },
			`SELECT sequence, document FROM events WHERE sequence > $1 ORDER BY sequence LIMIT $2`, after, auditPage)
	}
	last := func(e event) int64 { return e.sequence }
	parse := func(e event) event {
		number, found := only(e.text, `"number":`, ",}")
		if n, err := strconv.ParseInt(number, 10, 64); found && err == nil {
			e.number = n
		} else {
			var x struct{ Number int64 }
			x, e.err = parsed[struct{ Number int64 }]("event", e.text)
			e.number = x.Number
		}
		e.text = ""
		return e
	}
	return inPages(read, last, parse, func(e event) error {
		if e.err != nil || e.number == 0 || a.known.have(e.number) {
			return e.err
		}
		return yield(fmt.Sprintf("event %d belongs to request #%d, which does not exist", e.sequence, e.number))
	})
}

// only returns what follows a key in a document up to one of some characters, if the key is in it just once, and nothing is escaped there: no text in a
// document can hold an unescaped quotation mark. It takes a twentieth of the time of parsing. A document that does not end as it should is parsed.
func only(document, key, end string) (value string, found bool) {
	_, rest, found := strings.Cut(document, key)
	if !found || strings.Contains(rest, key) || !strings.HasSuffix(rest, "}") {
		return "", false
	}
	if i := strings.IndexAny(rest, end+`\`); i >= 0 && rest[i] != '\\' {
		return rest[:i], true
	}
	return "", false
}

// numbers is a set of numbers of requests, a bit each.
type numbers map[int64]uint64

func (n numbers) add(number int64)       { n[number>>6] |= 1 << (number & 63) }
func (n numbers) have(number int64) bool { return n[number>>6]&(1<<(number&63)) != 0 }

// Size counts the bookings in force that end after the given instant, and the requests.
func (a *audit) Size(ctx context.Context, endAfter time.Time) (bookings, requests int, err error) {
	err = a.tx.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM bookings WHERE released = 0 AND until > $1), (SELECT COUNT(*) FROM requests)`, seconds(endAfter)).Scan(&bookings, &requests)
	return bookings, requests, err
}
