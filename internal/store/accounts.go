package store

import (
	"context"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

func accountRow(s scan) (e account.AuditEvent, err error) {
	var at int64
	var action string
	err = s(&e.ID, &at, &e.Actor, &e.Person, &action, &e.Address, &e.Text)
	e.At, e.Action = fromMicros(at), account.Action(action)
	return e, err
}

// AccountEvents reads the audit trail of accounts, newest first.
func (r *reader) AccountEvents(ctx context.Context, f account.Filter) ([]account.AuditEvent, error) {
	return all(ctx, r.tx, accountRow, `SELECT id, at, actor, person, action, address, text FROM account_events
		WHERE ($1 = '' OR person = $1) AND ($2 = '' OR actor = $2) AND ($3 = '' OR action = $3) AND ($4 = 0 OR id < $4) ORDER BY id DESC LIMIT $5`,
		f.Person, f.Actor, string(f.Action), f.Before, f.Limit)
}

// SignedIn returns a person's last sign-in from an address.
func (r *reader) SignedIn(ctx context.Context, person, address string) (time.Time, error) {
	last, err := one(ctx, r.tx, "sign-in", number, `SELECT COALESCE(MAX(at), 0) FROM account_events WHERE person = $1 AND action = $2 AND address = $3`,
		person, string(account.SignIn), address)
	if scheduler.CodeOf(err) == scheduler.CodeNotFound { // such a name cannot exist
		return time.Time{}, nil
	}
	if err != nil || last == 0 {
		return time.Time{}, err
	}
	return fromMicros(last), nil
}

// AddAccountEvent appends to the audit trail of accounts.
func (w *writer) AddAccountEvent(ctx context.Context, e account.AuditEvent) error {
	_, err := w.exec(ctx, "account event", `INSERT INTO account_events (at, actor, person, action, address, text) VALUES ($1, $2, $3, $4, $5, $6)`,
		micros(e.At), e.Actor, e.Person, string(e.Action), e.Address, e.Text)
	return err
}

// ForgetAccountEvents deletes the trail before an instant.
func (w *writer) ForgetAccountEvents(ctx context.Context, before time.Time) error {
	_, err := w.exec(ctx, "account event", `DELETE FROM account_events WHERE at < $1`, micros(before))
	return err
}
