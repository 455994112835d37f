package tickets

import (
	"context"

	"berth/scheduler"
	"berth/scheduler/account"
)

// Missing opens tickets for current requests that were made before tickets were configured.
func (s *Service) Missing(ctx context.Context) (opened int, err error) {
	asked := map[string]bool{} // series
	for cursor := ""; ; {
		page, err := s.requests.List(ctx, account.System, scheduler.RequestFilter{Status: scheduler.Live, Limit: 200}, cursor)
		if err != nil {
			return opened, err
		}
		for _, r := range page.Items {
			if r.Ticket != nil || r.Series != nil && s.settings.PerSeries && asked[r.Series.ID] {
				continue
			}
			new, err := s.requestTicket(ctx, r.ID)
			if err != nil {
				return opened, err
			}
			if r.Series != nil {
				asked[r.Series.ID] = true // its delivery links all of the series
			}
			if new {
				opened++
			}
		}
		if cursor = page.Next; cursor == "" {
			return opened, nil
		}
	}
}

// requestTicket asks for a ticket for a request without one, unless one is on its way already.
func (s *Service) requestTicket(ctx context.Context, request string) (asked bool, err error) {
	if waits, err := s.store.Pending(ctx, Channel, request); err != nil || waits {
		return false, err
	}
	return true, s.requests.NoteOnTicket(ctx, account.System, request, noteOpened,
		scheduler.Creation{Key: "ticket " + request + " opened", Fingerprint: "note"})
}

// Sync applies the users' changes of a request's ticket now; if there is no ticket, it asks for one.
func (s *Service) Sync(ctx context.Context, request string) (scheduler.View, error) {
	v, err := s.requests.Get(ctx, account.System, request)
	if err != nil {
		return v, err
	}
	if v.Ticket == nil {
		_, err := s.requestTicket(ctx, v.ID)
		return v, err
	}
	x, err := s.subject(ctx, v.ID)
	if err != nil {
		return v, err
	}
	w, err := s.tracker.Workflow(ctx)
	if err != nil {
		return v, err
	}
	return v, s.sync(ctx, w, v.Ticket.Key, x.key())
}
