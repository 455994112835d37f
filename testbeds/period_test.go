package testbeds_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"berth/testbeds"
)

func TestPeriod(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text  string
		want  testbeds.Period
		again string
	}{
		{"P3D", testbeds.Period{Days: 3}, "P3D"},
		{"P1W", testbeds.Period{Days: 7}, "P7D"},
		{"PT10H", testbeds.Period{Clock: 10 * time.Hour}, "PT10H"},
		{"PT90M", testbeds.Period{Clock: 90 * time.Minute}, "PT1H30M"},
		{"P1DT30M", testbeds.Period{Days: 1, Clock: 30 * time.Minute}, "P1DT30M"},
		{"PT36H1S", testbeds.Period{Clock: 36*time.Hour + time.Second}, "PT36H1S"},
		{"PT61H61S", testbeds.Period{Clock: 61*time.Hour + 61*time.Second}, "PT61H1M1S"},
		{"P0D", testbeds.Period{}, "PT0S"},
	}
	for _, tt := range tests {
		got, err := testbeds.ParsePeriod(tt.text)
		if err != nil || got != tt.want || got.String() != tt.again {
			t.Errorf("%s is %+v (%s), %v; want %+v (%s)", tt.text, got, got, err, tt.want, tt.again)
		}
	}
	for _, text := range []string{"", "P", "PT", "P1DT", "P1Y", "P1M", "PT1.5H", "-PT1H", "P-1D", "1D", "PT1H ", "P1W2D", "P3661D", "PT999999999S1H", "P99999DT999999H", "P99999DT999999H9999999M999999999S", "P99999D",
		"P3660DT1S", "P9999W", "PT999999H"} {
		if got, err := testbeds.ParsePeriod(text); err == nil {
			t.Errorf("%q is %s", text, got)
		}
	}
}

// TestAnOverflowIsTheLongest: an uncountable length exceeds every bound, and is never short or negative.
func TestAnOverflowIsTheLongest(t *testing.T) {
	t.Parallel()
	for p, want := range map[testbeds.Period]time.Duration{
		{Days: 106751}: 106751 * 24 * time.Hour, {Days: 106752}: math.MaxInt64, {Days: math.MaxInt}: math.MaxInt64, {Days: 99999, Clock: 999999 * time.Hour}: math.MaxInt64,
		{Days: 106751, Clock: math.MaxInt64}: math.MaxInt64, {Clock: math.MaxInt64}: math.MaxInt64, {Days: -106752}: math.MinInt64, {Days: -1, Clock: math.MinInt64}: math.MinInt64,
		{Days: -1, Clock: time.Hour}: -23 * time.Hour,
	} {
		if got := p.Exact(); got != want {
			t.Errorf("%+v is %d long, want %d", p, got, want)
		}
	}
}

func TestLocalTime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2026-01-05T08:00:00": `"2026-01-05T08:00:00"`,
		"2026-01-05T08:00":    `"2026-01-05T08:00:00"`,
		"2026-01-05":          `"2026-01-05T00:00:00"`,
	} {
		var l testbeds.LocalTime
		if err := json.Unmarshal([]byte(`"`+text+`"`), &l); err != nil {
			t.Error(err)
		}
		if got, err := json.Marshal(l); err != nil || string(got) != want {
			t.Errorf("%s is %s, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{`""`, `"08:00"`, `"2026-01-05T08:00:00Z"`, `"2026-01-05T08:00:00+02:00"`, `"2026-01-05T08:00:00.5"`,
		`"2026-02-30"`, `"2026-01-05T24:00:00"`, `"2026-01-05 08:00:00"`, `7`, `null`} {
		var l testbeds.LocalTime
		if err := json.Unmarshal([]byte(text), &l); err == nil {
			t.Errorf("%s is %v", text, l)
		}
	}
}

// FuzzPeriod checks that a period read is written in a form that means the same, within the bound.
func FuzzPeriod(f *testing.F) {
	for _, s := range []string{"P3D", "P1W", "PT10H", "P1DT30M", "PT36H1S", "PT9999999M", "P99999DT1S", "P99999DT999999H"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := testbeds.ParsePeriod(s)
		if err != nil {
			return
		}
		if p.Exact() < 0 || p.Exact() > testbeds.MaxPeriod {
			t.Fatalf("%q lasts %s", s, p.Exact())
		}
		if again, err := testbeds.ParsePeriod(p.String()); err != nil || again != p {
			t.Fatalf("%q is %+v, written as %s, which is %+v, %v", s, p, p, again, err)
		}
	})
}

// FuzzLocalTime checks that a local time read is written in a form that means the same.
func FuzzLocalTime(f *testing.F) {
	for _, s := range []string{"2026-01-05T08:00:00", "2026-01-05T08:00", "2026-01-05", "2026-01-05T08:00:00.25", "0000-01-01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var l, again testbeds.LocalTime
		if l.UnmarshalText([]byte(s)) != nil {
			return
		}
		text, err := l.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		if err := again.UnmarshalText(text); err != nil || !again.Equal(l.Time) {
			t.Fatalf("%q is %v, written as %s, which is %v, %v", s, l, text, again, err)
		}
	})
}
