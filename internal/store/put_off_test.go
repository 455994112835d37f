package store_test

import (
	"context"
	"errors"
	"testing"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
)

// TestATransactionReadsWhatItHasPutOff: requests are written at the end of a transaction, but no statement of it sees them as they were.
func TestATransactionReadsWhatItHasPutOff(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(ctx context.Context, tx scheduler.Tx, r scheduler.Request) (scheduler.Request, error){
		"by id": func(ctx context.Context, tx scheduler.Tx, r scheduler.Request) (scheduler.Request, error) {
			return tx.Request(ctx, r.ID)
		},
		"by number": func(ctx context.Context, tx scheduler.Tx, r scheduler.Request) (scheduler.Request, error) {
			return tx.RequestByNumber(ctx, r.Number)
		},
		"locked": func(ctx context.Context, tx scheduler.Tx, r scheduler.Request) (scheduler.Request, error) {
			return tx.LockRequest(ctx, r.ID)
		},
		"by numbers": func(ctx context.Context, tx scheduler.Tx, r scheduler.Request) (scheduler.Request, error) {
			list, err := tx.RequestsByNumber(ctx, []int64{r.Number})
			return append(list, scheduler.Request{})[0], err
		},
		"by filter": func(ctx context.Context, tx scheduler.Tx, r scheduler.Request) (scheduler.Request, error) {
			list, err := tx.Requests(ctx, scheduler.RequestFilter{Status: []scheduler.Status{r.Status}})
			return append(list, scheduler.Request{})[0], err
		},
		"due": func(ctx context.Context, tx scheduler.Tx, r scheduler.Request) (scheduler.Request, error) {
			ids, err := tx.DueRequests(ctx, *r.Due, nil, 5)
			at, stateErr := tx.State(ctx)
			if len(ids) != 1 || ids[0] != r.ID || at.Due == nil || !at.Due.Equal(*r.Due) {
				err = errors.New("it is not due")
			}
			return r, errors.Join(err, stateErr)
		},
		"set due": func(ctx context.Context, tx scheduler.Tx, r scheduler.Request) (scheduler.Request, error) {
			r.Due = new(start.AddDate(0, 0, 9))
			err := tx.SetDue(ctx, r.ID, r.Due)
			got, readErr := tx.Request(ctx, r.ID)
			if got.Due == nil || !got.Due.Equal(*r.Due) {
				err = errors.New("it has another due")
			}
			r.Due = got.Due
			return r, errors.Join(err, readErr)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, s *store.Store) {
				create(t, s, plain(uuid(1)), plain(uuid(2)))
				before := sequence(t, s)
				var want, got scheduler.Request
				change(t, s, func(ctx context.Context, tx scheduler.Tx) (err error) {
					if want, err = tx.LockRequest(ctx, uuid(1)); err != nil {
						return err
					}
					for range 2 { // twice: written in between, and put off again
						want.Revision++
						want.Status, want.Name, want.Due = scheduler.Scheduled, want.Name+"!", new(start)
						if err := tx.UpdateRequest(ctx, want); err != nil {
							return err
						}
						stale := want
						if stale.Revision += 5; scheduler.CodeOf(tx.UpdateRequest(ctx, stale)) != scheduler.CodePrecondition {
							t.Error("a request of another revision was taken")
						}
						if err := tx.AddEntry(ctx, &scheduler.Entry{Request: want.ID, At: start}); err != nil {
							return err
						}
						if got, err = read(ctx, tx, want); err != nil {
							return err
						}
						if got.Name != want.Name || got.Revision != want.Revision {
							t.Errorf("read was %q at revision %d, written %q at %d", got.Name, got.Revision, want.Name, want.Revision)
						}
						want.Due = got.Due
					}
					return tx.AddEvent(ctx, scheduler.Event{Kind: "request"})
				})
				want.Sequence = before + 1
				same(t, "request", want, look(t, s, func(ctx context.Context, r scheduler.Reader) (scheduler.Request, error) {
					return r.Request(ctx, uuid(1))
				}))
			})
		})
	}
}
