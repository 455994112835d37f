package timeline

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"testing"
	"time"

	"berth/testbeds"
)

// large returns 100 testbeds with 5,000 bookings within days, each with ten steps for a day and resource.
func large(from time.Time, days int) Chart {
	c := Chart{From: from, To: from.AddDate(0, 0, days), Zone: from.Location(), Now: from.Add(30 * time.Hour), Width: 1040,
		Zoom: func(s testbeds.Slot) string { return "/schedule?at=" + s.Start.Format(time.DateOnly) + "&span=day" }}
	for i := range 100 {
		l := busyLane(from, 50, days*24)
		l.ID, l.Title, l.Words, l.Zone = fmt.Sprint("site", i), fmt.Sprint("Testbed ", i), "athens 5g sdr", from.Location()
		for k := range l.Bars {
			b := &l.Bars[k]
			b.Slot = b.Slot.Shift(time.Duration(i*k%17) * time.Hour)
			b.Label = fmt.Sprintf("#%d experiment %x", i*50+k, (i*50+k)*2654435761)
			b.Title, b.Link = b.Label+fmt.Sprintf(", user%d", k%13), fmt.Sprint("/requests/", i*50+k)
		}
		l.Bands = append(l.Bands, Band{Title: "memory", Steps: l.Bands[0].Steps[i%7:]}, Band{Title: "usrp", Steps: l.Bands[0].Steps[i%11:]})
		c.Lanes = append(c.Lanes, l)
	}
	return c
}

// TestALargeSchedule: 100 testbeds with 5,000 bookings take less than 300 kB on the wire, with room for the rest of the page, and are not so high that
// nobody finds anything.
func TestALargeSchedule(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 12, 1, 0, 0, 0, 0, zone(t, "Europe/Athens"))
	for _, tt := range []struct {
		name        string
		days, limit int
		write       func(Chart, *bytes.Buffer) error
	}{
		{"a day", 1, 200_000, func(c Chart, b *bytes.Buffer) error { return c.HTML(b) }},
		{"a week", 7, 250_000, func(c Chart, b *bytes.Buffer) error { return c.HTML(b) }},
		{"a quarter", 92, 150_000, func(c Chart, b *bytes.Buffer) error { return c.Heat(b) }},
		{"a year", 366, 100_000, func(c Chart, b *bytes.Buffer) error { return c.Heat(b) }},
		{"sixty days in one picture", 60, 250_000, func(c Chart, b *bytes.Buffer) error { return c.SVG(b) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var page, wire bytes.Buffer
			began := time.Now()
			if err := tt.write(large(from, tt.days), &page); err != nil {
				t.Fatal(err)
			}
			drawn := time.Since(began)
			z, err := gzip.NewWriterLevel(&wire, 5)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := z.Write(page.Bytes()); err != nil {
				t.Fatal(err)
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			t.Logf("%d bytes, %d on the wire, drawn in %v", page.Len(), wire.Len(), drawn)
			if wire.Len() > tt.limit {
				t.Errorf("%d bytes on the wire, want at most %d", wire.Len(), tt.limit)
			}
			if s := newSheet(large(from, tt.days), false); s.height > 16000 {
				t.Errorf("%g high", s.height)
			}
		})
	}
}
