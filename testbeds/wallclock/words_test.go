package wallclock_test

import (
	"testing"

	"berth/testbeds/wallclock"
)

func TestRulesAreSaidForPeople(t *testing.T) {
	t.Parallel()
	tests := []struct {
		rule, want string
		ends       bool
	}{
		{"FREQ=WEEKLY;COUNT=6", "every Tuesday", true},
		{"FREQ=WEEKLY;BYDAY=SU,TH,MO", "every Monday, Thursday and Sunday", false},
		{"FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;UNTIL=20260601", "every 2 weeks on Tuesday", true},
		{"FREQ=DAILY", "every day", false},
		{"FREQ=DAILY;INTERVAL=3;COUNT=2", "every 3 days", true},
		{"FREQ=DAILY;BYDAY=MO,TU;COUNT=2", "every day that is a Monday or Tuesday", true},
		{"FREQ=MONTHLY;COUNT=2", "day 3 of every month", true},
		{"FREQ=MONTHLY;BYMONTHDAY=1,-1;COUNT=2", "day 1 and 1 from the end of every month", true},
		{"FREQ=MONTHLY;BYDAY=5TU;COUNT=2", "the fifth Tuesday of every month", true},
		{"FREQ=MONTHLY;INTERVAL=3;BYDAY=-1FR", "the last Friday of every 3 months", false},
		{"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "the last of Monday, Tuesday, Wednesday, Thursday and Friday of every month", false},
		{"FREQ=MONTHLY;BYMONTH=3,1;BYDAY=-2MO", "the second to last Monday of January and March", false},
		{"FREQ=YEARLY;COUNT=2", "day 3 of March", true},
		{"FREQ=YEARLY;INTERVAL=2;BYMONTH=5;BYMONTHDAY=1", "day 1 of May, every 2 years", false},
	}
	for _, tt := range tests {
		r, err := wallclock.Parse(tt.rule)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Said(local(t, "2026-03-03T09:00:00")); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.rule, got, tt.want)
		}
		if r.Ends() != tt.ends {
			t.Errorf("%s: ends %t", tt.rule, r.Ends())
		}
	}
	if got := (wallclock.Rule{}); got.Said(local(t, "2026-03-03T09:00:00")) != "once" || !got.Ends() {
		t.Errorf("no rule is said as %q", got.Said(local(t, "2026-03-03T09:00:00")))
	}
}
