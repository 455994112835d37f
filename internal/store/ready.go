package store

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"berth/scheduler"
)

// room approximates the space for a decision, in bytes: a disk without it is full.
const room = 16 << 10

// probeWithin bounds the wait to write. A longer wait means other writers, and says nothing about the disk: a healthy process must stay in
// service although another one has stopped.
const probeWithin = time.Second

// Ping checks that the database answers and stores: with a full disk it would still answer. It writes only if nothing was written since
// the last call.
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

// Size returns the bytes that the database takes: of a SQLite file without its log.
func (s *Store) Size(ctx context.Context) (bytes int64, err error) {
	err = s.explained(ctx, s.read.QueryRowContext(ctx, s.dialect.size).Scan(&bytes))
	return bytes, err
}

// probe writes a row that nobody waits for, and removes it.
func (s *Store) probe(ctx context.Context) func(scheduler.Tx) error {
	return func(tx scheduler.Tx) error {
		w, name := tx.(*writer), "probe-"+rand.Text()
		if _, err := w.exec(ctx, "probe", `INSERT INTO marks (name, value) VALUES ($1, $2)`, name, strings.Repeat("0", room)); err != nil {
			return err
		}
		_, err := w.exec(ctx, "probe", `DELETE FROM marks WHERE name = $1`, name)
		w.wrote = false // the probe is no evidence for the next call
		return err
	}
}
