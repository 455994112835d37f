package calendar

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestLimitsOfAlarms(t *testing.T) {
	t.Parallel()
	const longest = 14 * 24 * 60
	for _, tt := range []struct {
		minutes []int
		want    string // part of the refusal; empty: taken
	}{
		{nil, ""}, {[]int{1}, ""}, {[]int{longest}, ""}, {[]int{1, 2, 3, 4, 5}, ""},
		{[]int{0}, "from 1 to 20160"}, {[]int{longest + 1}, "from 1 to 20160"}, {[]int{1, 2, 3, 4, 5, 6}, "at most 5"},
	} {
		value, err := WriteAlarms(tt.minutes)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: %v, want %q", tt.minutes, err, tt.want)
		}
		if err == nil && len(ReadAlarms(value)) != len(tt.minutes) {
			t.Errorf("%v is read as %v", tt.minutes, ReadAlarms(value))
		}
	}
	if got := ReadAlarms("0,1,-1,x,,60"); !slices.Equal(got, []time.Duration{time.Minute, time.Hour}) {
		t.Errorf("read as %v", got)
	}
}

func TestAlarmsStandAtTheEndOfTheEvent(t *testing.T) {
	t.Parallel()
	const object = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	alarm := func(seconds string) string {
		return "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Berth\r\nTRIGGER:-PT" + seconds + "S\r\nEND:VALARM\r\n"
	}
	want := "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\n" + alarm("3600") + alarm("90") + "END:VEVENT\r\nEND:VCALENDAR\r\n"
	if got := WithAlarms(object, []time.Duration{time.Hour, 90 * time.Second}); got != want {
		t.Errorf("%q", got)
	}
	for _, other := range []string{object, "", "BEGIN:VFREEBUSY\r\nEND:VFREEBUSY\r\n"} {
		if got := WithAlarms(other, nil); got != other {
			t.Errorf("without alarms %q becomes %q", other, got)
		}
	}
	if got := WithAlarms("no event", []time.Duration{time.Hour}); got != "no event" {
		t.Errorf("what is no event becomes %q", got)
	}
	if got := before("x", "xyz", "-"); got != "-xyz" {
		t.Errorf("at the very beginning: %q", got)
	}
}
