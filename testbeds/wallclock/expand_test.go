package wallclock_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"berth/testbeds/wallclock"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestExpand(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, zone, start, rule string
		days                    int
		clock                   time.Duration
		except                  []string
		from, to                string // local
		want                    []string
	}{
		{
			name: "once", zone: "Europe/Athens", start: "2026-01-05T08:00:00", clock: 10 * time.Hour,
			from: "2026-01-01T00:00:00", to: "2026-02-01T00:00:00",
			want: []string{"2026-01-05T06:00Z–2026-01-05T16:00Z"},
		},
		{
			name: "once, touching the horizon only", zone: "UTC", start: "2026-01-05T08:00:00", clock: 10 * time.Hour,
			from: "2026-01-05T18:00:00", to: "2026-02-01T00:00:00",
		},
		{
			name: "weekly, still running when the horizon starts and ends", zone: "Europe/Madrid",
			start: "2026-01-05T08:00:00", rule: "FREQ=WEEKLY;BYDAY=MO,TU", clock: 10 * time.Hour,
			from: "2026-01-12T17:00:00", to: "2026-01-19T08:00:01",
			want: []string{"2026-01-12T07:00Z–2026-01-12T17:00Z", "2026-01-13T07:00Z–2026-01-13T17:00Z", "2026-01-19T07:00Z–2026-01-19T17:00Z"},
		},
		{
			name: "wall clock kept over the change of the clock", zone: "Europe/Athens",
			start: "2026-03-28T08:00:00", rule: "FREQ=DAILY;COUNT=2", clock: time.Hour,
			from: "2026-01-01T00:00:00", to: "2027-01-01T00:00:00",
			want: []string{"2026-03-28T06:00Z–2026-03-28T07:00Z", "2026-03-29T05:00Z–2026-03-29T06:00Z"},
		},
		{
			name: "a nominal day has 23 hours, PT24H has 24", zone: "Europe/Athens", start: "2026-03-28T12:00:00", days: 1,
			from: "2026-01-01T00:00:00", to: "2027-01-01T00:00:00",
			want: []string{"2026-03-28T10:00Z–2026-03-29T09:00Z"},
		},
		{
			name: "exact hours over the change", zone: "Europe/Athens", start: "2026-03-28T12:00:00", clock: 24 * time.Hour,
			from: "2026-01-01T00:00:00", to: "2027-01-01T00:00:00",
			want: []string{"2026-03-28T10:00Z–2026-03-29T10:00Z"},
		},
		{
			name: "start in the gap", zone: "America/New_York", start: "2026-03-07T02:30:00", rule: "FREQ=DAILY;COUNT=3", clock: time.Hour,
			from: "2026-01-01T00:00:00", to: "2027-01-01T00:00:00",
			want: []string{"2026-03-07T07:30Z–2026-03-07T08:30Z", "2026-03-08T07:30Z–2026-03-08T08:30Z", "2026-03-09T06:30Z–2026-03-09T07:30Z"},
		},
		{
			name: "start in the overlap, half an hour", zone: "Australia/Lord_Howe", start: "2026-04-05T01:45:00", clock: time.Hour,
			from: "2026-01-01T00:00:00", to: "2027-01-01T00:00:00",
			want: []string{"2026-04-04T14:45Z–2026-04-04T15:45Z"},
		},
		{
			name: "until a date includes that day", zone: "Europe/Athens", start: "2026-01-01T10:00:00", rule: "FREQ=DAILY;UNTIL=20260103",
			clock: time.Hour, from: "2026-01-01T00:00:00", to: "2026-02-01T00:00:00",
			want: []string{"2026-01-01T08:00Z–2026-01-01T09:00Z", "2026-01-02T08:00Z–2026-01-02T09:00Z", "2026-01-03T08:00Z–2026-01-03T09:00Z"},
		},
		{
			name: "until a local time", zone: "Europe/Athens", start: "2026-01-01T10:00:00", rule: "FREQ=DAILY;UNTIL=20260102T100000",
			clock: time.Hour, from: "2026-01-01T00:00:00", to: "2026-02-01T00:00:00",
			want: []string{"2026-01-01T08:00Z–2026-01-01T09:00Z", "2026-01-02T08:00Z–2026-01-02T09:00Z"},
		},
		{
			name: "until a UTC time", zone: "Europe/Athens", start: "2026-01-01T10:00:00", rule: "FREQ=DAILY;UNTIL=20260103T075959Z",
			clock: time.Hour, from: "2026-01-01T00:00:00", to: "2026-02-01T00:00:00",
			want: []string{"2026-01-01T08:00Z–2026-01-01T09:00Z", "2026-01-02T08:00Z–2026-01-02T09:00Z"},
		},
		{
			name: "exception by date, counted all the same", zone: "UTC", start: "2026-01-01T10:00:00", rule: "FREQ=DAILY;COUNT=3",
			except: []string{"2026-01-02T00:00:00"}, clock: time.Hour, from: "2026-01-01T00:00:00", to: "2026-02-01T00:00:00",
			want: []string{"2026-01-01T10:00Z–2026-01-01T11:00Z", "2026-01-03T10:00Z–2026-01-03T11:00Z"},
		},
		{
			name: "last friday", zone: "UTC", start: "2026-01-01T10:00:00", rule: "FREQ=MONTHLY;BYDAY=-1FR", clock: time.Hour,
			from: "2026-02-01T00:00:00", to: "2026-04-01T00:00:00",
			want: []string{"2026-02-27T10:00Z–2026-02-27T11:00Z", "2026-03-27T10:00Z–2026-03-27T11:00Z"},
		},
		{
			name: "last working day", zone: "UTC", start: "2026-01-01T10:00:00", rule: "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
			clock: time.Hour, from: "2026-02-01T00:00:00", to: "2026-04-01T00:00:00",
			want: []string{"2026-02-27T10:00Z–2026-02-27T11:00Z", "2026-03-31T10:00Z–2026-03-31T11:00Z"},
		},
		{
			name: "31st, from long ago", zone: "UTC", start: "2000-01-31T10:00:00", rule: "FREQ=MONTHLY", clock: time.Hour,
			from: "2026-02-01T00:00:00", to: "2026-06-01T00:00:00",
			want: []string{"2026-03-31T10:00Z–2026-03-31T11:00Z", "2026-05-31T10:00Z–2026-05-31T11:00Z"},
		},
		{
			name: "leap day, from long ago", zone: "UTC", start: "2000-02-29T10:00:00", rule: "FREQ=YEARLY", clock: time.Hour,
			from: "2026-02-01T00:00:00", to: "2032-06-01T00:00:00",
			want: []string{"2028-02-29T10:00Z–2028-02-29T11:00Z", "2032-02-29T10:00Z–2032-02-29T11:00Z"},
		},
		{
			name: "longer than its step", zone: "UTC", start: "2026-01-01T00:00:00", rule: "FREQ=DAILY", days: 2,
			from: "2026-01-10T12:00:00", to: "2026-01-10T13:00:00",
			want: []string{"2026-01-09T00:00Z–2026-01-11T00:00Z", "2026-01-10T00:00Z–2026-01-12T00:00Z"},
		},
		{
			name: "a day that is not there has no length", zone: "Pacific/Apia", start: "2011-12-30T00:00:00", days: 1,
			from: "2011-12-01T00:00:00", to: "2012-02-01T00:00:00",
		},
		{
			name: "until a date ends with it", zone: "UTC", start: "2026-01-02T00:00:00", rule: "FREQ=DAILY;UNTIL=20260103",
			clock: time.Hour, from: "2026-01-01T00:00:00", to: "2026-02-01T00:00:00",
			want: []string{"2026-01-02T00:00Z–2026-01-02T01:00Z", "2026-01-03T00:00Z–2026-01-03T01:00Z"},
		},
		{
			name: "until a UTC time that is before the start on the wall", zone: "Asia/Kathmandu", start: "2026-01-05T10:00:00", rule: "FREQ=DAILY;UNTIL=20260105T043000Z",
			clock: time.Hour, from: "2026-01-01T00:00:00", to: "2026-02-01T00:00:00",
			want: []string{"2026-01-05T04:15Z–2026-01-05T05:15Z"},
		},
		{
			name: "the last of a count, long after the start", zone: "UTC", start: "2026-01-01T10:00:00", rule: "FREQ=DAILY;COUNT=100",
			clock: time.Hour, from: "2026-04-09T00:00:00", to: "2026-06-01T00:00:00",
			want: []string{"2026-04-09T10:00Z–2026-04-09T11:00Z", "2026-04-10T10:00Z–2026-04-10T11:00Z"},
		},
		{
			name: "every other week, from long ago", zone: "UTC", start: "2000-01-03T10:00:00", rule: "FREQ=WEEKLY;INTERVAL=2", clock: time.Hour,
			from: "2026-02-01T00:00:00", to: "2026-03-01T00:00:00",
			want: []string{"2026-02-09T10:00Z–2026-02-09T11:00Z", "2026-02-23T10:00Z–2026-02-23T11:00Z"},
		},
		{
			name: "every month, from a November long ago", zone: "UTC", start: "2000-11-30T10:00:00", rule: "FREQ=MONTHLY", clock: time.Hour,
			from: "2026-02-01T00:00:00", to: "2026-05-01T00:00:00",
			want: []string{"2026-03-30T10:00Z–2026-03-30T11:00Z", "2026-04-30T10:00Z–2026-04-30T11:00Z"},
		},
		{
			name: "every other year, from long ago", zone: "UTC", start: "2000-11-30T10:00:00", rule: "FREQ=YEARLY;INTERVAL=2", clock: time.Hour,
			from: "2027-01-01T00:00:00", to: "2031-01-01T00:00:00",
			want: []string{"2028-11-30T10:00Z–2028-11-30T11:00Z", "2030-11-30T10:00Z–2030-11-30T11:00Z"},
		},
		{
			name: "a start in the gap, still running when the horizon starts", zone: "America/New_York", start: "2026-03-07T02:30:00", rule: "FREQ=DAILY", clock: time.Hour,
			from: "2026-03-08T04:15:00", to: "2026-03-08T05:00:00",
			want: []string{"2026-03-08T07:30Z–2026-03-08T08:30Z"},
		},
		{
			name: "no horizon", zone: "UTC", start: "2026-01-01T00:00:00", rule: "FREQ=DAILY", days: 2,
			from: "2026-01-10T12:00:00", to: "2026-01-10T12:00:00",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			z := zone(t, tt.zone)
			s := wallclock.Series{Start: local(t, tt.start), Days: tt.days, Clock: tt.clock}
			for _, e := range tt.except {
				s.Except = append(s.Except, local(t, e))
			}
			if tt.rule != "" {
				var err error
				if s.Rule, err = wallclock.Parse(tt.rule); err != nil {
					t.Fatal(err)
				}
			}
			got, err := s.Expand(z, wallclock.Instant(local(t, tt.from), z), wallclock.Instant(local(t, tt.to), z))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, texts(got)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func texts(intervals []wallclock.Interval) []string {
	var s []string
	for _, i := range intervals {
		s = append(s, i.Start.Format("2006-01-02T15:04Z07:00")+"–"+i.End.Format("2006-01-02T15:04Z07:00"))
	}
	return s
}

func TestExpandRefuses(t *testing.T) {
	t.Parallel()
	every, err := wallclock.Parse("FREQ=DAILY")
	if err != nil {
		t.Fatal(err)
	}
	start := local(t, "2026-01-01T00:00:00")
	tests := []struct {
		name, says string
		series     wallclock.Series
	}{
		{"no duration", "duration", wallclock.Series{Start: start}},
		{"negative duration", "duration", wallclock.Series{Start: start, Days: 2, Clock: -time.Hour}},
		{"duration beyond a year", "duration", wallclock.Series{Start: start, Days: 366, Clock: time.Second}},
		{"duration that overflows", "duration", wallclock.Series{Start: start, Days: 1 << 60}},
		{"no start", "start", wallclock.Series{Days: 1}},
		{"too many occurrences", "5000 times", wallclock.Series{Start: start, Days: 1, Rule: every}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := tt.series.Expand(time.UTC, start, start.AddDate(20, 0, 0))
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want an error that says %q", err, tt.says)
			}
		})
	}
}

