package store_test

import (
	"testing"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
)

// TestDeployments keeps ties: each change is made from the one that was seen.
func TestDeployments(t *testing.T) {
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		if x, err := s.Deployment(ctx, "r"); err != nil || x.Revision != 0 {
			t.Errorf("of nothing: %+v, %v", x, err)
		}
		first, err := s.PutDeployment(ctx, scheduler.DeploymentTie{Request: "r", Number: 42, System: "iris", State: "a"})
		if err != nil || first.Revision != 1 {
			t.Fatalf("%+v, %v", first, err)
		}
		if _, err := s.PutDeployment(ctx, scheduler.DeploymentTie{Request: "r", Number: 42, System: "other"}); scheduler.CodeOf(err) != scheduler.CodePrecondition {
			t.Errorf("made twice: %v", err)
		}
		second := first
		second.State = "b"
		if second, err = s.PutDeployment(ctx, second); err != nil {
			t.Fatal(err)
		}
		if _, err := s.PutDeployment(ctx, first); scheduler.CodeOf(err) != scheduler.CodePrecondition {
			t.Errorf("changed from what was changed: %v", err)
		}
		if x, err := s.Deployment(ctx, "r"); err != nil || x != second {
			t.Errorf("%+v, want %+v, %v", x, second, err)
		}
		if _, err := s.PutDeployment(ctx, scheduler.DeploymentTie{Request: "q", Number: 41, System: "athens"}); err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct {
			system string
			after  int64
			want   int
		}{{"", 0, 2}, {"iris", 0, 1}, {"", 41, 1}, {"", 42, 0}, {"none", 0, 0}} {
			if list, err := s.Deployments(ctx, x.system, x.after, 10); err != nil || len(list) != x.want {
				t.Errorf("of %q after %d: %v, %v", x.system, x.after, list, err)
			}
		}
		second.Over = true
		if _, err := s.PutDeployment(ctx, second); err != nil {
			t.Fatal(err)
		}
		if list, err := s.Deployments(ctx, "iris", 0, 10); err != nil || len(list) != 0 {
			t.Errorf("one that is over is listed: %v, %v", list, err)
		}
	})
}
