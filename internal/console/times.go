package console

import (
	"time"

	"berth/testbeds"
)

const minuteForm = "2006-01-02 15:04"

// instant formats a time in UTC, with seconds only if they are not zero.
func instant(t time.Time) string {
	if t = t.UTC(); t.Second() != 0 {
		return t.Format("2006-01-02 15:04:05Z")
	}
	return t.Format(minuteForm + "Z")
}

func slot(s testbeds.Slot) string { return instant(s.Start) + " – " + instant(s.End) }

// zones holds the time zones of the testbeds, by id.
type zones map[string]*time.Location

func zonesOf(f testbeds.Facility) zones {
	z := zones{}
	for _, t := range f.Testbeds {
		if loc, err := time.LoadLocation(t.Timezone); err == nil {
			z[t.ID] = loc
		}
	}
	return z
}

// local formats a slot in a testbed's local time; empty if that is UTC, or if the testbed is unknown.
func (z zones) local(testbed string, s testbeds.Slot) string {
	loc, ok := z[testbed]
	if !ok {
		return ""
	}
	from, to := s.Start.In(loc), s.End.In(loc)
	_, a := from.Zone()
	if _, b := to.Zone(); a == 0 && b == 0 {
		return ""
	}
	return from.Format(minuteForm) + " – " + to.Format(minuteForm) + " " + loc.String()
}
