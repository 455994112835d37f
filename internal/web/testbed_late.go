package web

import (
	"net/url"

	"berth/testbeds"
)

// lateFields are the fields about slots that nobody reports as started.
func lateFields(l *testbeds.Lateness) []typed {
	if l == nil {
		l = &testbeds.Lateness{}
	}
	grace := periodField("grace", "Told after", "How long after its beginning a slot is flagged whose start nobody reported; 30 minutes where it is empty.", testbeds.Period{})
	if l.Grace != nil {
		if grace = periodField(grace.Name, grace.Label, grace.Hint, *l.Grace); l.Grace.IsZero() {
			grace.Value = "0"
		}
	}
	return []typed{grace,
		periodField("release_after", "Given back after", "The rest of such a slot is free again after this time, or a quarter of it; never where it is empty.", l.ReleaseAfter),
		periodField("ask_ahead", "Asked ahead", "How long before a slot its experimenter is asked whether it is still needed; never where it is empty.", l.AskAhead),
		periodField("ask_from", "Asked for slots of at least", "Shorter slots are not asked about.", l.AskFrom)}
}

// readLateness reads the fields about slots that nobody reports as started; a form without them leaves them as they are.
func readLateness(form url.Values, t *testbeds.Testbed) error {
	if !form.Has("grace") {
		return nil
	}
	var l testbeds.Lateness
	grace, given, err := readPeriod(form, "grace")
	if err != nil {
		return err
	}
	if given {
		l.Grace = &grace
	}
	for field, to := range map[string]*testbeds.Period{"release_after": &l.ReleaseAfter, "ask_ahead": &l.AskAhead, "ask_from": &l.AskFrom} {
		if *to, _, err = readPeriod(form, field); err != nil {
			return err
		}
	}
	if t.Lateness = &l; l == (testbeds.Lateness{}) {
		t.Lateness = nil
	}
	return nil
}
