package app

import "testing"

func TestRoomOfTheHeap(t *testing.T) {
	t.Parallel()
	for live, want := range map[uint64]int{0: 100, 1 << 20: 100, 192 << 20: 100, 193 << 20: 99, 384 << 20: 50, 768 << 20: 25, 769 << 20: 25, 4 << 30: 25} {
		if got := room(live); got != want {
			t.Errorf("a heap of %d MB may grow by %d percent, want %d", live>>20, got, want)
		}
	}
}
