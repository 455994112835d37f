package store_test

import (
	"testing"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
)

// TestOrders keeps ties: each change is made from the one that was seen, and no request has two orders.
func TestOrders(t *testing.T) {
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		if x, err := s.Order(ctx, "5ginfire", "7"); err != nil || x.Revision != 0 {
			t.Errorf("of nothing: %+v, %v", x, err)
		}
		first, err := s.PutOrder(ctx, scheduler.OrderTie{Portal: "5ginfire", Key: "7", State: "a"})
		if err != nil || first.Revision != 1 {
			t.Fatalf("%+v, %v", first, err)
		}
		if _, err := s.PutOrder(ctx, scheduler.OrderTie{Portal: "5ginfire", Key: "7"}); scheduler.CodeOf(err) != scheduler.CodePrecondition {
			t.Errorf("made twice: %v", err)
		}
		second := first
		second.Request, second.Number, second.State = "r", 42, "b"
		if second, err = s.PutOrder(ctx, second); err != nil {
			t.Fatal(err)
		}
		if _, err := s.PutOrder(ctx, first); scheduler.CodeOf(err) != scheduler.CodePrecondition {
			t.Errorf("changed from what was changed: %v", err)
		}
		if x, err := s.Order(ctx, "5ginfire", "7"); err != nil || x != second {
			t.Errorf("%+v, want %+v, %v", x, second, err)
		}
		if x, err := s.OrderOf(ctx, "r"); err != nil || x != second {
			t.Errorf("of the request: %+v, want %+v, %v", x, second, err)
		}
		for _, request := range []string{"", "q"} {
			if x, err := s.OrderOf(ctx, request); err != nil || x.Revision != 0 {
				t.Errorf("of %q: %+v, %v", request, x, err)
			}
		}
		for _, x := range []scheduler.OrderTie{{Portal: "5ginfire", Key: "8"}, {Portal: "patras", Key: "7"}} { // orders without a request are no twins
			if _, err := s.PutOrder(ctx, x); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.PutOrder(ctx, scheduler.OrderTie{Portal: "patras", Key: "9", Request: "r", Number: 42}); err == nil {
			t.Error("a request has two orders")
		}
		for _, x := range []struct {
			portal, after string
			want          int
		}{{"5ginfire", "", 2}, {"patras", "", 1}, {"5ginfire", "7", 1}, {"5ginfire", "8", 0}, {"none", "", 0}} {
			if list, err := s.Orders(ctx, x.portal, x.after, 10); err != nil || len(list) != x.want {
				t.Errorf("of %q after %q: %v, %v", x.portal, x.after, list, err)
			}
		}
		second.Over = true
		if _, err := s.PutOrder(ctx, second); err != nil {
			t.Fatal(err)
		}
		if list, err := s.Orders(ctx, "5ginfire", "", 10); err != nil || len(list) != 1 || list[0].Key != "8" {
			t.Errorf("one that is over is listed: %v, %v", list, err)
		}
	})
}
