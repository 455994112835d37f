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

// deadlineFields are the fields about deadlines of decisions, and what happens when one has passed.
func deadlineFields(d *testbeds.Deadlines) (fields []typed, by string) {
	if by = "none"; d == nil {
		d = &testbeds.Deadlines{}
	} else if by = string(d.Default); by == "" {
		by = "open"
	}
	return []typed{periodField("within", "Decided within", "Once it is asked for; as long as the slot allows where it is empty.", d.Within),
		periodField("notice", "Notice", "How long before the setup begins everything must be decided.", d.Notice)}, by
}

// readDeadlines reads the fields about deadlines; a form without them leaves them as they are.
func readDeadlines(form url.Values, t *testbeds.Testbed) (err error) {
	by := form.Get("deadline")
	switch by {
	case "":
		return nil
	case "none":
		t.Deadlines = nil
		return nil
	case "open":
		by = ""
	}
	d := testbeds.Deadlines{Default: testbeds.DefaultDecision(by)}
	if d.Within, _, err = readPeriod(form, "within"); err != nil {
		return err
	}
	d.Notice, _, err = readPeriod(form, "notice")
	t.Deadlines = &d
	return err
}
