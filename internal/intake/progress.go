package intake

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"berth/scheduler"
)

// Progress is how far the polls of a portal have come, in whichever process.
type Progress struct {
	Polled  time.Time              `json:"polled,omitzero"` // last success
	Failure string                 `json:"failure,omitempty"`
	Remedy  string                 `json:"remedy,omitempty"`
	Loose   []scheduler.LooseOrder `json:"loose,omitempty"` // orders that are not taken
	Total   int                    `json:"total"`           // orders that it listed
	Taken   int64                  `json:"taken,omitempty"` // orders that became requests, in all

	Swept time.Time `json:"swept,omitzero"` // last look at every tie
	Tries int64     `json:"tries,omitempty"`
	Next  time.Time `json:"next,omitzero"`  // no poll before
	Until time.Time `json:"until,omitzero"` // a process is polling
}

// mostLoose bounds the list of orders that are not taken.
const mostLoose = 100

// Marks stores the progress.
type Marks interface {
	Mark(ctx context.Context, name string) (string, error)
}

// ReadProgress reads the progress of polling a portal, by its name in the settings, in whichever process.
func ReadProgress(ctx context.Context, m Marks, name string) (Progress, error) {
	p, _, err := progressOf(ctx, m, name)
	return p, err
}

func mark(name string) string { return "intake " + name }

func progressOf(ctx context.Context, m Marks, name string) (p Progress, text string, err error) {
	if text, err = m.Mark(ctx, mark(name)); err != nil || text == "" {
		return p, text, err
	}
	return p, text, json.Unmarshal([]byte(text), &p)
}

// put stores progress. It is not stored if another process has stored some since.
func (s *Sync) put(ctx context.Context, before string, p Progress) (text string, ok bool, err error) {
	raw, err := json.Marshal(p)
	if err != nil {
		return before, false, err
	}
	ok, err = s.store.SetMark(ctx, mark(s.o.Name), before, string(raw))
	return string(raw), ok, err
}

// Round polls once, if it is time and no other process does. next is when it is to be called again. Faults of the portal are recorded and logged,
// and are no news about any request; err is a fault of Berth's own.
func (s *Sync) Round(ctx context.Context) (done int, next time.Time, err error) {
	p, before, err := progressOf(ctx, s.store, s.o.Name)
	if err != nil {
		return 0, next, err
	}
	now := s.now()
	if now.Before(p.Next) || now.Before(p.Until) {
		return 0, latest(p.Next, p.Until), nil
	}
	p.Until = now.Add(lease)
	before, mine, err := s.put(ctx, before, p)
	if err != nil || !mine {
		return 0, now.Add(s.o.Poll), err
	}
	r := &round{Sync: s, p: &p, within: p.Until, sweep: now.Sub(p.Swept) >= leisure}
	fault := r.run(ctx)
	p.Until = time.Time{}
	switch {
	case ctx.Err() != nil, errors.Is(fault, errLost):
		fault = nil // no news
	case fault != nil && s.portal.Fault(fault).Text == "":
		err, fault = fault, nil // of Berth's own
	default:
		s.judge(ctx, &p, fault)
		if fault == nil && r.sweep {
			p.Swept = now
		}
	}
	p.Next = s.now().Add(s.o.Poll)
	if p.Tries > 0 {
		p.Next = s.now().Add(max(s.o.Poll, later.After(p.Tries)/4))
	}
	_, _, putErr := s.put(context.WithoutCancel(ctx), before, p)
	return r.done, p.Next, errors.Join(err, putErr)
}

// judge records how a round went.
func (s *Sync) judge(ctx context.Context, p *Progress, fault error) {
	if fault == nil {
		p.Polled, p.Failure, p.Remedy, p.Tries = s.now(), "", "", 0
		if s.said != "" {
			s.log.InfoContext(ctx, "polling works again")
		}
		s.said = ""
		s.down.works()
		return
	}
	f := s.portal.Fault(fault)
	p.Failure, p.Remedy = f.Text, f.Remedy
	p.Tries++
	if s.said != f.Text {
		s.log.WarnContext(ctx, "polling failed; it is tried again", "error", f.Text, "remedy", f.Remedy)
	}
	s.said = f.Text
}

// TryAgain lets the next poll, with a look at every order, come at once.
func (s *Sync) TryAgain(ctx context.Context) error {
	p, before, err := progressOf(ctx, s.store, s.o.Name)
	if err != nil {
		return err
	}
	p.Next, p.Swept, p.Tries = time.Time{}, time.Time{}, 0
	_, _, err = s.put(ctx, before, p)
	return err
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
