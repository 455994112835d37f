package timeline

import (
	"fmt"
	"io"
	"testing"
	"time"
)

// BenchmarkSVG draws ten lanes with their bands; 5,000 bookings in each are a year of a large facility.
func BenchmarkSVG(b *testing.B) {
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, n := range []int{50, 500, 5000} {
		for _, days := range []int{7, 365} {
			c := Chart{From: from, To: from.AddDate(0, 0, days), Zone: zone(b, "Europe/Madrid")}
			for range 10 {
				c.Lanes = append(c.Lanes, busyLane(from, n, days*24))
			}
			b.Run(fmt.Sprintf("bars=10x%d/days=%d", n, days), func(b *testing.B) {
				size := len(draw(b, c))
				b.ReportAllocs()
				for b.Loop() {
					if err := c.SVG(io.Discard); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(size), "bytes/svg")
			})
		}
	}
}
