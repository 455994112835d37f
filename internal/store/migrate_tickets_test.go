package store_test

import (
	"strings"
	"testing"
	"time"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
)

// A database with numbers as keys, written by the first version and later ones, has texts after the upgrade.
func TestUpgradeMakesTextOfTheKeysOfTickets(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		dsn = first(t, dsn)
		done(t, store.At(t.Context(), dsn, 9))
		db := connect(t, dsn)
		const state = `{"known":{"status":"CONFIRMED"},"changed":"2026-11-24T09:00:00Z","since":"2026-11-24T08:57:00Z","seen":[7,12]}`
		for _, row := range []struct {
			id       int64
			busy     int64
			document string
		}{{99, 0, ""}, {4711, 1795521600000000, state}} {
			execute(t, db, `INSERT INTO tickets (id, request, busy, document) VALUES ($1, $2, $3, $4)`, row.id, uuid(1), row.busy, row.document)
		}
		execute(t, db, `INSERT INTO marks (name, value) VALUES ('bugzilla', '{"cursor":"2026-11-24T09:00:00Z","again":[4711],"seen":12,"lost":[99,100]}')`)
		execute(t, db, `INSERT INTO marks (name, value) VALUES ('bugzilla remark 99', '2026-11-24T09:02:30Z')`)
		const other = `{"id":"00000000-0000-4000-8000-000000000002","number":2,"status":"COMPLETED","portal":{"ticket":{"id":5}}}`
		execute(t, db, `INSERT INTO requests (id, number, status, experimenter, mentor, words, starts, ends, revision, sequence, document)
			VALUES ($1, 2, 'COMPLETED', 'ada', '', '', 0, 1, 1, 0, $2)`, uuid(2), other)

		s := testdb.Open(t, dsn)
		if got, want := request(t, s, uuid(1)).Ticket, (scheduler.Ticket{Key: "4711", URL: "https://bugs.example.org/4711"}); got == nil || *got != want {
			t.Errorf("the request's ticket is %+v, want %+v", got, want)
		}
		if got := request(t, s, uuid(2)); got.Ticket != nil || !strings.Contains(string(got.Portal), `{"ticket":{"id":5}}`) {
			t.Errorf("a request without a ticket has %+v, and of its portal %s", got.Ticket, got.Portal)
		}
		list, err := s.Tickets(t.Context(), "", 10)
		done(t, err)
		same(t, "what is remembered", []scheduler.TicketState{
			{Key: "4711", Request: uuid(1), Locked: start.AddDate(0, 0, 1).Add(3 * time.Hour),
				State: `{"changed":"2026-11-24T09:00:00Z","known":{"status":"CONFIRMED"},"seen":["7","12"],"since":"2026-11-24T08:57:00Z"}`},
			{Key: "99", Request: uuid(1), Locked: time.Unix(0, 0).UTC()},
		}, list)
		for name, want := range map[string]string{"bugzilla remark 99": "2026-11-24T09:02:30Z",
			"bugzilla": `{"again":["4711"],"cursor":"2026-11-24T09:00:00Z","lost":["99","100"],"seen":12}`} {
			if got, err := s.Mark(t.Context(), name); err != nil || got != want {
				t.Errorf("the mark %q is %s (%v), want %s", name, got, err, want)
			}
		}
		if who, err := s.TicketRequest(t.Context(), "4711"); err != nil || who != uuid(1) {
			t.Errorf("the ticket 4711 is that of %q, %v", who, err)
		}
	})
}
