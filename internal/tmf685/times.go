package tmf685

import (
	"strings"
	"time"

	"berth/scheduler"
	"berth/testbeds"
	"berth/testbeds/plain"
)

// period is a span of time, as Openslice writes it.
type period struct {
	From string `json:"fromDateTime"`
	End  string `json:"endDateTime"`
}

func periodOf(s testbeds.Slot) period { return period{written(s.Start), written(s.End)} }

func written(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// justBegun is how long ago a reservation may begin and still mean "from now on": Openslice's form proposes the moment at which it was opened.
const justBegun = 15 * time.Minute

// faults gathers every rule that an input breaks.
type faults []scheduler.FieldError

func (f *faults) add(field, rule string) {
	*f = append(*f, scheduler.FieldError{Field: field, Rule: rule})
}

func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return &scheduler.Error{Code: scheduler.CodeInvalid, Message: "the input breaks a rule", Fields: f}
}

// instant reads a date. Fractions of a second are dropped at both ends of a period alike, so that what was back to back stays so.
func instant(field, text string, bad *faults) time.Time {
	if strings.TrimSpace(text) == "" {
		bad.add(field, "is missing")
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		bad.add(field, plain.Clip(text, 60)+" is not a date: send ISO 8601 such as 2026-12-10T09:00:00Z")
		return time.Time{}
	}
	return t.UTC().Truncate(time.Second)
}

// slotOf reads a period as a slot.
func slotOf(startField, start, endField, end string, now time.Time, bad *faults) testbeds.Slot {
	s := testbeds.Slot{Start: instant(startField, start, bad), End: instant(endField, end, bad)}
	if s.Start.IsZero() || s.End.IsZero() {
		return s
	}
	if !s.Start.Before(s.End) {
		bad.add(endField, "must be after "+startField)
	}
	if soon := now.UTC().Truncate(time.Minute).Add(time.Minute); s.Start.Before(now) && now.Sub(s.Start) <= justBegun && soon.Before(s.End) {
		s.Start = soon
	}
	return s
}
