package tickets

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

// link links a ticket to its subject: to a request; or to all occurrences of a series, to the first one that was submitted, under which the state of the
// ticket is kept, and to one more request of the series, which may have become another one by now.
func (s *Service) link(ctx context.Context, x subject, key string, more ...string) error {
	t := scheduler.Ticket{Key: key, URL: s.tracker.URL(key), Series: x.whole()}
	if !x.whole() {
		if x.Ticket != nil && *x.Ticket == t {
			return nil
		}
		return s.requests.SetTicket(ctx, account.System, x.View.ID, t)
	}
	linked := map[string]bool{}
	for _, r := range x.all {
		linked[r.ID] = r.Ticket != nil && *r.Ticket == t
		more = append(more, r.ID)
	}
	for _, id := range append(more, x.key()) {
		if linked[id] || id == "" {
			continue
		}
		if err := s.requests.SetTicket(ctx, account.System, id, t); err != nil {
			return err
		}
		linked[id] = true
	}
	return nil
}

// requestOf finds the request of a ticket.
func (s *Service) requestOf(ctx context.Context, b Ticket) (id string, known bool, err error) {
	if id, err = s.store.TicketRequest(ctx, b.Key); err != nil || id != "" {
		return id, id != "", err
	}
	for _, alias := range b.Aliases { // from before Berth kept state of tickets
		v, err := s.requests.Get(ctx, account.System, alias)
		if err == nil && v.ID == strings.ToLower(alias) && v.Ticket != nil && v.Ticket.Key == b.Key {
			return v.ID, true, nil
		}
		if err != nil && scheduler.CodeOf(err) != scheduler.CodeNotFound {
			return "", false, err
		}
	}
	return "", false, nil
}

// marked finds the number of a request in a ticket opened by hand.
func (s *Service) marked(b Ticket) (number string, ok bool) {
	if s.settings.Marker == "" || !b.Owned {
		return "", false
	}
	form := regexp.MustCompile(`(?i)(?:^|[^\pL\pN])` + regexp.QuoteMeta(s.settings.Marker) + `([0-9]{1,12})(?:$|[^\pL\pN])`)
	for _, text := range []string{b.Label, b.Summary} {
		if found := form.FindStringSubmatch(text); found != nil {
			return found[1], true
		}
	}
	return "", false
}

// adopt links a ticket opened by hand to the request that it names, if its creator may see the request and it has no ticket.
func (s *Service) adopt(ctx context.Context, b Ticket, number string) error {
	who, known, err := s.actor(ctx, b.Creator)
	if err != nil {
		return err
	}
	var v scheduler.View
	if known {
		v, err = s.requests.Get(ctx, who, "#"+number)
		if scheduler.CodeOf(err) == scheduler.CodeNotFound || scheduler.CodeOf(err) == scheduler.CodeForbidden {
			known, err = false, nil
		}
	}
	switch {
	case err != nil:
		return err
	case !known:
		return s.commentOnce(ctx, b, s.text().noteNoSuch(number, b.Creator))
	case v.Ticket != nil && v.Ticket.Key != b.Key:
		return s.commentOnce(ctx, b, s.text().noteTaken(v.Number, v.Ticket.Key, v.Ticket.URL))
	}
	x, err := s.untold(ctx, v)
	if err != nil {
		return err
	}
	if other, ok := x.ticket(); ok && other != b.Key {
		return s.commentOnce(ctx, b, s.text().noteTakenSeries(x, v.Number, other, s.tracker.URL(other)))
	}
	if err := s.link(ctx, x, b.Key); err != nil {
		return err
	}
	return s.requests.NoteOnTicket(ctx, account.System, v.ID, s.text().noteAdopted(x, b.Creator), scheduler.Creation{Key: "ticket " + b.Key + " adopted", Fingerprint: "note"})
}

// commentOnce comments on a ticket without a request. It sets a mark first, for all processes: while the fate of a comment is unknown it
// may still come through, and is not written again.
func (s *Service) commentOnce(ctx context.Context, b Ticket, text string) error {
	name, now := fmt.Sprintf("%s remark %s", s.about.Via, b.Key), s.clock().UTC()
	token := fmt.Sprintf("[berth:%s/%s]", s.about.Ticket, b.Key)
	if there, err := s.hasComment(ctx, b.Key, token); err != nil || there {
		return err
	}
	before, err := s.store.Mark(ctx, name)
	if err != nil {
		return err
	}
	if until, err := time.Parse(time.RFC3339, before); err == nil && now.Before(until) {
		return fmt.Errorf("%s %s: the fate of an earlier comment is unknown; it may still arrive until %s", s.about.Ticket, b.Key, before)
	}
	if mine, err := s.store.SetMark(ctx, name, before, now.Add(s.about.Open).Format(time.RFC3339)); err != nil || !mine {
		return errors.Join(err, errBusy)
	}
	err = s.tracker.AddComment(ctx, b.Key, text+"\n\n"+token)
	if err != nil && !s.tracker.Fault(err).Open {
		_, markErr := s.store.SetMark(ctx, name, now.Add(s.about.Open).Format(time.RFC3339), now.Format(time.RFC3339))
		err = errors.Join(err, markErr)
	}
	return err
}
