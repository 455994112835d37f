package store

import (
	"context"

	"berth/scheduler"
	"berth/scheduler/account"
)

// These reads of a transaction have nothing to do with what it has put off, and do not have it written.

// Person reads a person by username.
func (w *writer) Person(ctx context.Context, username string) (p account.Person, err error) {
	err = w.out.aside(func() error {
		p, err = w.reader.Person(ctx, username)
		return err
	})
	return p, err
}

// Secret reads the instance's own random key.
func (w *writer) Secret(ctx context.Context) (key []byte, err error) {
	err = w.out.aside(func() error {
		key, err = w.reader.Secret(ctx)
		return err
	})
	return key, err
}

// Replay returns the result of a person's idempotency key.
func (w *writer) Replay(ctx context.Context, person, key string) (x scheduler.Replay, found bool, err error) {
	err = w.out.aside(func() error {
		x, found, err = w.reader.Replay(ctx, person, key)
		return err
	})
	return x, found, err
}

// about runs a read of a request, which has what was put off written only if that is about the request.
func (w *writer) about(id string, read func() error) error {
	if in(w.off.created)(id) || in(w.off.updates)(id) {
		return read()
	}
	return w.out.aside(read)
}

// Request reads a request by its UUID.
func (w *writer) Request(ctx context.Context, id string) (r scheduler.Request, err error) {
	err = w.about(id, func() error {
		r, err = w.reader.Request(ctx, id)
		return err
	})
	return r, err
}
