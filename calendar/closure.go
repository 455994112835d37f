package calendar

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"berth/scheduler/phrases"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// Closures draws one event for each occurrence of a closure that intersects the span. A closure of a whole testbed shows as busy, a
// closure of a part does not. drawn gives the modification times of known objects, new ones get now: a closure does not record when it
// was written, and its start may be in the future.
func Closures(f testbeds.Facility, span testbeds.Slot, drawn map[string]time.Time, now time.Time) ([]Object, error) {
	var list []Object
	seen := map[string]int{}
	for _, t := range f.Testbeds {
		zone, err := wallclock.Zone(t.Timezone)
		if err != nil {
			return nil, fmt.Errorf("testbed %s: %w", t.ID, err)
		}
		for _, c := range t.AllClosures() {
			slots, err := c.Occurrences(zone, span)
			if err != nil {
				return nil, fmt.Errorf("testbed %s, closure %q: %w", t.ID, c.Summary, err)
			}
			for _, at := range slots {
				name := closureName(t, c, at)
				if seen[name]++; seen[name] > 1 { // two identical closures
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

// closed draws one occurrence. The name derives from the content of the closure and the time of the occurrence, so every
// expansion yields the same event.
func closed(t testbeds.Testbed, c testbeds.PartClosure, at testbeds.Slot, object string, modified time.Time) Object {
	name := cmp.Or(t.Name, t.ID)
	e := Event{Name: object, Created: modified, Modified: modified, Start: at.Start, End: at.End, Status: Confirmed,
		Summary: "Closed: " + name, Location: t.Location, Categories: []string{name}, Transparent: c.Part != ""}
	if c.Part != "" {
		e.Summary += " " + c.Part
	}
	e.Summary += " (" + c.Summary + ")"
	e.Description = c.Summary
	if zone, err := wallclock.Zone(t.Timezone); err == nil {
		e.Description += "\n" + strings.Join(phrases.Reader{Zone: zone}.Slots(at, []*time.Location{time.UTC}), "\n")
	}
	return Object{Open: true}.of(KindClosure, []string{keyDeployments, keyTestbed(t.ID)}, e, "")
}

func closureName(t testbeds.Testbed, c testbeds.PartClosure, at testbeds.Slot) string {
	what := c.ID
	if what == "" {
		what = c.Summary + "\x00" + c.Start.Format(time.DateTime) + "\x00" + c.RRule + "\x00" + c.Part
	}
	sum := sha256.Sum256([]byte(t.ID + "\x00" + what))
	return fmt.Sprintf("closure-%s-%d", hex.EncodeToString(sum[:8]), at.Start.Unix())
}

// ClosedTestbed returns the id of the testbed that a closure belongs to.
func (o *Object) ClosedTestbed() string {
	for _, key := range o.Collections {
		if id, ok := strings.CutPrefix(key, keyTestbed("")); ok {
			return id
		}
	}
	return ""
}
