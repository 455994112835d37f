package calendar

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// Closures are the events of all closures whose occurrences intersect the span: each occurrence one event. A closure of a whole testbed
// takes its time, one of a part of it is shown and takes none. drawn says when those that are known already became what they are; the
// others do so now. A closure itself does not say when it was written, and when it begins is not that: it may be in the future.
func Closures(f testbeds.Facility, span testbeds.Slot, drawn map[string]time.Time, now time.Time) ([]Object, error) {
	var list []Object
	seen := map[string]int{}
	for _, t := range f.Testbeds {
		zone, err := wallclock.Zone(t.Timezone)
		if err != nil {
			return nil, fmt.Errorf("testbed %s: %w", t.ID, err)
		}
		for _, c := range closures(t) {
			slots, err := c.Occurrences(zone, span)
			if err != nil {
				return nil, fmt.Errorf("testbed %s, closure %q: %w", t.ID, c.Summary, err)
			}
			for _, at := range slots {
				name := closureName(t, c, at)
				if seen[name]++; seen[name] > 1 { // two closures that say the same
					name = fmt.Sprintf("%s-%d", name, seen[name])
				}
				modified, known := drawn[name]
				if !known {
					modified = now
				}
				list = append(list, closed(t, c, at, name, modified))
			}
		}
	}
	return list, nil
}

// part is a closure with what it is of.
type part struct {
	testbeds.Closure
	of string // empty: the whole testbed
}

func closures(t testbeds.Testbed) []part {
	var list []part
	for _, c := range t.Closures {
		list = append(list, part{c, strings.Join(append(append([]string{}, c.VIMs...), c.Devices...), ", ")})
	}
	for _, v := range t.VIMs {
		for _, c := range v.Closures {
			list = append(list, part{c, v.ID})
		}
	}
	for _, d := range t.Devices {
		for _, c := range d.Closures {
			list = append(list, part{c, d.ID})
		}
	}
	for i, c := range list {
		switch {
		case len(c.Units) > 0:
			list[i].of = strings.TrimSpace(c.of + " " + strings.Join(c.Units, ", "))
		case c.Count > 0:
			list[i].of = fmt.Sprintf("%d × %s", c.Count, c.of)
		case len(c.Capacity) > 0:
			list[i].of = "part of " + c.of
		}
	}
	return list
}

// closed is the event of one occurrence. Its name is made of what the closure is and when it occurs, so that it is the same event
// whenever it is expanded.
func closed(t testbeds.Testbed, c part, at testbeds.Slot, object string, modified time.Time) Object {
	name := cmp.Or(t.Name, t.ID)
	e := Event{Name: object, Created: modified, Modified: modified, Start: at.Start, End: at.End, Status: Confirmed,
		Summary: "Closed: " + name, Location: t.Location, Categories: []string{name}, Transparent: c.of != ""}
	if c.of != "" {
		e.Summary += " " + c.of
	}
	e.Summary += " (" + c.Summary + ")"
	e.Description = fmt.Sprintf("%s\nTime there: %s to %s (%s)", c.Summary, wall(at.Start, t.Timezone), wall(at.End, t.Timezone), t.Timezone)
	return Object{Open: true}.of(KindClosure, []string{keyDeployments, keyTestbed(t.ID)}, e, "")
}

func wall(at time.Time, zone string) string {
	if z, err := wallclock.Zone(zone); err == nil {
		at = at.In(z)
	}
	return at.Format("2006-01-02 15:04")
}

func closureName(t testbeds.Testbed, c part, at testbeds.Slot) string {
	what := c.ID
	if what == "" {
		what = c.Summary + "\x00" + c.Start.Format(time.DateTime) + "\x00" + c.RRule + "\x00" + c.of
	}
	sum := sha256.Sum256([]byte(t.ID + "\x00" + what))
	return fmt.Sprintf("closure-%s-%d", hex.EncodeToString(sum[:8]), at.Start.Unix())
}
