package bugzilla_test

import (
	"os"
	"testing"
	"time"

	"github.com/google/uuid"

	"berth/internal/bugzilla"
	"berth/internal/bugzilla/tracker"
	"berth/internal/tickets"
)

// TestARealServer opens a bug on the server of BERTH_TEST_BUGZILLA_URL, as the user of BERTH_TEST_BUGZILLA_LOGIN and
// BERTH_TEST_BUGZILLA_KEY, takes it through its statuses, and closes it. Product, component and version are those of a fresh server, unless
// BERTH_TEST_BUGZILLA_PRODUCT, _COMPONENT and _VERSION name others.
func TestARealServer(t *testing.T) {
	address, key := os.Getenv("BERTH_TEST_BUGZILLA_URL"), os.Getenv("BERTH_TEST_BUGZILLA_KEY")
	if address == "" || key == "" || os.Getenv("BERTH_TEST_BUGZILLA_LOGIN") == "" {
		t.Skip("BERTH_TEST_BUGZILLA_URL, BERTH_TEST_BUGZILLA_LOGIN and BERTH_TEST_BUGZILLA_KEY are not set: no real server is asked")
	}
	ctx := t.Context()
	c, err := bugzilla.New(bugzilla.Options{URL: address, Key: key, Login: os.Getenv("BERTH_TEST_BUGZILLA_LOGIN")})
	if err != nil {
		t.Fatal(err)
	}
	if _, now, err := c.Time(ctx); err != nil || time.Since(now).Abs() > time.Hour {
		t.Fatalf("its clock says %s, %v", now, err)
	}
	w, err := c.Workflow(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if wrong := tracker.CheckStatuses(tracker.Stock(), w); len(wrong) > 0 {
		t.Logf("its workflow: %v", wrong)
	}
	alias := uuid.NewString()
	n := bugzilla.NewBug{Product: orElse("BERTH_TEST_BUGZILLA_PRODUCT", "TestProduct"), Component: orElse("BERTH_TEST_BUGZILLA_COMPONENT", "TestComponent"),
		Version: orElse("BERTH_TEST_BUGZILLA_VERSION", "unspecified"), OpSys: "All", Platform: "All", Summary: "[TEST] Berth", Alias: alias, Description: "A test of Berth, closed by itself. ελ, 5 µs."}
	id, err := c.Create(ctx, n, func(bugzilla.Bug) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.Create(ctx, n, func(bugzilla.Bug) bool { return true }); err != nil || again != id {
		t.Errorf("created again as %d, %v; want %d", again, err, id)
	}
	if err := c.AddComment(ctx, id, "once [berth:test/1]"); err != nil {
		t.Error(err)
	}
	if there, err := c.Said(ctx, id, "[berth:test/1]"); err != nil || !there {
		t.Errorf("the comment is found: %v, %v", there, err)
	}
	comments, err := c.Comments(ctx, id, time.Time{})
	if err != nil || len(comments) != 2 || comments[0].Text != n.Description {
		t.Errorf("%+v, %v", comments, err)
	}
	b, err := c.Bug(ctx, id)
	if err != nil || !b.Alias.Has(alias) {
		t.Fatalf("%+v, %v", b, err)
	}
	for _, to := range []tickets.TrackerStatus{{Status: "IN_PROGRESS"}, {Status: "RESOLVED", Resolution: "FIXED"}} {
		if _, err := c.Update(ctx, id, bugzilla.Change{Status: to.Status, Resolution: to.Resolution}); err != nil {
			t.Fatalf("to %s: %v", to, err)
		}
	}
	if b, err = c.Bug(ctx, id); err != nil || b.Status != "RESOLVED" || b.Resolution != "FIXED" {
		t.Errorf("%+v, %v", b, err)
	}
	if list, err := c.ChangedSince(ctx, n.Product, b.Changed.Add(-time.Minute)); err != nil || len(list) == 0 {
		t.Errorf("what changed: %d bugs, %v", len(list), err)
	}
}

func orElse(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}
