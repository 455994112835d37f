package calendarsync

import (
	"context"
	"fmt"
	"strings"

	"berth/scheduler"
)

// Finding is what a check found of one thing.
type Finding struct {
	What   string
	OK     bool
	Detail string
	Remedy string
}

// Check examines the calendar: whether it can be read or written, what of it is understood, what would change, and whom that would hit. It changes nothing.
func (s *Sync) Check(ctx context.Context) (list []Finding, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	if s.o.Write {
		return s.checkWriting(ctx)
	}
	p, err := s.plan(ctx, "")
	if text, remedy, _ := explain(err); text != "" {
		return []Finding{{What: "reading", Detail: text, Remedy: remedy}}, nil
	}
	if err != nil {
		return nil, err
	}
	list = append(list, Finding{What: "reading", OK: true, Detail: fmt.Sprintf("by %s", p.way)},
		Finding{What: "events", OK: true, Detail: fmt.Sprintf("%d that close %s, as %d closures", p.events, s.o.Testbed, len(p.after))})
	for _, n := range p.notes[:min(len(p.notes), mostNotes)] {
		list = append(list, Finding{What: "event", Detail: fmt.Sprintf("%q: %s", n.Event, n.Text), Remedy: "write it in another way in the calendar"})
	}
	if p.doubtful {
		list = append(list, Finding{What: "loss", Detail: fmt.Sprintf("%d of %d events are gone: not believed until a person confirms it", len(p.gone), p.of), Remedy: "berth calendars confirm " + s.o.Name})
	}
	change, err := s.take(ctx, p, true)
	if err != nil {
		return nil, err
	}
	hit := Finding{What: "bookings", OK: true, Detail: "nobody new is hit"}
	if len(change.Broken) > 0 {
		hit.Detail = "hit, and flagged at the next reading: " + numbers(change.Broken)
	}
	return append(list, hit), nil
}

func numbers(list []scheduler.BrokenBooking) string {
	var all []string
	for _, b := range list {
		all = append(all, fmt.Sprintf("#%d", b.Number))
	}
	if len(all) > 20 {
		all = append(all[:20], "…")
	}
	return strings.Join(all, ", ")
}

// checkWriting compares what is in the collection with what should be.
func (s *Sync) checkWriting(ctx context.Context) (list []Finding, err error) {
	want, err := s.wanted(ctx)
	if err == nil {
		err = s.remote.Open(ctx)
	}
	there := 0
	if err == nil {
		objects, listErr := s.remote.List(ctx)
		if err = listErr; err == nil {
			for _, o := range objects {
				if _, ok := want[o.Path[strings.LastIndex(o.Path, "/")+1:]]; ok {
					there++
				}
			}
		}
	}
	if text, remedy, _ := explain(err); text != "" {
		return []Finding{{What: "writing", Detail: text, Remedy: remedy}}, nil
	}
	if err != nil {
		return nil, err
	}
	return []Finding{{What: "collection", OK: true, Detail: "found, and can be read"}, {What: "bookings", OK: true, Detail: fmt.Sprintf("%d to be there, %d of them are", len(want), there)}}, nil
}
