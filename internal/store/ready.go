package store

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"berth/scheduler"
)

// room is about what a decision needs, in bytes: a disk that does not have it is full.
const room = 16 << 10

// probeWithin is how long it is tried to write. Who has to wait longer has others before them, which says nothing about the disk: a healthy
// process is not taken out of service because another one stands still.
const probeWithin = time.Second

// Ping reports whether the database answers, and keeps what is written: one whose disk is full answers all the same. That is tried where
// nothing was written since it was last asked.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.read.PingContext(ctx); err != nil {
		return s.explained(ctx, err)
	}
	if s.written.Swap(false) {
		return nil
	}
	trying, cancel := context.WithTimeout(ctx, probeWithin)
	defer cancel()
	if err := s.Change(trying, nil, s.probe(trying)); trying.Err() == nil {
		return err
	}
	return ctx.Err()
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
