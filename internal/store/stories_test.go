package store_test

import (
	"testing"

	"berth/internal/story"
	"berth/internal/testdb"
	"berth/scheduler"
)

// TestStories lets random people take random steps on each engine (see package story); most of the stories run in memory.
func TestStories(t *testing.T) {
	t.Parallel()
	shares := map[string]int{"sqlite": 20, "postgres": 10}
	for _, e := range testdb.Engines(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			story.Tell(t, story.Options{Share: shares[e.Name], Open: func(tb testing.TB) scheduler.Store { return testdb.Open(tb, e.Fresh(tb)) }})
		})
	}
}
