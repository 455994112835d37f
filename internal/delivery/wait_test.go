package delivery

import (
	"testing"
	"time"
)

func TestBackOffGrowsAndEnds(t *testing.T) {
	t.Parallel()
	for attempts, most := range map[int64]time.Duration{1: 5 * time.Second, 2: 10 * time.Second, 5: 80 * time.Second, 9: 15 * time.Minute, 1000: 15 * time.Minute} {
		if wait := postponed.After(attempts); wait > most || wait < most*4/5 {
			t.Errorf("after %d attempts %s, want %s at the most", attempts, wait, most)
		}
	}
}
