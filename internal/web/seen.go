package web

import (
	"context"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/internal/web/timeline"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// seen is a picture on which a slot is chosen.
type seen struct {
	SVG     template.HTML
	Look    look
	Zone    *time.Location
	Shown   string // the days that it shows
	First   bool   // it begins today
	Windows string // the free times in it, for scripts
}

// Looks lists the lengths of the picture.
func (seen) Looks() any { return looks }

// pictured is what a picture for choosing is about.
type pictured struct {
	ask      scheduler.Ask
	demand   testbeds.Demand // the resources shown
	testbeds []string
	slot     *testbeds.Slot // the chosen one; nil for none
	look     look
	ways     []wayOut // the best of which are drawn

	occurrences []occurrence // of a slot that is repeated
}

const (
	seenWidth    = 860 // of the picture: it stands beside a form
	shortestDrag = 15 * time.Minute
)

// see draws the schedule of some testbeds with the times at which an experiment could run, its slot, and the best alternatives.
func (s *site) see(ctx context.Context, who account.Actor, p pictured, zone *time.Location, f testbeds.Facility) (seen, error) {
	now := s.o.Clock()
	out := seen{Look: p.look.settled(p.slot, now, zone), Zone: zone}
	span := out.Look.span(zone)
	out.First, out.Shown = out.Look.At.Before(now), reader{zone, now}.days(span)
	f.Testbeds = slices.DeleteFunc(slices.Clone(f.Testbeds), func(t testbeds.Testbed) bool { return !slices.Contains(p.testbeds, t.ID) })
	var fits, windows []testbeds.Slot
	var err error
	for list, least := range map[*[]testbeds.Slot]testbeds.Period{&fits: p.ask.Duration, &windows: {Clock: shortestDrag}} {
		p.ask.Duration = least
		*list, err = s.service.Windows(ctx, who, p.ask, span, maxFits)
		if err != nil && scheduler.CodeOf(err) != scheduler.CodeInvalid { // something that it uses is gone: it fits at no time
			return out, err
		}
	}
	out.Windows = written(windows)
	v := window{Span: "range", Zone: zone, Slot: span, Width: seenWidth, Of: p.demand}
	out.SVG, err = s.drawn(ctx, who, v, f, func(chart *timeline.Chart) {
		chart.Fits, chart.Picked, chart.Ghosts, chart.Repeats = fits, p.slot, ghostsOf(p.ways), repeatsOf(p)
		for i := range chart.Lanes {
			chart.Lanes[i].Open, chart.Lanes[i].Link = true, ""
		}
	})
	return out, err
}

// ghostsOf returns the first ways out as the picture shows them.
func ghostsOf(ways []wayOut) (list []timeline.Ghost) {
	for _, w := range ways[:min(len(ways), ghosts)] {
		list = append(list, timeline.Ghost{Slot: w.Slot, Title: strings.Join(w.Changes, "; ")})
	}
	return list
}

// repeatsOf returns the other occurrences of a slot that is repeated, as the picture shows them.
func repeatsOf(p pictured) (list []timeline.Repeat) {
	for _, o := range p.occurrences {
		if p.slot == nil || !o.Slot.Equal(*p.slot) {
			list = append(list, timeline.Repeat{Slot: o.Slot, Place: o.Place, Fits: o.Fit.Fits})
		}
	}
	return list
}

// written writes free times for scripts: their bounds in seconds since 1970, as "from-to,from-to".
func written(slots []testbeds.Slot) string {
	words := make([]string, len(slots))
	for i, s := range slots {
		words[i] = strconv.FormatInt(s.Start.Unix(), 10) + "-" + strconv.FormatInt(s.End.Unix(), 10)
	}
	return strings.Join(words, ",")
}
