package store

import (
	"context"

	"berth/scheduler"
)

// Feedback reads the thread of a request after an id, oldest first.
func (r *reader) Feedback(ctx context.Context, request string, after int64, limit int) ([]scheduler.Feedback, error) {
	return all(ctx, r.tx, func(s scan) (f scheduler.Feedback, err error) {
		var at int64
		err = s(&f.ID, &f.Request, &f.Author, &at, &f.Text)
		f.At = fromMicros(at)
		return f, err
	}, `SELECT id, request, author, at, text FROM feedback WHERE request = $1 AND id > $2 ORDER BY id LIMIT $3`, request, after, limit)
}

// AddFeedback adds a remark and fills in its ID.
func (w *writer) AddFeedback(ctx context.Context, f *scheduler.Feedback) error {
	id, err := w.insert(ctx, "feedback", `INSERT INTO feedback (request, author, at, text) VALUES ($1, $2, $3, $4) RETURNING id`,
		f.Request, f.Author, micros(f.At), f.Text)
	f.ID = id
	return err
}

// History reads the history of a request after an id, oldest first.
func (r *reader) History(ctx context.Context, request string, after int64, limit int) ([]scheduler.Entry, error) {
	return all(ctx, r.tx, func(s scan) (scheduler.Entry, error) {
		var id int64
		var text string
		if err := s(&id, &text); err != nil {
			return scheduler.Entry{}, err
		}
		e, err := parsed[scheduler.Entry]("history", text)
		e.ID, e.Request = id, request
		return e, err
	}, `SELECT id, document FROM history WHERE request = $1 AND id > $2 ORDER BY id LIMIT $3`, request, after, limit)
}

// AddEntry adds a row to the history.
func (w *writer) AddEntry(_ context.Context, e *scheduler.Entry) error {
	text, err := document("history", e)
	if err != nil {
		return err
	}
	row := []any{e.Request, text}
	if err := storable("history", row); err != nil {
		return err
	}
	w.off.history = append(w.off.history, row)
	return nil
}
