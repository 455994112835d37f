package story_test

import (
	"os"
	"testing"

	"berth/internal/story"
)

func TestMain(m *testing.M) {
	story.Ordinary()
	os.Exit(m.Run())
}
