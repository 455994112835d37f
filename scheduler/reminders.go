package scheduler

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// reminder is a notice to operators ahead of an instant, given once.
type reminder struct {
	key  string
	at   time.Time
	of   time.Time
	text string
}

// reminders lists those still to be given: ahead of orchestration and of tear-down. Each belongs to one instant, so that a moved request is reminded
// again. None is given after its instant, nor of a slot's end before the slot has begun.
func (s *Service) reminders(r Request) []reminder {
	now := s.now()
	return r.unreminded(slices.DeleteFunc(s.allReminders(r), func(m reminder) bool { return !m.of.After(now) }))
}

func (s *Service) allReminders(r Request) []reminder {
	var list []reminder
	for _, ahead := range s.o.Reminders {
		switch {
		case r.Status == Scheduled:
			list = append(list, remind("orchestrate", "by", ahead, r.begins()))
		case r.Status.Started() && !r.Overrun: // overruns have their own notice
			if m := remind("tear down", "at", ahead, r.Slot.End); m.at.After(r.Slot.Start) {
				list = append(list, m)
			}
		}
	}
	return list
}

// stillReminded keeps the marks that still mean something: those of present or future instants, and those without an instant.
func (s *Service) stillReminded(r Request, now time.Time) []string {
	has := []string{r.unitsLooked()}
	for _, m := range s.allReminders(r) {
		has = append(has, m.key)
	}
	return slices.DeleteFunc(slices.Clone(r.Reminded), func(mark string) bool {
		at, err := time.Parse(time.RFC3339, mark[strings.LastIndex(mark, " ")+1:])
		return err == nil && at.Before(now) && !slices.Contains(has, mark)
	})
}

func remind(what, preposition string, ahead time.Duration, of time.Time) reminder {
	at := of.Format(time.RFC3339)
	return reminder{key: fmt.Sprintf("%s %s %s", what, ahead, at), at: of.Add(-ahead), of: of, text: fmt.Sprintf("%s %s %s", what, preposition, at)}
}

// longestNotice is the longest time before its end that an experimenter is reminded of an offer; a quarter of its hold, if that is shorter.
const longestNotice = day

// offerReminders lists the reminders still to be given of open offers.
func (r Request) offerReminders() []reminder {
	var list []reminder
	for _, o := range r.Offers {
		if o.State != OfferOpen {
			continue
		}
		notice := longestNotice
		if !o.Made.IsZero() {
			notice = min(notice, o.until().Sub(o.Made)/4)
		}
		list = append(list, reminder{"offer " + o.ID, o.until().Add(-notice), o.until(), "offer " + o.ID + " ends at " + o.until().Format(time.RFC3339)})
	}
	return r.unreminded(list)
}

func (r Request) unreminded(list []reminder) []reminder {
	return slices.DeleteFunc(list, func(m reminder) bool { return slices.Contains(r.Reminded, m.key) })
}

func (d *decision) remind(ctx context.Context, r Request) (Request, error) {
	return d.reminded(ctx, r, ActionRemind, d.s.reminders(r))
}

func (d *decision) remindOfOffers(ctx context.Context, r Request) (Request, error) {
	return d.reminded(ctx, r, ActionOfferEnds, r.offerReminders())
}

// reminded gives the reminders whose time has come, as one.
func (d *decision) reminded(ctx context.Context, r Request, action Action, list []reminder) (Request, error) {
	before := r
	text := ""
	for _, m := range list {
		if !m.at.After(d.now) {
			r.Reminded = append(slices.Clone(r.Reminded), m.key)
			text = m.text
		}
	}
	if text == "" {
		return r, nil
	}
	return d.save(ctx, before, r, note{action: action, text: text})
}
