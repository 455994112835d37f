package store

import (
	"context"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

const deviceColumns = `SELECT hash, code, expires, answer, person, pace, polls, polled, document FROM device_logins `

func deviceRow(s scan) (account.DeviceLogin, error) {
	var hash, code, answer, person, text string
	var expires int64
	var pace, polls int
	var polled *int64
	if err := s(&hash, &code, &expires, &answer, &person, &pace, &polls, &polled, &text); err != nil {
		return account.DeviceLogin{}, err
	}
	d, err := parsed[account.DeviceLogin]("program that waits", text)
	d.Hash, d.Code, d.Expires, d.Answer, d.Person, d.Pace, d.Polls = hash, code, fromMicros(expires), account.LoginAnswer(answer), person, pace, polls
	if polled != nil {
		d.Polled = new(fromMicros(*polled))
	}
	return d, err
}

// DeviceLogin reads a program that waits by the hash of its secret.
func (r *reader) DeviceLogin(ctx context.Context, hash string) (account.DeviceLogin, error) {
	return one(ctx, r.tx, "program that waits", deviceRow, deviceColumns+`WHERE hash = $1`, hash)
}

// DeviceLoginByCode reads a program that waits by the hash of its short code.
func (r *reader) DeviceLoginByCode(ctx context.Context, code string) (account.DeviceLogin, error) {
	return one(ctx, r.tx, "program that waits", deviceRow, deviceColumns+`WHERE code = $1`, code)
}

// DeviceLogins counts the programs that wait at an instant: those from an address, and all.
func (r *reader) DeviceLogins(ctx context.Context, address string, now time.Time) (from, all int, err error) {
	counts, err := one(ctx, r.tx, "count", func(s scan) (n [2]int, err error) { return n, s(&n[0], &n[1]) },
		`SELECT COALESCE(SUM(CASE WHEN address = $1 THEN 1 ELSE 0 END), 0), COUNT(*) FROM device_logins WHERE expires > $2`, address, micros(now))
	return counts[0], counts[1], err
}

// AddDeviceLogin stores a program that waits. A code that is in use is CodeConflict.
func (w *writer) AddDeviceLogin(ctx context.Context, d account.DeviceLogin) error {
	text, err := document("program that waits", d)
	if err != nil {
		return err
	}
	n, err := w.exec(ctx, "program that waits", `INSERT INTO device_logins (hash, code, address, expires, pace, document) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (code) DO NOTHING`,
		d.Hash, d.Code, d.Address, micros(d.Expires), d.Pace, text)
	if err == nil && n == 0 {
		err = scheduler.Errorf(scheduler.CodeConflict, "the code is in use")
	}
	return err
}

// AnswerDeviceLogin records what a person said: the first answer counts.
func (w *writer) AnswerDeviceLogin(ctx context.Context, d account.DeviceLogin) error {
	text, err := document("program that waits", d)
	if err != nil {
		return err
	}
	n, err := w.exec(ctx, "program that waits", `UPDATE device_logins SET answer = $1, person = $2, document = $3 WHERE hash = $4 AND answer = ''`,
		string(d.Answer), d.Person, text, d.Hash)
	if err == nil && n == 0 {
		err = scheduler.Errorf(scheduler.CodeConflict, "somebody has answered already, or it has ended")
	}
	return err
}

// PollDeviceLogin records that a program asked for the answer.
func (w *writer) PollDeviceLogin(ctx context.Context, d account.DeviceLogin) error {
	var polled *int64
	if d.Polled != nil {
		polled = new(micros(*d.Polled))
	}
	_, err := w.exec(ctx, "program that waits", `UPDATE device_logins SET pace = $1, polls = $2, polled = $3 WHERE hash = $4`, d.Pace, d.Polls, polled, d.Hash)
	return err
}

// EndDeviceLogin deletes a program that waits, and reports whether it was there: of several at once, one did.
func (w *writer) EndDeviceLogin(ctx context.Context, hash string) (ended bool, err error) {
	n, err := w.exec(ctx, "program that waits", `DELETE FROM device_logins WHERE hash = $1`, hash)
	return n > 0, err
}

// EndDeviceLoginsOf deletes those that a person has confirmed.
func (w *writer) EndDeviceLoginsOf(ctx context.Context, person string) error {
	_, err := w.exec(ctx, "program that waits", `DELETE FROM device_logins WHERE person = $1`, person)
	return err
}

// ForgetDeviceLogins deletes those that expired before an instant.
func (w *writer) ForgetDeviceLogins(ctx context.Context, before time.Time) error {
	_, err := w.exec(ctx, "program that waits", `DELETE FROM device_logins WHERE expires < $1`, micros(before))
	return err
}
