package scheduler_test

import (
	"testing"

	"berth/internal/story"
	"berth/internal/story/memory"
	"berth/scheduler"
)

// TestStories lets random people do random things, right and wrong ones, over the store in memory (see package story).
func TestStories(t *testing.T) {
	t.Parallel()
	story.Tell(t, story.Options{Share: 270, Open: func(testing.TB) scheduler.Store { return memory.New() }})
}

// TestStoriesOfSeries tells some in which experiments are repeated.
func TestStoriesOfSeries(t *testing.T) {
	t.Parallel()
	story.Tell(t, story.Options{Share: 40, About: "series", Open: func(testing.TB) scheduler.Store { return memory.New() }})
}
