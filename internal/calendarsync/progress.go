package calendarsync

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"berth/internal/caldavclient"
	"berth/scheduler"
)

// Progress is how far reading or writing a calendar has come, in whichever process.
type Progress struct {
	Read    time.Time             `json:"read,omitzero"` // last success
	Failure string                `json:"failure,omitempty"`
	Remedy  string                `json:"remedy,omitempty"`
	Failed  int                   `json:"failed,omitempty"` // how often in a row
	Way     string                `json:"way,omitempty"`
	Events  int                   `json:"events,omitempty"`
	Notes   []scheduler.EventNote `json:"notes,omitempty"`
	More    int                   `json:"more,omitempty"`

	Held      *scheduler.HeldCalendar `json:"held,omitempty"`
	Doubt     string                  `json:"doubt,omitempty"`    // fingerprint of what is held
	Believed  string                  `json:"believed,omitempty"` // fingerprint of what a person has confirmed
	Confirmed string                  `json:"confirmed,omitempty"`

	Next  time.Time `json:"next,omitzero"`  // no round before
	Until time.Time `json:"until,omitzero"` // a process is at it
}

func (s *Sync) mark() string { return Via + " " + s.o.Name }

// Progress reads how far it has come.
func (s *Sync) Progress(ctx context.Context) (Progress, error) {
	p, _, err := s.progress(ctx)
	return p, err
}

func (s *Sync) progress(ctx context.Context) (p Progress, text string, err error) {
	if text, err = s.marks.Mark(ctx, s.mark()); err != nil || text == "" {
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
	ok, err = s.marks.SetMark(ctx, s.mark(), before, string(raw))
	return string(raw), ok, err
}

// alter changes progress whoever else does. It gives up when others are always faster.
func (s *Sync) alter(ctx context.Context, change func(p *Progress) error) error {
	for range 20 {
		p, before, err := s.progress(ctx)
		if err != nil {
			return err
		}
		if err := change(&p); err != nil {
			return err
		}
		if _, ok, err := s.put(ctx, before, p); ok || err != nil {
			return err
		}
	}
	return scheduler.Errorf(scheduler.CodeUnavailable, "the calendar is busy; try again")
}

// Round reads or writes once, if it is time and no other process does. next is when it is to be called again. Faults of the calendar are recorded and logged, and
// change nothing; err is a fault of Berth's own.
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
	s.mu.Lock()
	defer s.mu.Unlock()
	within := p.Until
	done, fault := s.work(ctx, &p, within)
	err = s.settle(ctx, &p, fault)
	if _, ok, err2 := s.put(context.WithoutCancel(ctx), before, p); err2 != nil || ok {
		return done, p.Next, errors.Join(err, err2)
	}
	// Another process has taken over, or a person has confirmed or hurried meanwhile: that counts.
	return done, s.now(), errors.Join(err, s.alter(context.WithoutCancel(ctx), func(q *Progress) error {
		if !q.Until.Equal(within) {
			return nil
		}
		believed, confirmed := q.Believed, q.Confirmed
		*q = p
		q.Believed, q.Confirmed, q.Next = believed, confirmed, s.now()
		return nil
	}))
}

// work does what a round does.
func (s *Sync) work(ctx context.Context, p *Progress, within time.Time) (done int, err error) {
	bounded, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	if s.o.Write {
		return s.write(bounded, p, within)
	}
	return s.read(bounded, p, within)
}

// read reads the calendar, and makes its events closures.
func (s *Sync) read(ctx context.Context, p *Progress, within time.Time) (done int, err error) {
	plan, err := s.plan(ctx, p.Believed)
	if err != nil {
		return 0, err
	}
	if !s.now().Before(within) {
		return 0, errLost
	}
	for _, id := range plan.strays {
		if _, err := s.facility.TakeClosures(ctx, s.actor, id, s.o.Name, nil, scheduler.ChangeOptions{Force: true, Reason: "the calendar " + s.o.Name + " is that of another testbed now"}); err != nil {
			return done, err
		}
		plan.revision = 0
	}
	if p.Held != nil && !plan.doubtful && len(plan.gone) > 0 {
		plan.by = p.Confirmed
	}
	change, err := s.take(ctx, plan, false)
	if err != nil {
		return done, err
	}
	p.Way, p.Events, p.Notes, p.More = plan.way, plan.events, plan.notes, 0
	if len(p.Notes) > mostNotes {
		p.More, p.Notes = len(p.Notes)-mostNotes, p.Notes[:mostNotes]
	}
	if plan.doubtful {
		since := s.now()
		if doubt := fingerprint(plan.gone); p.Held != nil && p.Doubt == doubt {
			since = p.Held.Since
		} else {
			s.log.WarnContext(ctx, "most events are gone, which is not believed until a person confirms it", "gone", len(plan.gone), "of", plan.of)
		}
		p.Held, p.Doubt = plan.held(since), fingerprint(plan.gone)
	} else {
		if plan.by != "" {
			s.log.InfoContext(ctx, "the loss of events was confirmed", "by", plan.by, "gone", len(plan.gone), "of", plan.of)
		}
		p.Held, p.Doubt, p.Believed, p.Confirmed = nil, "", "", ""
		clear(s.deleted)
	}
	return len(change.Differences), nil
}

// errLost says that the lease is over: another process may be at it.
var errLost = errors.New("the round took too long; the next one goes on")

// settle records how a round went.
func (s *Sync) settle(ctx context.Context, p *Progress, went error) error {
	p.Until, p.Next = time.Time{}, s.now().Add(s.o.Poll)
	text, remedy, refused := explain(went)
	switch {
	case went == nil:
		p.Read, p.Failure, p.Remedy, p.Failed = s.now(), "", "", 0
		if s.said != "" {
			s.log.InfoContext(ctx, "the calendar works again")
		}
		s.said = ""
		return nil
	case errors.Is(went, errLost), scheduler.CodeOf(went) == scheduler.CodePrecondition, ctx.Err() != nil:
		p.Next = s.now().Add(time.Second) // no news
		return nil
	case text == "":
		return went
	}
	if p.Failed++; refused {
		p.Next = s.now().Add(max(afterRefusal, s.o.Poll))
	}
	p.Failure, p.Remedy = text, remedy
	if s.said != text {
		s.log.WarnContext(ctx, "the calendar could not be used; its last state counts, and it is tried again", "error", text, "remedy", remedy)
	}
	s.said = text
	return nil
}

// explain words a fault of the calendar, or of what was made of it; nothing for one of Berth's own.
func explain(err error) (text, remedy string, refused bool) {
	if f, ok := errors.AsType[*fault](err); ok {
		return f.text, f.remedy, false
	}
	if e, ok := errors.AsType[*caldavclient.Error](err); ok {
		return e.Text, e.Remedy, e.Refused
	}
	if e, ok := errors.AsType[*scheduler.Error](err); ok && e.Code != scheduler.CodeUnavailable {
		return summary(e.Error()), "look at the testbed, and at the rules of the calendar", false
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "it did not answer in time", "nothing to do here: it is tried again", false
	}
	return "", "", false
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
