package scheduler

import (
	"berth/scheduler/account"
	"context"
	"strconv"
)

// AddFeedback adds a remark to the thread of a request, at any stage of its life. Remarks are never changed. People whom it mentions as @username
// are told of it, if they may see the request. It returns CodeInvalid for the text,
// CodeNotFound where the actor may not know the request, CodeForbidden without the scope to write, and an Excess for too many remarks in an hour.
func (s *Service) AddFeedback(ctx context.Context, a account.Actor, id, text string, c Creation) (Feedback, error) {
	var bad faults
	checkReason("text", text, &bad)
	if len(text) > maxReason && len(text) <= maxText {
		bad = nil
		checkText("text", text, maxText, &bad)
	}
	if err := bad.err(); err != nil {
		return Feedback{}, err
	}
	var f Feedback
	counted := false // the transaction may run again, but it is one remark
	err := s.store.Change(ctx, nil, func(tx Tx) error {
		d := &decision{s: s, tx: tx, actor: a, action: ActionFeedback, now: s.now()}
		found, err := s.find(ctx, tx, a, id)
		if err != nil {
			return err
		}
		r, err := tx.LockRequest(ctx, found.ID)
		if err != nil {
			return err
		}
		if err := permit(a, ActionFeedback, r, d.now); err != nil {
			return err
		}
		if before, err := d.replayed(ctx, c); err != nil || before != "" {
			f, err = remark(ctx, tx, r.ID, before, err)
			return err
		}
		if !counted {
			if err := s.roomForRemark(a, d.now); err != nil {
				return err
			}
			counted = true
		}
		f = Feedback{Request: r.ID, Author: a.Username, At: d.now, Text: text}
		if err := tx.AddFeedback(ctx, &f); err != nil {
			return err
		}
		people, err := mentioned(ctx, tx, a.Username, r, text)
		if err != nil {
			return err
		}
		if err := d.record(ctx, r.Status, r, note{text: clip(text), remark: f.ID, people: people}); err != nil {
			return err
		}
		return d.remember(ctx, c, strconv.FormatInt(f.ID, 10))
	})
	return f, err
}

// FeedbackText returns the full text of the feedback that an event tells of. It returns CodeNotFound without such a remark, or where the actor may
// not know the request.
func (s *Service) FeedbackText(ctx context.Context, a account.Actor, e Event) (text string, err error) {
	if e.Remark == 0 {
		return e.Text, nil
	}
	err = s.store.View(ctx, func(tx Reader) error {
		r, err := s.find(ctx, tx, a, e.Request)
		if err != nil {
			return err
		}
		list, err := tx.Feedback(ctx, r.ID, e.Remark-1, 1)
		if err == nil && (len(list) == 0 || list[0].ID != e.Remark) {
			err = Errorf(CodeNotFound, "request #%d has no remark %d", r.Number, e.Remark)
		}
		if err == nil {
			text = list[0].Text
		}
		return err
	})
	return text, err
}

// remark finds an earlier remark by its id.
func remark(ctx context.Context, tx Reader, request, id string, err error) (Feedback, error) {
	if err != nil {
		return Feedback{}, err
	}
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return Feedback{}, err
	}
	list, err := tx.Feedback(ctx, request, n-1, 1)
	if err != nil || len(list) == 0 {
		return Feedback{}, err
	}
	return list[0], nil
}

// Feedback reads the thread of a request, oldest first. It returns CodeNotFound where the actor may not know the request, and CodeInvalid for a
// cursor or a limit.
func (s *Service) Feedback(ctx context.Context, a account.Actor, id, cursor string, limit int) (Page[Feedback], error) {
	return part(ctx, s, a, id, cursor, limit, func(tx Reader, r Request, after int64, limit int) ([]Feedback, error) {
		list, err := tx.Feedback(ctx, r.ID, after, limit)
		if err == nil && !knowsAll(a) {
			list = each(list, Feedback.shown)
		}
		return list, err
	}, func(f Feedback) int64 { return f.ID })
}

// History reads the history of a request, oldest first. It returns CodeNotFound where the actor may not know the request, and CodeInvalid for a
// cursor or a limit.
func (s *Service) History(ctx context.Context, a account.Actor, id, cursor string, limit int) (Page[Entry], error) {
	return part(ctx, s, a, id, cursor, limit, func(tx Reader, r Request, after int64, limit int) ([]Entry, error) {
		list, err := tx.History(ctx, r.ID, after, limit)
		if err != nil {
			return nil, err
		}
		f, err := tx.Facility(ctx)
		if err != nil {
			return nil, err
		}
		if !knowsAll(a) {
			list = each(list, Entry.shown)
		}
		for _, e := range list {
			if e.Verdict != nil {
				if err := s.mask(ctx, tx, a, f, e.Verdict); err != nil {
					return nil, err
				}
			}
		}
		return list, nil
	}, func(e Entry) int64 { return e.ID })
}

// part reads one page of a list that belongs to a request.
func part[T any](ctx context.Context, s *Service, a account.Actor, id, cursor string, limit int, read func(Reader, Request, int64, int) ([]T, error), key func(T) int64) (Page[T], error) {
	after, limit, err := Position(cursor, limit)
	if err != nil {
		return Page[T]{}, err
	}
	var page Page[T]
	err = s.store.View(ctx, func(tx Reader) error {
		r, err := s.find(ctx, tx, a, id)
		if err != nil {
			return err
		}
		list, err := read(tx, r, after, limit+1)
		page = pageOf(list, limit, key)
		return err
	})
	return page, err
}

// Sizes of a page.
const (
	usualPage = 50
	maxPage   = 500
)

// Position reads the cursor of a list, which is a number, and its limit; 0 stands for the usual size. It returns CodeInvalid.
func Position(cursor string, limit int) (after int64, size int, err error) {
	var bad faults
	if cursor != "" {
		if after, err = strconv.ParseInt(cursor, 10, 64); err != nil || after < 0 {
			bad.add("cursor", "must be the next of the previous page")
		}
	}
	if limit == 0 {
		limit = usualPage
	}
	if limit < 1 || limit > maxPage {
		bad.add("limit", "must be from 1 to %d", maxPage)
	}
	return after, limit, bad.err()
}

// pageOf cuts a page from a list that was read one item further.
func pageOf[T any](list []T, limit int, key func(T) int64) Page[T] {
	page := Page[T]{Items: list}
	if page.Items == nil {
		page.Items = []T{}
	}
	if len(list) > limit {
		page.Items = list[:limit]
		page.Next = strconv.FormatInt(key(list[limit-1]), 10)
	}
	return page
}
