package interval

import "testing"

// TestTheLevelIsThatOfTheLength: an entry stands on the level of its length, 2^level seconds included; this keeps walks short.
func TestTheLevelIsThatOfTheLength(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[int64]int{0: 0, 1: 0, 2: 1, 3: 2, 4: 2, 5: 3, 3600: 12, 4096: 12, 4097: 13} {
		if got := level(1000, 1000+seconds); got != want {
			t.Errorf("%d seconds are on level %d, want %d", seconds, got, want)
		}
	}
}
