package store

import (
	"context"
	"crypto/rand"
	"strings"

	"berth/scheduler"
)

// room is about what a decision needs, in bytes: a disk that does not have it is full.
const room = 16 << 10

// Ping reports whether the database answers, and keeps what is written: one whose disk is full, or to which another process does not let
// anybody, answers all the same. It is tried where nothing was written since it was last asked.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.read.PingContext(ctx); err != nil {
		return s.explained(ctx, err)
	}
	if s.written.Swap(false) {
		return nil
	}
	return s.Change(ctx, nil, s.probe(ctx))
}

// probe writes a row that nobody waits for, and takes it away again.
func (s *Store) probe(ctx context.Context) func(scheduler.Tx) error {
	return func(tx scheduler.Tx) error {
		w, name := tx.(*writer), "probe-"+rand.Text()
		if _, err := w.exec(ctx, "probe", `INSERT INTO marks (name, value) VALUES ($1, $2)`, name, strings.Repeat("0", room)); err != nil {
			return err
		}
		_, err := w.exec(ctx, "probe", `DELETE FROM marks WHERE name = $1`, name)
		w.wrote = false // it says nothing about the next time
		return err
	}
}
