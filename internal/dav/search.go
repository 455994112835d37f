package dav

import (
	"iter"
	"strings"

	"github.com/emersion/go-ical"

	"berth/calendar"
)

// search is the part of a filter that the index answers: every object is one event, without alarms unless the person chose them, and its
// UID and times are known.
type search struct {
	never  bool  // nothing can meet the filter
	within *span // nil for any time
	uids   []*textMatch
	more   bool // the filter has further conditions
	c      *call
}

// search extracts the part of a filter that the index answers.
func (f *compFilter) search(c *call) search {
	s := search{c: c, never: f.undefined, more: f.within != nil || len(f.props) > 0}
	for _, sub := range f.comps {
		if sub.name == ical.CompEvent && !sub.undefined {
			s.event(sub)
		} else if (sub.name == ical.CompEvent) == sub.undefined { // no event, or a component that is none
			s.never = true
		}
	}
	return s
}

// event extracts the conditions on the event.
func (s *search) event(f *compFilter) {
	if s.within == nil {
		s.within = f.within
	} else if f.within != nil {
		s.more = true
	}
	for _, p := range f.props {
		if p.name != ical.PropUID || p.undefined || p.within != nil || len(p.params) > 0 {
			s.more = true
		} else if p.text != nil {
			s.uids = append(s.uids, p.text)
		}
	}
	for _, sub := range f.comps {
		if len(s.c.alarms) > 0 {
			s.more = true
		} else if !sub.undefined {
			s.never = true
		}
	}
}

// candidates yields the objects that meet the search.
func (s search) candidates(m calendar.Members) iter.Seq[*calendar.Entry] {
	return func(yield func(*calendar.Entry) bool) {
		if s.never {
			return
		}
		if o := s.exact(m); o != nil {
			if s.meets(o) && s.within.overlaps(o.Start(), o.End()) {
				yield(o)
			}
			return
		}
		var within span
		if s.within != nil {
			within = *s.within
		}
		for o := range m.Overlapping(within.from, within.to) {
			if s.meets(o) && !yield(o) {
				return
			}
		}
	}
}

// exact finds the one object of a whole UID, nil if the search is for anything else. A text-match looks for a part of a text, but no UID
// is a part of another.
func (s search) exact(m calendar.Members) *calendar.Entry {
	for _, t := range s.uids {
		if name, whole := strings.CutSuffix(t.text, calendar.UIDSuffix); whole && !t.negated {
			if o := m.Get(name); o != nil {
				return o
			}
		}
	}
	return nil
}

func (s search) meets(o *calendar.Entry) bool {
	for _, t := range s.uids {
		if !t.meets(s.c.uid(o)) {
			return false
		}
	}
	return true
}
