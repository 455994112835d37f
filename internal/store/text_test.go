package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/testbeds"
)

// Text that one database cannot store is refused by both, and leaves no trace.
func TestTextThatCannotBeStoredIsRefused(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		r := create(t, s, plain(uuid(1)))[0]
		for _, bad := range []string{"NUL \x00", "\x00", "half a rune \xc3", "\xff"} {
			for what, do := range map[string]func(ctx context.Context, tx scheduler.Tx) error{
				"name of a request": func(ctx context.Context, tx scheduler.Tx) error {
					x := plain(uuid(2))
					x.Name = bad
					return tx.CreateRequest(ctx, &x)
				},
				"update of a request": func(ctx context.Context, tx scheduler.Tx) error {
					x := r
					x.Experimenter, x.Revision = bad, 2
					return tx.UpdateRequest(ctx, x)
				},
				"feedback": func(ctx context.Context, tx scheduler.Tx) error {
					return tx.AddFeedback(ctx, &scheduler.Feedback{Request: r.ID, Author: "ada", At: start, Text: bad})
				},
				"claim": func(ctx context.Context, tx scheduler.Tx) error {
					return tx.PutBooking(ctx, r.ID, &testbeds.Booking{Strength: testbeds.Firm, Slot: slot(0, 1), Claims: []testbeds.Claim{claim(bad, 1, slot(0, 1))}})
				},
				"testbed": func(ctx context.Context, tx scheduler.Tx) error { return tx.PutFacility(ctx, facility(bad)) },
				"person":  func(ctx context.Context, tx scheduler.Tx) error { return tx.PutPerson(ctx, person(bad)) },
				"token":   func(ctx context.Context, tx scheduler.Tx) error { return tx.PutToken(ctx, token(bad, "ada")) },
				"replay": func(ctx context.Context, tx scheduler.Tx) error {
					return tx.PutReplay(ctx, "ada", bad, scheduler.Replay{At: start})
				},
			} {
				err := s.Change(t.Context(), nil, func(tx scheduler.Tx) error { return do(t.Context(), tx) })
				code(t, what, err, scheduler.CodeInvalid)
			}
		}
		r.Sequence = sequence(t, s)
		same(t, "afterwards", r, request(t, s, r.ID))
	})
}

// Within a document any text survives, NUL included.
func TestTextOfDocumentsComesBack(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		r := plain(uuid(1))
		r.Description = "NUL \x00, \u2028, \U0001F6F0, e\u0301, \ufeff, </script>, \\u0000, '\"$1?"
		create(t, s, r)
		if got := request(t, s, r.ID).Description; got != r.Description {
			t.Errorf("%q came back as %q", r.Description, got)
		}
	})
}

func TestHugeValues(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		r := plain(uuid(1))
		r.Name = strings.Repeat("ß🛰", 100_000)
		r.Description = strings.Repeat("x", 4<<20)
		r.Portal = json.RawMessage(`"` + strings.Repeat("y", 4<<20) + `"`)
		var b testbeds.Booking
		for i := range 2000 {
			r.Components = append(r.Components, testbeds.Component{Member: uuid(i), Size: testbeds.Quantities{"vcpu": testbeds.MaxAmount}})
			b.Claims = append(b.Claims, claim(uuid(i), 1<<62, slot(0, 1), uuid(i)))
		}
		r = create(t, s, r)[0]
		r.Sequence = 1
		same(t, "request", r, request(t, s, r.ID))
		b.Strength, b.Slot = testbeds.Firm, slot(0, 1)
		b = book(t, s, r, b)
		same(t, "booking", []testbeds.Booking{b}, bookings(t, s, start))
		same(t, "found by the end of its name", []int64{1}, numbers(t, s, scheduler.RequestFilter{Text: r.Name[1200:]}))
	})
}

