package store

import (
	"context"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

const personColumns = `SELECT revision, password, document FROM people `

func personRow(s scan) (account.Person, error) {
	var revision int64
	var password, text string
	if err := s(&revision, &password, &text); err != nil {
		return account.Person{}, err
	}
	p, err := parsed[account.Person]("person", text)
	p.Revision, p.Password = revision, password
	return p, err
}

// Person reads a person by username.
func (r *reader) Person(ctx context.Context, username string) (account.Person, error) {
	return one(ctx, r.tx, "such person", personRow, personColumns+`WHERE username = $1`, username)
}

// People reads people by username.
func (r *reader) People(ctx context.Context, after string, limit int) ([]account.Person, error) {
	return all(ctx, r.tx, personRow, personColumns+`WHERE username > $1 ORDER BY username LIMIT $2`, after, limit)
}

// PutPerson creates a person (Revision 1) or replaces them (one more than the stored one).
func (w *writer) PutPerson(ctx context.Context, p account.Person) error {
	w.accounts = true
	text, err := document("person", p)
	if err != nil {
		return err
	}
	if p.Revision == 1 {
		n, err := w.exec(ctx, "person", `INSERT INTO people (username, revision, password, document) VALUES ($1, 1, $2, $3) ON CONFLICT (username) DO NOTHING`,
			p.Username, p.Password, text)
		if err == nil && n == 0 {
			err = scheduler.Errorf(scheduler.CodePrecondition, "a person %q exists already", p.Username)
		}
		return err
	}
	n, err := w.exec(ctx, "person", `UPDATE people SET revision = $1, password = $2, document = $3 WHERE username = $4 AND revision = $5`,
		p.Revision, p.Password, text, p.Username, p.Revision-1)
	if err == nil && n == 0 {
		err = scheduler.Errorf(scheduler.CodePrecondition, "%s was changed in between", p.Username)
	}
	return err
}

// Seen returns up to which number of the change log a person has seen the news.
func (r *reader) Seen(ctx context.Context, person string) (int64, error) {
	seen, err := one(ctx, r.tx, "such person", number, `SELECT seen FROM people WHERE username = $1`, person)
	if scheduler.CodeOf(err) == scheduler.CodeNotFound {
		return 0, nil
	}
	return seen, err
}

// SetSeen records up to which number of the change log a person has seen the news.
func (w *writer) SetSeen(ctx context.Context, person string, sequence int64) error {
	_, err := w.exec(ctx, "person", `UPDATE people SET seen = $1 WHERE username = $2 AND seen < $1`, sequence, person)
	return err
}

const tokenColumns = `SELECT hash, last_used, document FROM tokens `

func tokenRow(s scan) (account.Token, error) {
	var hash, text string
	var used *int64
	if err := s(&hash, &used, &text); err != nil {
		return account.Token{}, err
	}
	t, err := parsed[account.Token]("token", text)
	t.Hash, t.LastUsed = hash, nil
	if used != nil {
		t.LastUsed = new(fromMicros(*used))
	}
	return t, err
}

// TokenByHash reads the token of a secret.
func (r *reader) TokenByHash(ctx context.Context, hash string) (account.Token, error) {
	return one(ctx, r.tx, "such token", tokenRow, tokenColumns+`WHERE hash = $1`, hash)
}

// Tokens reads a person's tokens, revoked ones included.
func (r *reader) Tokens(ctx context.Context, owner string) ([]account.Token, error) {
	return all(ctx, r.tx, tokenRow, tokenColumns+`WHERE owner = $1 ORDER BY id`, owner)
}

// PutToken creates or replaces a token.
func (w *writer) PutToken(ctx context.Context, t account.Token) error {
	w.accounts = true
	text, err := document("token", t)
	if err != nil {
		return err
	}
	_, err = w.exec(ctx, "token", `INSERT INTO tokens (id, owner, hash, document) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET document = excluded.document`, t.ID, t.Owner, t.Hash, text)
	return err
}

// UseToken records when a token was used.
func (w *writer) UseToken(ctx context.Context, id string, at time.Time) error {
	_, err := w.exec(ctx, "token", `UPDATE tokens SET last_used = $1 WHERE id = $2`, micros(at), id)
	return err
}

// Replay returns the result of a person's idempotency key.
func (r *reader) Replay(ctx context.Context, person, key string) (scheduler.Replay, bool, error) {
	x, err := one(ctx, r.tx, "such key", func(s scan) (x scheduler.Replay, err error) {
		var at int64
		err = s(&x.Fingerprint, &x.Result, &at)
		x.At = fromMicros(at)
		return x, err
	}, `SELECT fingerprint, result, at FROM replays WHERE person = $1 AND key = $2`, person, key)
	if scheduler.CodeOf(err) == scheduler.CodeNotFound {
		return scheduler.Replay{}, false, nil
	}
	return x, err == nil, err
}

// PutReplay records the result of an idempotency key. Of two at once the later one is refused.
func (w *writer) PutReplay(ctx context.Context, person, key string, x scheduler.Replay) error {
	n, err := w.exec(ctx, "Idempotency-Key", `INSERT INTO replays (person, key, fingerprint, result, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (person, key) DO NOTHING`,
		person, key, x.Fingerprint, x.Result, micros(x.At))
	if err == nil && n == 0 {
		err = scheduler.Errorf(scheduler.CodeConflict, "another call is using the Idempotency-Key at present; try again")
	}
	return err
}

// Forget deletes replays older than the instant.
func (w *writer) Forget(ctx context.Context, before time.Time) error {
	_, err := w.exec(ctx, "replays", `DELETE FROM replays WHERE at < $1`, micros(before))
	return err
}
