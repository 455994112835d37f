package store_test

import (
	"testing"

	"berth/internal/testdb"
)

// BenchmarkDecisionsEndToEnd measures the wait of a caller of the service: a request is submitted and then granted, each with its check on
// the federation, its locks, its rows and its flush. Compare BenchmarkPlainInserts.
func BenchmarkDecisionsEndToEnd(b *testing.B) {
	for _, e := range testdb.Engines(b) {
		b.Run(e.Name, func(b *testing.B) {
			db := testdb.Open(b, e.Fresh(b))
			decide := decider(b, db)
			for b.Loop() {
				decide()
			}
			b.ReportMetric(2*float64(b.N)/b.Elapsed().Seconds(), "decisions/s")
		})
	}
}
