package orchestration_test

import (
	"os"
	"testing"

	"berth/internal/story"
)

// TestMain makes the random tests the same each time, for chance must not decide whether a change passes; -rapid.seed varies them.
func TestMain(m *testing.M) {
	story.Ordinary()
	os.Exit(m.Run())
}
