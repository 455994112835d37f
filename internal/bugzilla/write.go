package bugzilla

import (
	"context"
	"errors"
	"fmt"
	"time"

	"berth/scheduler"
)

// unsureFor is how long after its beginning a write of which nothing was heard may still come through: for as long as it was waited for,
// and then for as long as the server waits for a lock. Only after that is it looked for, and written again where it is not there: earlier,
// it might be there twice, or bring old values back.
const unsureFor = usualPatience + longestLock + 25*time.Second

// write makes some changes of a bug, one after the other. What is going to be written is remembered before: where nothing is heard of a
// write, the ticket itself tells later. lost is how the ticket was in between, where somebody changed it at the same moment.
func (h *hold) write(ctx context.Context, b Bug, changes []Change) (lost *Bug, err error) {
	if err := h.sure(); err != nil {
		return nil, err
	}
	now := h.intend(b, changes)
	for _, change := range changes {
		if len(change.body()) == 0 {
			continue
		}
		was, err := h.put(ctx, b.ID, change)
		if IsForbidden(err) && change.Deadline != nil { // who may not track time may not set it; without it the rest is taken
			change.Deadline = nil
			was, err = h.put(ctx, b.ID, change)
		}
		if err != nil {
			return nil, err
		}
		if status, changed := was["status"]; changed && status != now.Status {
			lost = new(b)
			lost.Status, lost.Resolution = status, was["resolution"]
		}
		now = now.after(change)
		for _, login := range change.AddCC {
			h.m.joined(login)
		}
	}
	h.m.Known, h.m.Intended, h.m.Mend = now, nil, false
	return lost, h.keep(ctx)
}

// sure refuses to write while an earlier write may still come through.
func (h *hold) sure() error {
	if h.t.clock().Before(h.m.Unsure) {
		return fmt.Errorf("bug %d: of an earlier write nothing was heard; until %s it may still come through", h.kept.ID, h.m.Unsure.UTC().Format(time.RFC3339))
	}
	return nil
}

// intend notes what changes are going to make of a bug, and says how it is known to be before them.
func (h *hold) intend(b Bug, changes []Change) look {
	now := lookOf(b, "")
	now.Summary, now.InCC = h.m.Known.Summary, h.m.Known.InCC
	next := now
	h.m.Late = lastFew(append(h.m.Late, h.m.Intended...)) // should one of them come through after all, it is known as Berth's own
	h.m.Intended = append([]look{h.m.Known}, lastFew(h.m.Intended)...)
	for _, change := range changes {
		next = next.after(change)
		h.m.Intended = append(h.m.Intended, next)
	}
	return now
}

// put makes one change. That it may come through late is remembered before it is made, and forgotten once the server has said what became
// of it.
func (h *hold) put(ctx context.Context, id int64, change Change) (Overwritten, error) {
	h.m.Unsure = h.t.clock().Add(unsureFor)
	if err := h.keep(ctx); err != nil {
		return nil, err
	}
	was, err := h.t.client.Update(ctx, id, change)
	if err == nil {
		h.m.Unsure = time.Time{}
		return was, nil
	}
	if IsOpen(err) {
		return nil, err
	}
	h.m.Unsure = time.Time{}
	if !IsTemporary(err) { // it was refused, whole
		h.m.Intended = nil
	}
	return nil, errors.Join(err, h.keep(context.WithoutCancel(ctx)))
}

// lastFew bounds what is remembered of writes that never came through.
func lastFew(list []look) []look { return list[max(0, len(list)-20):] }

// late reports whether a value that nobody is known to have set came with a write of Berth's own that was given up. at and login are those
// of the last change of it in the history, where such a write may stand before changes that were made after it had begun.
func (h *hold) late(same func(look) bool, login string, at time.Time) bool {
	if !h.m.overtaken(same) || !h.t.own(login) && at.After(h.m.Changed) {
		return false
	}
	h.m.Mend = true
	return true
}

// mend puts a ticket right that a late write has given old values.
func (h *hold) mend(ctx context.Context, w Workflow, b Bug) error {
	if !h.m.Mend {
		return nil
	}
	v, err := h.t.requests.Get(ctx, scheduler.System, h.kept.Request)
	if err != nil {
		return err
	}
	change := Change{}
	if err := h.t.aim(ctx, h, b, &change, v.Request); err != nil {
		return err
	}
	_, err = h.bring(ctx, w, b, change)
	return err
}
