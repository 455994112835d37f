package story

import (
	"os"
	"slices"
	"testing"
)

// stage is the test as one story sees it: resources are closed and removed when the story ends, not after all stories.
type stage struct {
	testing.TB
	cleanups []func()
}

// Cleanup adds a function to run when the story ends.
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
