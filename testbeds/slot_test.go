package testbeds

import (
	"testing"
	"time"
)

// TestSlotsMeet has a slot from 12 until 16 o'clock, and others around it: half-open intervals that touch share no instant.
func TestSlotsMeet(t *testing.T) {
	t.Parallel()
	s := Slot{bookedHour(12), bookedHour(16)}
	second := time.Second
	tests := []struct {
		name               string
		o                  Slot
		overlaps, contains bool
	}{
		{"the same", s, true, true},
		{"until its start", Slot{bookedHour(10), bookedHour(12)}, false, false},
		{"a second into it", Slot{bookedHour(10), bookedHour(12).Add(second)}, true, false},
		{"from its end", Slot{bookedHour(16), bookedHour(18)}, false, false},
		{"from a second before its end", Slot{bookedHour(16).Add(-second), bookedHour(18)}, true, false},
		{"within it", Slot{bookedHour(13), bookedHour(15)}, true, true},
		{"from its start", Slot{bookedHour(12), bookedHour(13)}, true, true},
		{"up to its end", Slot{bookedHour(15), bookedHour(16)}, true, true},
		{"around it", Slot{bookedHour(11), bookedHour(17)}, true, false},
	}
	for _, tt := range tests {
		if s.Overlaps(tt.o) != tt.overlaps || tt.o.Overlaps(s) != tt.overlaps {
			t.Errorf("%s: overlaps %t, and the other way round %t, want %t", tt.name, s.Overlaps(tt.o), tt.o.Overlaps(s), tt.overlaps)
		}
		if s.Contains(tt.o) != tt.contains {
			t.Errorf("%s: contained %t, want %t", tt.name, s.Contains(tt.o), tt.contains)
		}
	}
}

func TestSlots(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 7200)
	s := NewSlot(bookedHour(12).In(zone), 4*time.Hour)
	if s != (Slot{bookedHour(12), bookedHour(16)}) || s.Duration() != 4*time.Hour || s.String() != "2026-03-02 12:00:00Z – 2026-03-02 16:00:00Z" {
		t.Errorf("slot %s of %s", s, s.Duration())
	}
	if back := (Slot{s.End, s.Start}).Duration(); back != 0 {
		t.Errorf("a reversed slot lasts %s", back)
	}
	if later := s.Shift(time.Hour); later != (Slot{bookedHour(13), bookedHour(17)}) {
		t.Errorf("an hour later it is %s", later)
	}
	if other := (Slot{s.Start.In(zone), s.End.In(zone)}); !other.Equal(s) || other.UTC() != s {
		t.Errorf("in another zone it is %v", other)
	}
	for name, o := range map[string]Slot{"start": {bookedHour(11), s.End}, "end": {s.Start, bookedHour(17)}} {
		if o.Equal(s) {
			t.Errorf("another %s makes no other slot", name)
		}
	}
	if !(Slot{}).IsZero() || (Slot{Start: s.Start}).IsZero() || (Slot{End: s.End}).IsZero() {
		t.Error("a slot is zero where neither bound is set, and then only")
	}
}
