package auth_test

import (
	"errors"
	"fmt"
	"testing"

	"berth/internal/auth"
	"berth/scheduler"
)

// TestNobodyTakesAllStreams checks that one person can have thirty, all together a thousand, and that a
// closed stream makes room.
func TestNobodyTakesAllStreams(t *testing.T) {
	t.Parallel()
	a := auth.New(nil, nil)
	var leave []func()
	for i := range 30 {
		l, err := a.Stay("ada")
		if err != nil {
			t.Fatalf("stream %d: %v", i, err)
		}
		leave = append(leave, l)
	}
	if _, err := a.Stay("ada"); !errors.As(err, new(auth.Crowded)) {
		t.Errorf("one more of hers: %v", err)
	}
	for i := range 970 {
		if _, err := a.Stay(fmt.Sprintf("person-%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.Stay("somebody"); scheduler.CodeOf(err) != scheduler.CodeUnavailable {
		t.Errorf("one more than there is room for: %v", err)
	}
	leave[0]()
	leave[0]()
	if _, err := a.Stay("somebody"); err != nil {
		t.Errorf("after one has left: %v", err)
	}
	if _, err := a.Stay("ada"); scheduler.CodeOf(err) != scheduler.CodeUnavailable {
		t.Errorf("who leaves twice leaves once: %v", err)
	}
}
