//go:build unix

package main

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// limits holds the amounts of the rig, from its file.
var limits = map[string]int64{"rig/pool/vcpu": 16, "rig/pool/memory_mb": 65536, "rig/radio": 4, "annex/pool/vcpu": 8, "annex/pool/memory_mb": 32768, "annex/radio": 2}

// edge is an instant at which more or less of something is taken.
type edge struct{ at, amount int64 }

// judge looks at the rows of a database with nothing of Berth's own.
func (w *world) judge(t *testing.T, db *sql.DB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	overbooked(t, db)
	consistent(t, db)
	w.told(t, db)
}

// query reads rows of a few columns.
func query(t *testing.T, db *sql.DB, row func(scan func(...any) error) error, text string) {
	t.Helper()
	rows, err := db.QueryContext(context.WithoutCancel(t.Context()), text)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// overbooked adds up the claims on everything, instant by instant.
func overbooked(t *testing.T, db *sql.DB) {
	t.Helper()
	taken := map[string][]edge{}
	query(t, db, func(scan func(...any) error) error {
		var claims string
		if err := scan(&claims); err != nil {
			return err
		}
		for line := range strings.Lines(claims) {
			c := strings.Split(strings.TrimSuffix(line, "\n"), "\t") // testbed, VIM, quantity, device, amount, from, to
			var n [3]int64
			for i := range n {
				var err error
				if n[i], err = strconv.ParseInt(c[4+i], 10, 64); err != nil {
					return err
				}
			}
			what := c[0] + "/" + cmp.Or(c[3], c[1]+"/"+c[2])
			taken[what] = append(taken[what], edge{n[1], n[0]}, edge{n[2], -n[0]})
		}
		return nil
	}, `SELECT claims FROM bookings WHERE released = 0 AND strength IN ('firm', 'held')`)
	if len(taken) == 0 {
		t.Error("nothing is booked: there is nothing to judge")
	}
	for what, edges := range taken {
		slices.SortFunc(edges, func(a, b edge) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.amount, b.amount)) })
		var now, most int64
		for _, e := range edges {
			now += e.amount
			most = max(most, now)
		}
		if limit, known := limits[what]; !known || most > limit {
			t.Errorf("of %s up to %d are booked at once, and there are %d", what, most, limit)
		}
	}
}

// consistent compares requests with their bookings, and the change log with itself.
func consistent(t *testing.T, db *sql.DB) {
	t.Helper()
	requests := 0
	query(t, db, func(scan func(...any) error) error {
		requests++
		var id, status string
		var firm int
		err := scan(&id, &status, &firm)
		if want := map[string]int{"SCHEDULED": 1}[status]; firm != want {
			t.Errorf("request %s is %s and has %d firm bookings, want %d", id, status, firm, want)
		}
		return err
	}, `SELECT r.id, r.status, (SELECT COUNT(*) FROM bookings b WHERE b.request = r.id AND b.released = 0 AND b.strength = 'firm') FROM requests r`)
	if requests == 0 {
		t.Error("there is no request: there is nothing to judge")
	}
	query(t, db, func(scan func(...any) error) error {
		var events, last, counter int64
		err := scan(&events, &last, &counter)
		if events == 0 || last > counter {
			t.Errorf("the change log has %d events up to number %d, and its counter stands at %d", events, last, counter)
		}
		return err
	}, `SELECT COUNT(*), MAX(sequence), (SELECT value FROM counters WHERE name = 'sequence') FROM events`)
}

// told compares the events with the deliveries that the webhook, the mail server and the Bugzilla received.
func (w *world) told(t *testing.T, db *sql.DB) {
	t.Helper()
	posted := map[string]bool{}
	for _, m := range w.mails.Mails() {
		posted[idOf(m.Head.Get("Message-Id"))] = true
	}
	called := map[string]bool{}
	for id := range w.hook.took {
		called[id[strings.LastIndex(id, "_")+1:]] = true
	}
	events, requests := 0, map[string]bool{}
	query(t, db, func(scan func(...any) error) error {
		var sequence, document string
		if err := scan(&sequence, &document); err != nil {
			return err
		}
		var e struct {
			Action  string `json:"action"`
			Request string `json:"request"`
		}
		if err := json.Unmarshal([]byte(document), &e); err != nil {
			return err
		}
		if !slices.Contains([]string{"submit", "schedule", "reject", "accept_offer", "move", "cancel"}, e.Action) {
			return nil
		}
		events++
		requests[e.Request] = true
		if !called[sequence] {
			t.Errorf("the webhook was never told of event %s, %s", sequence, e.Action)
		}
		if !posted[sequence] {
			t.Errorf("the list was never mailed event %s, %s", sequence, e.Action)
		}
		return nil
	}, `SELECT sequence, document FROM events`)
	if got := w.tickets.Count(); got != len(requests) || events == 0 {
		t.Errorf("%d events, and %d tickets for %d requests", events, got, len(requests))
	}
}

// idOf returns the number of the event in the identity of a mail: berth.REQUEST.NUMBER.READER@DOMAIN.
func idOf(message string) string {
	parts := strings.Split(message, ".")
	if len(parts) < 3 {
		return ""
	}
	return parts[2]
}
