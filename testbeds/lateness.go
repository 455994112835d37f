package testbeds

import "time"

// Lateness says what happens with slots of a testbed that nobody reports as started.
type Lateness struct {
	// Grace is how long after its beginning a slot may go unreported before people are told; nil means DefaultGrace.
	Grace *Period `json:"grace,omitempty" yaml:"grace,omitempty"`
	// ReleaseAfter is how long after its beginning the rest of a slot is given back, or a quarter of the slot, if that is shorter; zero for never.
	ReleaseAfter Period `json:"release_after,omitzero" yaml:"release_after,omitempty"`
	// AskAhead is how long before its beginning an experimenter is asked whether a slot is still needed; zero for never.
	AskAhead Period `json:"ask_ahead,omitzero" yaml:"ask_ahead,omitempty"`
	// AskFrom is the shortest slot about which they are asked.
	AskFrom Period `json:"ask_from,omitzero" yaml:"ask_from,omitempty"`
}

// DefaultGrace is the grace of a testbed that gives none, in ISO 8601.
const DefaultGrace = "PT30M"

// maxGrace bounds a grace: a slot is closed as a no-show a week after its end.
const maxGrace = 7 * 24 * time.Hour

func (c *checker) lateness(at string, l *Lateness) {
	if l == nil {
		return
	}
	if l.Grace != nil && (!plausible(*l.Grace) || l.Grace.Exact() > maxGrace) {
		c.fault(at+".grace", "must be at most 7 days, in whole seconds")
	}
	c.buffer(at+".release_after", l.ReleaseAfter)
	c.buffer(at+".ask_ahead", l.AskAhead)
	c.buffer(at+".ask_from", l.AskFrom)
	if !l.AskFrom.IsZero() && l.AskAhead.IsZero() {
		c.fault(at+".ask_from", "means nothing without ask_ahead")
	}
}
