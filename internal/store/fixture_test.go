package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"berth/internal/store"
	"berth/scheduler"
	"berth/testbeds"
)

// start is the instant around which the tests place their slots.
var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// slot spans the hours from, to after start.
func slot(from, to int) testbeds.Slot {
	return testbeds.Slot{Start: start.Add(time.Duration(from) * time.Hour), End: start.Add(time.Duration(to) * time.Hour)}
}

// change runs a transaction that must commit.
func change(t testing.TB, s *store.Store, fn func(ctx context.Context, tx scheduler.Tx) error) {
	t.Helper()
	if err := s.Change(t.Context(), nil, func(tx scheduler.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// look reads in a snapshot of its own.
func look[T any](t testing.TB, s *store.Store, fn func(ctx context.Context, r scheduler.Reader) (T, error)) (got T) {
	t.Helper()
	err := s.View(t.Context(), func(r scheduler.Reader) (err error) {
		got, err = fn(t.Context(), r)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// same compares read values with written ones. Nil equals an empty list; the spacing of JSON may differ.
func same(t testing.TB, what string, want, got any) {
	t.Helper()
	compact := cmp.FilterValues(func(a, b json.RawMessage) bool { return len(a) > 0 && len(b) > 0 },
		cmp.Transformer("compact", func(raw json.RawMessage) (v any) {
			if json.Unmarshal(raw, &v) != nil {
				return string(raw)
			}
			return v
		}))
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), compact); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// code checks the code of an error.
func code(t testing.TB, what string, err error, want scheduler.Code) {
	t.Helper()
	if got := scheduler.CodeOf(err); got != want {
		t.Errorf("%s: error %v has code %q, want %q", what, err, got, want)
	}
}

// whole checks that a fixture sets every field, so that a new field that is not stored is noticed.
func whole(t testing.TB, v any, but ...string) {
	t.Helper()
	left := map[string]bool{}
	for _, name := range but {
		left[name] = true
	}
	value := reflect.ValueOf(v)
	for i := range value.NumField() {
		if f := value.Type().Field(i); value.Field(i).IsZero() && !left[f.Name] {
			t.Fatalf("the fixture of %T leaves out %s: fill it in, and it will be known whether it is stored", v, f.Name)
		}
	}
}

// plain returns a request with few fields set.
func plain(id string) scheduler.Request {
	return scheduler.Request{
		ID: id, Name: "request " + id, Experimenter: "ada", Status: scheduler.UnderReview, Slot: slot(0, 4), Revision: 1,
		Demand:  testbeds.Demand{{Resource: testbeds.Resource{Testbed: "wins-5g", Device: "usrp"}, Amount: 1}},
		Created: start, Updated: start,
	}
}

// create stores requests, and returns them with their numbers.
func create(t testing.TB, s *store.Store, list ...scheduler.Request) []scheduler.Request {
	t.Helper()
	change(t, s, func(ctx context.Context, tx scheduler.Tx) error {
		for i := range list {
			if err := tx.CreateRequest(ctx, &list[i]); err != nil {
				return err
			}
		}
		return tx.AddEvent(ctx, scheduler.Event{At: start, Kind: "request"})
	})
	return list
}

// claim returns an amount of a device of a testbed throughout a slot with an hour of setup and of teardown.
func claim(testbed string, amount int64, s testbeds.Slot, units ...string) testbeds.Claim {
	return testbeds.Claim{
		Need: testbeds.Need{Resource: testbeds.Resource{Testbed: testbed, Device: "usrp"}, Amount: amount, Units: units},
		From: s.Start.Add(-time.Hour), To: s.End.Add(time.Hour),
	}
}

// book stores a booking of a request, with an event, and returns it with its ID.
func book(t testing.TB, s *store.Store, r scheduler.Request, b testbeds.Booking) testbeds.Booking {
	t.Helper()
	b.Request = r.Number
	change(t, s, func(ctx context.Context, tx scheduler.Tx) error {
		if err := tx.PutBooking(ctx, r.ID, &b); err != nil {
			return err
		}
		return tx.AddEvent(ctx, scheduler.Event{At: start, Kind: "request", Request: r.ID})
	})
	return b
}

// bookings lists those in force that end after the instant.
func bookings(t testing.TB, s *store.Store, after time.Time) []testbeds.Booking {
	t.Helper()
	return look(t, s, func(ctx context.Context, r scheduler.Reader) (list []testbeds.Booking, err error) {
		err = r.Bookings(ctx, after, func(b testbeds.Booking) error {
			list = append(list, b)
			return nil
		})
		return list, err
	})
}

// uuid returns the nth of the tests' ids.
func uuid(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }
