package story

import (
	"os"
	"slices"
	"testing"
)

// stage is the test as one story sees it: what the story opens is closed and removed when it ends, not when all have been told.
type stage struct {
	testing.TB
	cleanups []func()
}

// Cleanup adds what is to be done when the story ends.
func (s *stage) Cleanup(f func()) { s.cleanups = append(s.cleanups, f) }

// TempDir makes a folder for the story.
func (s *stage) TempDir() string {
	dir, err := os.MkdirTemp("", "berth-story-")
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			s.Error(err)
		}
	})
	return dir
}

func (s *stage) clear() {
	for _, f := range slices.Backward(s.cleanups) {
		f()
	}
}