// ruleModel is a rule in a form that a slow oracle follows day by day.
type ruleModel struct {
	freq      string
	interval  int
	count     int
	until     time.Time
	weekdays  map[time.Weekday]bool
	nth       int // of the weekdays, in the month
	monthDays []int
	months    []int
	sunday    bool // weeks start on Sunday
}

func drawRule(t *rapid.T, start time.Time) ruleModel {
	m := ruleModel{freq: rapid.SampledFrom([]string{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}).Draw(t, "freq")}
	m.interval = rapid.IntRange(1, 5).Draw(t, "interval")
	m.sunday = rapid.Bool().Draw(t, "sunday")
	switch rapid.IntRange(0, 3).Draw(t, "end") {
	case 0:
		m.count = rapid.IntRange(1, 30).Draw(t, "count")
	case 1:
		m.until = start.AddDate(0, 0, rapid.IntRange(0, 4000).Draw(t, "until"))
	}
	if m.freq != "YEARLY" && rapid.Bool().Draw(t, "by weekday") {
		m.weekdays = map[time.Weekday]bool{}
		for _, d := range rapid.SliceOfN(rapid.IntRange(0, 6), 1, 4).Draw(t, "weekdays") {
			m.weekdays[time.Weekday(d)] = true
		}
		if m.freq == "MONTHLY" {
			m.nth = rapid.SampledFrom([]int{0, 1, 2, 4, 5, -1, -2, -5}).Draw(t, "nth")
		}
	}
	if m.freq == "MONTHLY" || m.freq == "YEARLY" {
		if m.weekdays == nil {
			m.monthDays = rapid.SliceOfN(rapid.SampledFrom([]int{1, 2, 15, 28, 29, 30, 31, -1, -2, -31}), 0, 3).Draw(t, "days")
		}
		m.months = rapid.SliceOfN(rapid.IntRange(1, 12), 0, 3).Draw(t, "months")
	}
	return m
}

