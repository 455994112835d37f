package scheduler

import (
	"berth/scheduler/account"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

// AuditFilter selects from everything that was done; zero fields select all.
type AuditFilter struct {
	Actor    string
	Action   Action
	Number   int64  // of the request
	Text     string // in the change or its reason, whatever the case
	From, To time.Time
	Limit    int // default 50
}

func (f AuditFilter) takes(e Event) bool {
	return (f.Actor == "" || e.Actor == f.Actor) && (f.Action == "" || e.Action == f.Action) && (f.Number == 0 || e.Number == f.Number) &&
		(f.From.IsZero() || !e.At.Before(f.From)) && (f.To.IsZero() || e.At.Before(f.To)) &&
		(f.Text == "" || strings.Contains(strings.ToLower(e.Text+"\n"+e.Reason), strings.ToLower(f.Text)))
}

// One call reads at most this many events; its cursor continues from there.
const (
	auditPart  = 1000
	auditParts = 20
)

// Audit lists everything that was done, by whom and why, newest first, for administrators. A page may have fewer events than were asked for and still
// a next one, because each call reads a limited number. It returns CodeForbidden to everybody else, and CodeInvalid for a cursor or a limit.
func (s *Service) Audit(ctx context.Context, a account.Actor, f AuditFilter, cursor string) (Page[Event], error) {
	if err := Require(a, account.ScopeRead, account.RoleAdministrator); err != nil {
		return Page[Event]{}, err
	}
	before, limit, err := Position(cursor, f.Limit)
	if err != nil {
		return Page[Event]{}, err
	}
	page := Page[Event]{Items: []Event{}}
	err = s.store.View(ctx, func(tx Reader) error {
		page = Page[Event]{Items: []Event{}}
		if before == 0 {
			last, err := tx.Sequence(ctx)
			if err != nil {
				return err
			}
			before = last + 1
		}
		for range auditParts {
			from := max(before-1-auditPart, 0)
			list, err := tx.Events(ctx, from, auditPart)
			if err != nil {
				return err
			}
			for _, e := range slices.Backward(list) {
				if e.Sequence >= before || !f.takes(e) {
					continue
				}
				if len(page.Items) == limit {
					page.Next = strconv.FormatInt(page.Items[limit-1].Sequence, 10)
					return nil
				}
				page.Items = append(page.Items, e)
			}
			if before = from + 1; from == 0 {
				return nil
			}
		}
		page.Next = strconv.FormatInt(before, 10)
		return nil
	})
	return page, err
}
