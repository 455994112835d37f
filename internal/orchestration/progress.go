package orchestration

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"berth/scheduler"
)

// Progress is how far the polls of an orchestrator have come, in whichever process.
type Progress struct {
	Polled  time.Time                `json:"polled,omitzero"` // last success
	Failure string                   `json:"failure,omitempty"`
	Remedy  string                   `json:"remedy,omitempty"`
	Pools   []scheduler.Pool         `json:"pools,omitempty"`
	Loose   []scheduler.LooseService `json:"loose,omitempty"` // services that are tied to no request
	Total   int                      `json:"total"`           // services

	PoolsRead time.Time `json:"pools_read,omitzero"`
	Refused   string    `json:"refused,omitempty"` // seal of a password
	Next      time.Time `json:"next,omitzero"`     // no poll before
	Until     time.Time `json:"until,omitzero"`    // a process is polling
}

// mostLoose bounds the list of services that are tied to no request.
const mostLoose = 100

func (s *Sync) mark() string { return mark(s.o.Via, s.o.Name) }

func mark(via, name string) string { return via + " " + name }

// Marks stores the progress.
type Marks interface {
	Mark(ctx context.Context, name string) (string, error)
}

// ReadProgress reads the progress of polling an orchestrator, by its kind and its name in the settings, in whichever process.
func ReadProgress(ctx context.Context, m Marks, via, name string) (p Progress, err error) {
	text, err := m.Mark(ctx, mark(via, name))
	if err != nil || text == "" {
		return p, err
	}
	return p, json.Unmarshal([]byte(text), &p)
}

// Progress reads how far the polls have come.
func (s *Sync) Progress(ctx context.Context) (Progress, error) {
	p, _, err := s.progress(ctx)
	return p, err
}

func (s *Sync) progress(ctx context.Context) (p Progress, text string, err error) {
	if text, err = s.store.Mark(ctx, s.mark()); err != nil || text == "" {
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
	ok, err = s.store.SetMark(ctx, s.mark(), before, string(raw))
	return string(raw), ok, err
}

// Round polls once, if it is time and no other process does. next is when it is to be called again. Faults of the orchestrator are recorded and
// logged, and are no news about any request; err is a fault of Berth's own.
func (s *Sync) Round(ctx context.Context) (done int, next time.Time, err error) {
	p, before, err := s.progress(ctx)
	if err != nil {
		return 0, next, err
	}
	now := s.now()
	if now.Before(p.Next) || now.Before(p.Until) {
		return 0, later(p.Next, p.Until), nil
	}
	p.Until = now.Add(lease)
	before, mine, err := s.put(ctx, before, p)
	if err != nil || !mine {
		return 0, now.Add(s.o.Poll), err
	}
	s.system.Heed(p.Refused)
	r := &round{Sync: s, p: &p, within: p.Until}
	fault := r.run(ctx)
	p.Until, p.Next = time.Time{}, s.now().Add(s.o.Poll)
	switch {
	case ctx.Err() != nil, errors.Is(fault, errLost):
		fault = nil // no news
	case fault != nil && s.system.Fault(fault).Text == "":
		err, fault = fault, nil // of Berth's own
	default:
		s.judge(ctx, &p, fault)
	}
	_, _, putErr := s.put(context.WithoutCancel(ctx), before, p)
	return r.done, p.Next, errors.Join(err, putErr)
}

// judge records how a round went.
func (s *Sync) judge(ctx context.Context, p *Progress, fault error) {
	p.Refused = s.system.Seal()
	if fault == nil {
		p.Polled, p.Failure, p.Remedy = s.now(), "", ""
		if s.said != "" {
			s.log.InfoContext(ctx, "polling works again")
		}
		s.said = ""
		return
	}
	f := s.system.Fault(fault)
	p.Failure, p.Remedy = f.Text, f.Remedy
	if s.said != f.Text {
		s.log.WarnContext(ctx, "polling failed; it is tried again", "error", f.Text, "remedy", f.Remedy)
	}
	s.said = f.Text
}

// TryAgain lets a refused password be tried again, and the next poll come at once.
func (s *Sync) TryAgain(ctx context.Context) error {
	p, before, err := s.progress(ctx)
	if err != nil {
		return err
	}
	p.Refused, p.Next = "", time.Time{}
	_, _, err = s.put(ctx, before, p)
	return err
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
