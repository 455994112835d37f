package store_test

import (
	"context"
	"encoding/json"
	"testing"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/testbeds"
)

// A database from before requests recorded their grants learns them from its bookings, and every due request becomes due at
// once.
func TestUpgradeSaysWhatWasGrantedAndApproved(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		s := testdb.Open(t, dsn)
		was := full(uuid(1))
		was.Approvals = append(was.Approvals, scheduler.Approval{Testbed: "bristol", Policy: testbeds.ApprovalRequired}, scheduler.Approval{Testbed: "5tonic", Policy: testbeds.ApprovalInformed})
		r := create(t, s, was)[0]
		booked := testbeds.Booking{Request: r.Number, Strength: testbeds.Firm, Slot: r.Slot, Claims: []testbeds.Claim{
			{Need: r.Demand[0], From: slot(-2, 4).Start, To: slot(0, 4).End}, {Need: r.Demand[1], From: slot(-1, 4).Start, To: slot(0, 7).End}}}
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error { return tx.PutBooking(ctx, r.ID, &booked) })
		db := connect(t, dsn)
		old := map[string]any{}
		var text string
		if err := db.QueryRowContext(t.Context(), `SELECT document FROM requests`).Scan(&text); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(text), &old); err != nil {
			t.Fatal(err)
		}
		delete(old, "occupied")
		delete(old, "pending_move")
		old["booking"] = booked.ID
		for _, a := range old["approvals"].([]any) {
			for _, name := range []string{"slot", "demand", "revision"} {
				delete(a.(map[string]any), name)
			}
		}
		stripped, err := json.Marshal(old)
		if err != nil {
			t.Fatal(err)
		}
		execute(t, db, `UPDATE requests SET document = $1`, string(stripped))
		done(t, store.DownTo(t.Context(), dsn, 10))
		execute(t, db, `ALTER TABLE tickets RENAME COLUMN key TO id`) // as the schema was then
		execute(t, db, `DELETE FROM goose_db_version WHERE version_id >= 9`)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}

		got := request(t, testdb.Open(t, dsn), r.ID)
		want := slot(-2, 7)
		if got.Occupied == nil || !got.Occupied.Equal(want) {
			t.Errorf("occupied %v, want %s", got.Occupied, want)
		}
		a := got.Approvals[0]
		if a.Slot == nil || !a.Slot.Equal(r.Slot) || a.Revision != r.Revision {
			t.Errorf("approved %+v, want it for %s at revision %d", a, r.Slot, r.Revision)
		}
		if got.Approvals[1].Decision != scheduler.Overridden || got.Approvals[2].Decision != "" {
			t.Errorf("granted without an approval: %+v", got.Approvals[1:])
		}
		same(t, "the testbed's part of the demand", r.Demand.Of("wins-5g"), a.Demand)
		if got.Due == nil || got.Due.Unix() != 0 {
			t.Errorf("due %v, want it at once", got.Due)
		}
	})
}