// The schema refuses contradictory rows, whoever writes them.
func TestSchemaRefusesNonsense(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		r := create(t, s, plain(uuid(1)))[0]
		put := func(request string, b testbeds.Booking) func(context.Context, scheduler.Tx) error {
			return func(ctx context.Context, tx scheduler.Tx) error { return tx.PutBooking(ctx, request, &b) }
		}
		good := testbeds.Booking{Strength: testbeds.Firm, Slot: slot(0, 1), Claims: []testbeds.Claim{claim("a", 1, slot(0, 1))}}
		with := func(change func(*testbeds.Booking, *testbeds.Claim)) testbeds.Booking {
			b := good
			b.Claims = []testbeds.Claim{good.Claims[0]}
			change(&b, &b.Claims[0])
			return b
		}
		for what, do := range map[string]func(context.Context, scheduler.Tx) error{
			"a booking of no request":       put(uuid(9), good),
			"an unknown strength":           put(r.ID, with(func(b *testbeds.Booking, _ *testbeds.Claim) { b.Strength = "soft" })),
			"a booking that ends first":     put(r.ID, with(func(b *testbeds.Booking, _ *testbeds.Claim) { b.Slot = slot(2, 1) })),
			"a claim that ends first":       put(r.ID, with(func(_ *testbeds.Booking, c *testbeds.Claim) { c.From, c.To = c.To, c.From })),
			"a claim of less than nothing":  put(r.ID, with(func(_ *testbeds.Booking, c *testbeds.Claim) { c.Amount = -1 })),
			"a claim of no resource":        put(r.ID, with(func(_ *testbeds.Booking, c *testbeds.Claim) { c.Device = "" })),
			"a claim of a device and a VIM": put(r.ID, with(func(_ *testbeds.Booking, c *testbeds.Claim) { c.VIM, c.Quantity = "v", "vcpu" })),
			"a request without a slot": func(ctx context.Context, tx scheduler.Tx) error {
				x := plain(uuid(2))
				x.Slot = slot(1, 1)
				return tx.CreateRequest(ctx, &x)
			},
			"a token of nobody": func(ctx context.Context, tx scheduler.Tx) error { return tx.PutToken(ctx, token("t", "nobody")) },
			"a remark on nothing": func(ctx context.Context, tx scheduler.Tx) error {
				return tx.AddFeedback(ctx, &scheduler.Feedback{Request: uuid(9), At: start})
			},
			"a request twice": func(ctx context.Context, tx scheduler.Tx) error { return tx.CreateRequest(ctx, new(plain(r.ID))) },
		} {
			if err := s.Change(t.Context(), nil, func(tx scheduler.Tx) error { return do(t.Context(), tx) }); err == nil {
				t.Errorf("%s was stored", what)
			}
		}
		change(t, s, put(r.ID, good))
	})
}

// For any text, both engines find exactly the requests that have it in their name, ignoring case.
func TestTextFilterAgreesWithStrings(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		sign := rapid.SampledFrom([]rune(`aAbBß%_\?$1'"Öö🛰 `))
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			r := plain("")
			n++
			r.ID, r.Name = uuid(n), rapid.StringOfN(sign, 1, 8, -1).Draw(rt, "name")
			text := rapid.StringOfN(sign, 1, 2, -1).Draw(rt, "text")
			refused := errors.New("not to be kept")
			err := s.Change(t.Context(), nil, func(tx scheduler.Tx) error {
				if err := tx.CreateRequest(t.Context(), &r); err != nil {
					return err
				}
				list, err := tx.Requests(t.Context(), scheduler.RequestFilter{Text: text})
				want := strings.Contains(strings.ToLower(r.Name), strings.ToLower(text))
				if err != nil || (len(list) == 1) != want {
					rt.Errorf("%q is found by %q: %v (%v), want %v", r.Name, text, len(list) == 1, err, want)
				}
				return refused
			})
			if err != refused {
				rt.Error(err)
			}
		})
	})
}
