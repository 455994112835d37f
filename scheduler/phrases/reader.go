package phrases

import (
	"cmp"
	"regexp"
	"strings"
	"time"

	"berth/scheduler"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// Reader says how times are written: in whose zone, and when; and what testbeds are called. A zero Now writes the year everywhere.
type Reader struct {
	Zone  *time.Location
	Now   time.Time
	Named bool              // every time names the zone, for readers who cannot know it
	Beds  map[string]string // names of testbeds, by their ids
}

// Bed names a testbed; one whose name is not known by its id.
func (x Reader) Bed(id string) string { return cmp.Or(x.Beds[id], id) }

// beds names the testbeds of a facility.
func beds(f testbeds.Facility) map[string]string {
	names := make(map[string]string, len(f.Testbeds))
	for _, t := range f.Testbeds {
		names[t.ID] = t.Name
	}
	return names
}

// ZoneName names a zone for people: "UTC", "Dublin time".
func ZoneName(zone *time.Location) string {
	name := zone.String()
	if name == "UTC" || name == "Etc/UTC" {
		return "UTC"
	}
	return strings.ReplaceAll(name[strings.LastIndex(name, "/")+1:], "_", " ") + " time"
}

// Public returns the reader for texts without a known reader, such as those of tickets: in the zone of the request's testbeds if they share one, else in
// UTC.
func Public(r scheduler.Request, f testbeds.Facility, now time.Time) Reader {
	x := Reader{Zone: time.UTC, Now: now, Named: true, Beds: beds(f)}
	if zones := Zones(r, f); len(zones) == 1 {
		x.Zone = zones[0]
	}
	return x
}

// In returns the same reader with times in another zone, which they name.
func (x Reader) In(zone *time.Location) Reader { return Reader{zone, x.Now, true, x.Beds} }

// At writes an instant: "Thu 26 Nov, 09:00".
func (x Reader) At(t time.Time) string { return x.named(wallclock.Said(t, x.Zone, x.Now)) }

// Slot writes a slot: "Thu 26 Nov, 09:00–13:00".
func (x Reader) Slot(s testbeds.Slot) string {
	return x.named(wallclock.SaidSpan(s.Start, s.End, x.Zone, x.Now))
}

func (x Reader) named(said string) string {
	if x.Named {
		return said + " " + ZoneName(x.Zone)
	}
	return said
}

// Slots writes a slot in the reader's zone, and in those of the zones whose clocks show something else, each with its name.
func (x Reader) Slots(s testbeds.Slot, zones []*time.Location) []string {
	lines, shown := []string{x.In(x.Zone).Slot(s)}, wallclock.SaidSpan(s.Start, s.End, x.Zone, x.Now)
	for _, zone := range zones {
		if wallclock.SaidSpan(s.Start, s.End, zone, x.Now) != shown {
			lines = append(lines, x.In(zone).Slot(s))
		}
	}
	return lines
}

// maxConflicts limits how many conflicts are named one by one.
const maxConflicts = 5

// Conflicts lists what is in the way of a request under review: the shortages and their times, but not who has the capacity.
func (x Reader) Conflicts(v scheduler.View) []string {
	if v.Status != scheduler.UnderReview || v.Fit.Fits {
		return nil
	}
	lines := v.Fit.Reasons(maxConflicts)
	for i := range lines {
		lines[i] = x.Said(lines[i])
	}
	return lines
}

// Alternative describes another way to grant a request: its slot, and the differences from the request.
func (x Reader) Alternative(a testbeds.Alternative) string {
	parts := []string{x.Slot(a.Slot)}
	for _, c := range a.Changes {
		parts = append(parts, c.Text)
	}
	return strings.Join(parts, "; ")
}

// instants and spans are the times that the rules write into their texts.
var (
	instants = regexp.MustCompile(`\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\dZ`)
	spans    = regexp.MustCompile(instants.String() + ` – ` + instants.String()[len(`\b`):])
)

// Said writes the times in a text of the rules for the reader.
func (x Reader) Said(text string) string {
	text = spans.ReplaceAllStringFunc(text, func(found string) string {
		if s, ok := spanOf(found); ok {
			return x.Slot(s)
		}
		return found
	})
	return instants.ReplaceAllStringFunc(text, func(found string) string {
		if t, err := ofRules(found); err == nil {
			return x.At(t)
		}
		return found
	})
}

// SlotsIn lists the slots in a text of the rules.
func SlotsIn(text string) (list []testbeds.Slot) {
	for _, found := range spans.FindAllString(text, -1) {
		if s, ok := spanOf(found); ok {
			list = append(list, s)
		}
	}
	return list
}

func spanOf(text string) (testbeds.Slot, bool) {
	from, to, _ := strings.Cut(text, " – ")
	start, err := ofRules(from)
	end, wrong := ofRules(to)
	return testbeds.Slot{Start: start, End: end}, err == nil && wrong == nil
}

// instantIn finds the first instant in a text of the rules that is not an end of a slot.
func instantIn(text string) (time.Time, bool) {
	t, err := ofRules(instants.FindString(spans.ReplaceAllString(text, "")))
	return t, err == nil
}

// ofRules reads an instant as the rules write it.
func ofRules(text string) (time.Time, error) {
	return time.Parse(time.RFC3339, strings.Replace(text, " ", "T", 1))
}