func (m ruleModel) String() string {
	s := []string{"FREQ=" + m.freq, fmt.Sprintf("INTERVAL=%d", m.interval)}
	add := func(name string, values []string) {
		if len(values) > 0 {
			s = append(s, name+"="+strings.Join(values, ","))
		}
	}
	numbers := func(list []int) (out []string) {
		for _, n := range list {
			out = append(out, fmt.Sprint(n))
		}
		return out
	}
	var days []string
	for d := range m.weekdays {
		name := strings.ToUpper(d.String()[:2])
		if m.nth != 0 {
			name = fmt.Sprint(m.nth) + name
		}
		days = append(days, name)
	}
	add("BYDAY", days)
	add("BYMONTHDAY", numbers(m.monthDays))
	add("BYMONTH", numbers(m.months))
	if m.count > 0 {
		s = append(s, fmt.Sprintf("COUNT=%d", m.count))
	}
	if !m.until.IsZero() {
		s = append(s, "UNTIL="+m.until.Format("20060102"))
	}
	if m.sunday {
		s = append(s, "WKST=SU")
	}
	return strings.Join(s, ";")
}

// on reports whether a day, no earlier than the start, matches the rule.
func (m ruleModel) on(start, day time.Time) bool {
	last := time.Date(day.Year(), day.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	if len(m.months) > 0 && !slices.Contains(m.months, int(day.Month())) {
		return false
	}
	onDay := func(d int) bool { return day.Day() == d || day.Day() == last+1+d }
	onNth := m.nth == 0 || m.nth > 0 && (day.Day()-1)/7+1 == m.nth || m.nth < 0 && (last-day.Day())/7+1 == -m.nth
	switch m.freq {
	case "DAILY":
		return daysBetween(start, day)%m.interval == 0 && (m.weekdays == nil || m.weekdays[day.Weekday()])
	case "WEEKLY":
		weeks := daysBetween(m.weekStart(start), m.weekStart(day)) / 7
		return weeks%m.interval == 0 && (m.weekdays[day.Weekday()] || m.weekdays == nil && day.Weekday() == start.Weekday())
	case "MONTHLY":
		months := 12*(day.Year()-start.Year()) + int(day.Month()) - int(start.Month())
		if months%m.interval != 0 {
			return false
		}
		if m.weekdays != nil {
			return m.weekdays[day.Weekday()] && onNth
		}
	case "YEARLY":
		if (day.Year()-start.Year())%m.interval != 0 {
			return false
		}
		if len(m.months) == 0 && len(m.monthDays) == 0 && day.Month() != start.Month() {
			return false
		}
	}
	if len(m.monthDays) == 0 {
		return day.Day() == start.Day()
	}
	return slices.ContainsFunc(m.monthDays, onDay)
}

func (m ruleModel) weekStart(t time.Time) time.Time {
	if m.sunday {
		return t.AddDate(0, 0, -int(t.Weekday()))
	}
	return t.AddDate(0, 0, -(int(t.Weekday())+6)%7)
}

func daysBetween(a, b time.Time) int { return int(b.Sub(a) / (24 * time.Hour)) }

// Random rules, expanded over random horizons that may lie decades after the start, against an oracle that checks every day.
func TestExpandAgainstEveryDay(t *testing.T) {
	t.Parallel()
	first := time.Date(2000, 1, 1, 9, 30, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		start := first.AddDate(0, 0, rapid.IntRange(0, 2000).Draw(t, "start"))
		m := drawRule(t, start)
		r, err := wallclock.Parse(m.String())
		if err != nil {
			t.Fatalf("%s: %v", m, err)
		}
		from := start.AddDate(0, 0, rapid.IntRange(-100, 9000).Draw(t, "from"))
		to := from.AddDate(0, 0, rapid.IntRange(1, 800).Draw(t, "horizon"))
		var want []wallclock.Interval
		happens := false
		for day, n := start, 0; day.Before(to) && (m.count == 0 || n < m.count); day = day.AddDate(0, 0, 1) {
			if !m.until.IsZero() && day.After(m.until) || !m.on(start, day) {
				continue
			}
			n++
			happens = true
			if end := day.AddDate(0, 0, 2); from.Before(end) {
				want = append(want, wallclock.Interval{Start: day, End: end})
			}
		}
		got, err := wallclock.Series{Start: start, Days: 2, Rule: r}.Expand(time.UTC, from, to)
		switch {
		case err != nil && (happens || !strings.Contains(err.Error(), "never happens")):
			t.Fatalf("%s from %v: %v", m, start, err)
		case err == nil:
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s from %v (-want +got)\n%s", m, start, diff)
			}
		}
	})
}

