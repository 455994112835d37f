package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// tie is what ties an order to its request.
type tie struct {
	saved scheduler.OrderTie // as it is to be stored
	row   scheduler.OrderTie // as it is stored
	was   string             // the state as it is stored
	tieState
}

// tieState is kept of a tie.
type tieState struct {
	Name    string `json:"name"`
	URL     string `json:"url,omitempty"`
	Owner   string `json:"owner,omitempty"` // username: settled before the request is made, so that it is made once
	Facts   []Fact `json:"facts,omitempty"`
	Trouble string `json:"trouble,omitempty"` // why the order and its request are not alike, or there is no request
	Remedy  string `json:"remedy,omitempty"`

	Known  known     `json:"known"`             // the order when it was last handled
	Wrote  []intent  `json:"wrote,omitempty"`   // writes whose fate is unknown
	Heard  []string  `json:"heard,omitempty"`   // ids of remarks that were said there
	Alike  bool      `json:"alike,omitempty"`   // the order says what its request says, as far as Berth has seen
	Tries  int64     `json:"tries,omitempty"`   // writes that did not help
	Wait   time.Time `json:"wait,omitzero"`     // no write before
	Until  time.Time `json:"until,omitzero"`    // a process works on it
	Gone   bool      `json:"gone,omitempty"`    // it was deleted there
	Untied bool      `json:"untied,omitempty"`  // by a person: it is not taken again
	Failed string    `json:"problem,omitempty"` // why it could not be read
}

// known is what people or programs can change of an order.
type known struct {
	Word     string           `json:"word"`
	Status   scheduler.Status `json:"status"`
	Slot     *testbeds.Slot   `json:"slot,omitempty"`
	Asked    testbeds.Slot    `json:"asked"`
	Feedback string           `json:"feedback,omitempty"`
}

// intent is what Berth was about to write.
type intent struct {
	Status scheduler.Status `json:"status,omitempty"`
	Slot   *testbeds.Slot   `json:"slot,omitempty"`
	Asked  *testbeds.Slot   `json:"asked,omitempty"`
	Thread string           `json:"thread,omitempty"`
	At     time.Time        `json:"at"`
	Done   bool             `json:"done,omitempty"` // it was answered: the next look at the order shows it
}

// mostIntents bounds the memory of writes whose fate is unknown.
const mostIntents = 8

func knownOf(o Order) known {
	k := known{Word: o.Word, Status: o.Status, Slot: o.Scheduled, Asked: o.Requested, Feedback: o.Feedback}
	return k
}

// same reports whether nothing that anybody can change has changed.
func (k known) same(o Order) bool {
	return k.Word == o.Word && sameSlot(k.Slot, o.Scheduled) && k.Asked.Equal(o.Requested) && k.Feedback == o.Feedback
}

func sameSlot(a, b *testbeds.Slot) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

func readTie(saved scheduler.OrderTie) (*tie, error) {
	t := &tie{saved: saved, row: saved, was: saved.State}
	if saved.State == "" {
		return t, nil
	}
	if err := json.Unmarshal([]byte(saved.State), &t.tieState); err != nil {
		return nil, fmt.Errorf("reading the state of order %s of %s: %w", saved.Key, saved.Portal, err)
	}
	return t, nil
}

// save stores a tie, unless nothing changed. It is a precondition that nobody else has changed it.
func (s *Sync) save(ctx context.Context, t *tie) error {
	raw, err := json.Marshal(t.tieState)
	if err != nil {
		return err
	}
	if string(raw) == t.was && t.saved == t.row {
		return nil
	}
	next := t.saved
	next.State = string(raw)
	if next, err = s.store.PutOrder(ctx, next); err == nil {
		t.saved, t.row, t.was = next, next, next.State
	}
	return err
}

// errBusy says that another process works on an order, or was faster.
var errBusy = errors.New("another process is working on this order")

// busy turns a precondition that was not met into errBusy.
func busy(err error) error {
	if scheduler.CodeOf(err) == scheduler.CodePrecondition {
		return errBusy
	}
	return err
}

// lock reserves an order for this process, while it takes steps and writes.
func (s *Sync) lock(ctx context.Context, t *tie) error {
	now := s.now()
	if now.Before(t.Until) {
		return errBusy
	}
	t.Until = now.Add(lease)
	return busy(s.save(ctx, t))
}

// unlock releases an order, with what became of it.
func (s *Sync) unlock(ctx context.Context, t *tie) error {
	t.Until = time.Time{}
	return busy(s.save(context.WithoutCancel(ctx), t))
}

// held makes sure, before a call that changes something, that the lease outlasts it.
func (s *Sync) held(t *tie) error {
	if s.now().Add(lease / 3).After(t.Until) {
		return errBusy
	}
	return nil
}

// intended forgets writes that can no longer come through.
func (t *tie) intended(now time.Time) []intent {
	t.Wrote = slices.DeleteFunc(t.Wrote, func(x intent) bool { return now.Sub(x.At) > patience })
	return t.Wrote
}

// remember notes that something is about to be written.
func (t *tie) remember(w Wanted, now time.Time) {
	t.Wrote = append(t.intended(now), intent{Status: w.Status, Slot: w.Slot, Asked: w.Asked, Thread: w.Thread, At: now})
	t.Wrote = t.Wrote[max(0, len(t.Wrote)-mostIntents):]
}

// own reports whether a part of an order is as one of Berth's writes would have left it.
func (s *Sync) own(t *tie, o Order, part func(intent) (Wanted, bool)) bool {
	return slices.ContainsFunc(t.intended(s.now()), func(x intent) bool {
		w, some := part(x)
		return some && s.portal.Shows(o, w)
	})
}
