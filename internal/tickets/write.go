package tickets

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// write makes some changes of a ticket, one after the other. What is going to be written is remembered before: where nothing is heard of a
// write, the ticket itself tells later. lost is how the ticket was in between, where somebody changed it at the same moment.
func (t *lockedTicket) write(ctx context.Context, b Ticket, changes []Change) (lost *Ticket, err error) {
	if err := t.noOpenWrite(); err != nil {
		return nil, err
	}
	now := t.intend(b, changes)
	for _, change := range changes {
		if change.Empty() {
			continue
		}
		was, err := t.put(ctx, b.Key, change)
		if err != nil && change.Deadline != nil && t.tracker.Fault(err).Forbidden { // who may not track time may not set it; without it the rest is taken
			change.Deadline = nil
			was, err = t.put(ctx, b.Key, change)
		}
		if err != nil {
			return nil, err
		}
		if was != nil && was.Status != now.Status {
			lost = new(b)
			if lost.Status = *was; was.Resolution != b.Status.Resolution {
				lost.DuplicateOf = ""
			}
		}
		now = now.after(change)
		for _, login := range change.AddCC {
			t.state.joined(login)
		}
	}
	t.state.Known, t.state.Intended, t.state.Mend = now, nil, false
	return lost, t.save(ctx)
}

// noOpenWrite refuses to write while an earlier write may still come through.
func (t *lockedTicket) noOpenWrite() error {
	if t.clock().Before(t.state.Unsure) {
		return fmt.Errorf("%s %s: of an earlier write nothing was heard; until %s it may still come through", t.about.Ticket, t.saved.Key, t.state.Unsure.UTC().Format(time.RFC3339))
	}
	return nil
}

// intend notes what changes are going to make of a ticket, and says how it is known to be before them.
func (t *lockedTicket) intend(b Ticket, changes []Change) snapshot {
	now := snapshotOf(b, "")
	now.Summary, now.InCC = t.state.Known.Summary, t.state.Known.InCC
	next := now
	t.state.Late = lastFew(append(t.state.Late, t.state.Intended...)) // should one of them come through after all, it is known as Berth's own
	t.state.Intended = append([]snapshot{t.state.Known}, lastFew(t.state.Intended)...)
	for _, change := range changes {
		next = next.after(change)
		t.state.Intended = append(t.state.Intended, next)
	}
	return now
}

// put makes one change. That it may come through late is remembered before it is made, and forgotten once the server has said what became
// of it.
func (t *lockedTicket) put(ctx context.Context, key string, change Change) (*TrackerStatus, error) {
	t.state.Unsure = t.clock().Add(t.about.Open)
	if err := t.save(ctx); err != nil {
		return nil, err
	}
	was, err := t.tracker.Update(ctx, key, change)
	if err == nil {
		t.state.Unsure = time.Time{}
		return was, nil
	}
	fault := t.tracker.Fault(err)
	if fault.Open {
		return nil, err
	}
	t.state.Unsure = time.Time{}
	if !fault.Temporary { // it was refused, whole
		t.state.Intended = nil
	}
	return nil, errors.Join(err, t.save(context.WithoutCancel(ctx)))
}

// lastFew bounds what is remembered of writes that never came through.
func lastFew(list []snapshot) []snapshot { return list[max(0, len(list)-20):] }
