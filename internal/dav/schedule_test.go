package dav

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"berth/calendar"
)

// ledger is a store whose change log is a list of objects.
type ledger struct {
	full
	wholes atomic.Int64 // counts full reads

	mu       sync.Mutex
	objects  []calendar.Object
	sequence int64
	hang     chan struct{} // the next query hangs until it is closed, or the reader gives up; nil for none
	hanging  chan struct{} // gets a value when a query hangs
}

func (l *ledger) commit(name string) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sequence++
	l.objects = append(l.objects, calendar.Object{Name: name, Collections: []string{"all"}, Start: benchStart, End: benchStart.Add(time.Hour), Full: "x", Sequence: l.sequence})
	return l.sequence
}

func (l *ledger) LoadCalendar(ctx context.Context, put func(*calendar.Object)) (calendar.Changes, error) {
	return loaded(ctx, l, put)
}

func (l *ledger) Calendar(ctx context.Context, since int64) (calendar.Changes, error) {
	if since == 0 {
		l.wholes.Add(1)
	}
	l.mu.Lock()
	hang := l.hang
	l.hang = nil
	c := calendar.Changes{Sequence: l.sequence}
	for _, o := range l.objects {
		if o.Sequence > since {
			c.Objects = append(c.Objects, o)
		}
	}
	l.mu.Unlock()
	if hang != nil {
		close(l.hanging)
		select {
		case <-hang:
		case <-ctx.Done():
			return calendar.Changes{}, ctx.Err()
		}
	}
	return c, nil
}

func (l *ledger) CalendarObjects(context.Context, []string) ([]calendar.Object, error) {
	return nil, errors.New("not asked for")
}

// names lists the names of all objects that a reader sees.
func names(t *testing.T, s *schedule) map[string]bool {
	t.Helper()
	list := map[string]bool{}
	if _, err := s.read(t.Context(), func(x *calendar.Index, _ []calendar.Collection) {
		for o := range x.Members("all").All() {
			list[o.Name()] = true
		}
	}); err != nil {
		t.Error(err)
	}
	return list
}

// TestNobodyWaitsForAQuestionThatHangs lets one reader's query hang, while others read, new objects included. Its late answer is older than
// their index, and must undo nothing.
func TestNobodyWaitsForAQuestionThatHangs(t *testing.T) {
	t.Parallel()
	l := &ledger{hanging: make(chan struct{})}
	l.commit("first")
	s := newSchedule(l, time.Now, calendar.TextsInMemory)
	names(t, s)
	hang := make(chan struct{})
	l.mu.Lock()
	l.hang = hang
	l.mu.Unlock()
	l.commit("second")
	late := make(chan map[string]bool)
	go func() { late <- names(t, s) }()
	<-l.hanging
	l.commit("third")
	if got := names(t, s); len(got) != 3 {
		t.Errorf("another reader sees %v", got)
	}
	close(hang)
	if got := <-late; len(got) != 3 {
		t.Errorf("who hung sees %v", got)
	}
	if got := names(t, s); len(got) != 3 {
		t.Errorf("afterwards there is %v", got)
	}
}

// TestEverybodySeesWhatWasCommittedBefore lets many users write and read at once, from the very first reader
// on.
func TestEverybodySeesWhatWasCommittedBefore(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	l.commit("first")
	s := newSchedule(l, time.Now, calendar.TextsInMemory)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 50 {
				name := fmt.Sprintf("o%d-%d", i, j)
				l.commit(name)
				if !names(t, s)[name] {
					t.Errorf("%s was committed and is not seen", name)
				}
			}
		})
	}
	all.Wait()
	if n := len(names(t, s)); n != 401 {
		t.Errorf("%d objects, want 401", n)
	}
	if n := l.wholes.Load(); n != 1 {
		t.Errorf("everything was read %d times, want once", n)
	}
}

func TestTheCalendarsAreReadBeforeTheFirstClient(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	l.commit("first")
	h := New(nil, operator{}, l, Options{Clock: time.Now})
	if err := h.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if names(t, h.server.schedule); l.wholes.Load() != 1 {
		t.Errorf("everything was read %d times, want once", l.wholes.Load())
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	waiting := newSchedule(l, time.Now, calendar.TextsInMemory)
	waiting.whole <- struct{}{}
	if _, err := waiting.refresh(gone); err == nil {
		t.Error("who has gone waits for others")
	}
}