// Any text as a rule is refused, or expands to ordered intervals that intersect the horizon.
func FuzzRule(f *testing.F) {
	for _, s := range []string{
		"FREQ=WEEKLY;BYDAY=MO,TU", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=DAILY;UNTIL=20260103",
		"FREQ=MONTHLY;INTERVAL=23;BYMONTH=2;BYMONTHDAY=29", "FREQ=DAILY;UNTIL=20260103T000000Z;WKST=SU", "FREQ=DAILY;COUNT=1000",
		"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1,1", "FREQ=YEARLY;INTERVAL=5;BYMONTHDAY=-31,+1",
	} {
		f.Add(s, int64(26*365*24*3600))
	}
	z := zone(f, "America/New_York")
	f.Fuzz(func(t *testing.T, rule string, seconds int64) {
		r, err := wallclock.Parse(rule)
		if err != nil {
			return
		}
		start := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(seconds%(100*365*24*3600)) * time.Second)
		from := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
		to := from.AddDate(3, 0, 0)
		got, err := wallclock.Series{Start: start, Clock: 90 * time.Minute, Rule: r}.Expand(z, from, to)
		if err != nil {
			return
		}
		for i, v := range got {
			if !v.Start.Before(to) || !from.Before(v.End) || i > 0 && v.Start.Before(got[i-1].Start) {
				t.Fatalf("%q: interval %d is %v", rule, i, v)
			}
		}
	})
}
