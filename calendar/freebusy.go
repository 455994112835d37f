package calendar

import (
	"bytes"
	"cmp"
	"iter"
	"slices"
	"time"

	ics "github.com/arran4/golang-ical"

	"berth/testbeds"
)

const utcForm = "20060102T150405Z"

// FreeBusy answers a free-busy query (RFC 4791 section 7.10) over a span: the objects' times, clipped to it, overlapping ones
// merged; tentative objects and closures apart. Withdrawn and transparent objects take no time.
func FreeBusy(span testbeds.Slot, stamp time.Time, objects iter.Seq[*Entry]) []byte {
	cal := empty()
	fb := cal.AddBusy("freebusy-" + span.Start.UTC().Format(utcForm) + UIDSuffix)
	fb.SetDtStampTime(stamp)
	fb.SetStartAt(span.Start)
	fb.SetEndAt(span.End)
	taken := map[string][]testbeds.Slot{}
	for o := range objects {
		if kind, s := o.busyKind(), (testbeds.Slot{Start: o.Start(), End: o.End()}); kind != "" && s.Overlaps(span) {
			taken[kind] = append(taken[kind], testbeds.Slot{Start: later(s.Start, span.Start), End: earlier(s.End, span.End)})
		}
	}
	for _, kind := range []string{"BUSY", "BUSY-TENTATIVE", "BUSY-UNAVAILABLE"} {
		for _, s := range merged(taken[kind]) {
			fb.AddProperty(ics.ComponentProperty(ics.PropertyFreebusy), s.Start.UTC().Format(utcForm)+"/"+s.End.UTC().Format(utcForm),
				&ics.KeyValues{Key: "FBTYPE", Value: []string{kind}})
		}
	}
	var b bytes.Buffer
	_ = write(&b, cal)
	return b.Bytes()
}

// busyKind returns the FBTYPE of an object, empty if it takes no time.
func (e *Entry) busyKind() string {
	switch c := e.common.Value(); {
	case c.transparent || c.status == Withdrawn:
		return ""
	case c.kind == KindClosure:
		return "BUSY-UNAVAILABLE"
	case c.status == Tentative:
		return "BUSY-TENTATIVE"
	default:
		return "BUSY"
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// merged joins slots that touch or overlap and sorts them.
func merged(slots []testbeds.Slot) []testbeds.Slot {
	slices.SortFunc(slots, func(a, b testbeds.Slot) int { return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End)) })
	var out []testbeds.Slot
	for _, s := range slots {
		if n := len(out); n > 0 && !s.Start.After(out[n-1].End) {
			out[n-1].End = later(out[n-1].End, s.End)
			continue
		}
		out = append(out, s)
	}
	return out
}
