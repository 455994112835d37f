package capacity

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"berth/testbeds"
)

// TestLoadIsPutForMany: some at once, some one by one, some again, on a federation and on a fork of it.
func TestLoadIsPutForMany(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		all := slices.Concat(w.bookings, w.bookings[:drawInt(t, "again", 0, len(w.bookings))])
		for i := range all {
			all[i].Strength = rapid.SampledFrom([]testbeds.Strength{testbeds.Firm, testbeds.Held, testbeds.Pending}).Draw(t, "strength")
		}
		first := drawInt(t, "first", 0, len(all))
		put, loaded := build(t, w.facility, nil), build(t, w.facility, nil)

		for _, b := range all {
			put.Put(b)
		}
		loaded.Load(all[:first])
		loaded.Load(all[first:])
		fork := build(t, w.facility, all[:first]).Without()
		fork.LoadFrom(slices.Values(all[first:]))
		e, s := drawExperiment(t, w.facility), drawSlot(t, 8)
		for name, fed := range map[string]*Federation{"loaded": loaded, "loaded in a fork": fork} {
			if diff := cmp.Diff(picture(put), picture(fed)); diff != "" {
				t.Fatalf("put (-) and %s (+):\n%s", name, diff)
			}
			if diff := cmp.Diff(put.Check(e, s), fed.Check(e, s)); diff != "" {
				t.Fatalf("check: put (-) and %s (+):\n%s", name, diff)
			}
			for _, b := range all {
				want, _ := put.Booking(b.ID)
				if got, _ := fed.Booking(b.ID); !cmp.Equal(got, want) {
					t.Fatalf("%s: %v, want %v", name, got, want)
				}
			}
		}
	})
}
