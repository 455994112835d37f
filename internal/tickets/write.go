package tickets

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// write makes some changes of a ticket, one after the other. It stores each intended result first, so that the ticket itself can later tell
// the fate of a write without an answer. lost is the ticket's state in between, if a user changed it at the same moment.
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
		if err != nil && change.Deadline != nil && t.tracker.Fault(err).Forbidden { // accounts without time tracking may not set it; the rest is accepted without it
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
		return fmt.Errorf("%s %s: the fate of an earlier write is unknown; it may still arrive until %s", t.about.Ticket, t.saved.Key, t.state.Unsure.UTC().Format(time.RFC3339))
	}
	return nil
}

// intend stores the intended results of changes, and returns the known state before them.
func (t *lockedTicket) intend(b Ticket, changes []Change) snapshot {
	now := snapshotOf(b, "")
	now.Summary, now.InCC = t.state.Known.Summary, t.state.Known.InCC
	next := now
	t.state.Late = lastFew(append(t.state.Late, t.state.Intended...)) // if one of them comes through after all, it is known as Berth's own
	t.state.Intended = append([]snapshot{t.state.Known}, lastFew(t.state.Intended)...)
	for _, change := range changes {
		next = next.after(change)
		t.state.Intended = append(t.state.Intended, next)
	}
	return now
}

// put makes one change. It stores beforehand that the write may come through late, and clears that once the server has told its fate.
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
	if !fault.Temporary { // it was refused as a whole
		t.state.Intended = nil
	}
	return nil, errors.Join(err, t.save(context.WithoutCancel(ctx)))
}

// lastFew bounds the memory of writes that never came through.
func lastFew(list []snapshot) []snapshot { return list[max(0, len(list)-20):] }
