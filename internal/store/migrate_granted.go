package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/pressly/goose/v3"

	"berth/testbeds"
)

// grantedVersion is the migration that adds the granted occupation and the approved demand to requests.
const grantedVersion = 9

// granted writes into the requests of older databases the occupation of their bookings and the demand behind their approvals: until then
// both were computed anew, from a facility that may have changed. It makes requests with a due instant due at once, since that instant
// was computed the same way.
func granted() *goose.Migration {
	return goose.NewGoMigration(grantedVersion, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
		for after := int64(0); ; {
			page, err := oldRequests(ctx, tx, after)
			if err != nil || len(page) == 0 {
				return err
			}
			for _, r := range page {
				if err := r.upgrade(ctx, tx); err != nil {
					return fmt.Errorf("request #%d: %w", r.number, err)
				}
			}
			after = page[len(page)-1].number
		}
	}}, nil)
}

// oldRequest is a request in a document from before this migration.
type oldRequest struct {
	id       string
	number   int64
	revision int64
	status   string
	text     string
}

func oldRequests(ctx context.Context, tx *sql.Tx, after int64) ([]oldRequest, error) {
	return all(ctx, tx, func(s scan) (r oldRequest, err error) {
		return r, s(&r.id, &r.number, &r.revision, &r.status, &r.text)
	}, `SELECT id, number, revision, status, document FROM requests WHERE status NOT IN ('COMPLETED', 'CANCELLED', 'FAILED') AND number > $1 ORDER BY number LIMIT 500`, after)
}

func (r oldRequest) upgrade(ctx context.Context, tx *sql.Tx) error {
	var doc map[string]json.RawMessage
	if err := json.Unmarshal([]byte(r.text), &doc); err != nil {
		return err
	}
	if err := r.occupied(ctx, tx, doc); err != nil {
		return err
	}
	if err := r.approved(doc); err != nil {
		return err
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE requests SET document = $1, due = 0 WHERE id = $2`, string(text), r.id)
	return err
}

// occupied adds the span that the request's own booking claims, if it takes capacity.
func (r oldRequest) occupied(ctx context.Context, tx *sql.Tx, doc map[string]json.RawMessage) error {
	var booking int64
	if raw, ok := doc["booking"]; ok {
		if err := json.Unmarshal(raw, &booking); err != nil {
			return err
		}
	}
	var from, to sql.NullInt64
	err := tx.QueryRowContext(ctx, `SELECT MIN(c.starts), MAX(c.ends) FROM claims c JOIN bookings b ON b.id = c.booking
		WHERE b.id = $1 AND b.released = 0 AND b.strength <> 'pending'`, booking).Scan(&from, &to)
	if err != nil || !from.Valid {
		return err
	}
	doc["occupied"], err = json.Marshal(testbeds.Slot{Start: fromSeconds(from.Int64), End: fromSeconds(to.Int64)})
	return err
}

// granted reports whether the request has its slot.
func (r oldRequest) granted() bool {
	return r.status == "SCHEDULED" || r.status == "INSTANTIATING" || r.status == "RUNNING" || r.status == "TERMINATING"
}

// approved adds to each decision the slot and the part of the demand that it covered. A grant without a required approval counts as an
// override.
func (r oldRequest) approved(doc map[string]json.RawMessage) error {
	if _, ok := doc["approvals"]; !ok {
		return nil
	}
	var approvals []map[string]json.RawMessage
	if err := json.Unmarshal(doc["approvals"], &approvals); err != nil {
		return err
	}
	var demand testbeds.Demand
	if raw, ok := doc["demand"]; ok {
		if err := json.Unmarshal(raw, &demand); err != nil {
			return err
		}
	}
	for _, a := range approvals {
		var testbed string
		if err := json.Unmarshal(a["testbed"], &testbed); err != nil {
			return err
		}
		if _, decided := a["decision"]; !decided {
			if !r.granted() || string(a["policy"]) != `"required"` {
				continue
			}
			a["decision"], a["by"], a["reason"] = json.RawMessage(`"overridden"`), json.RawMessage(`"system"`), json.RawMessage(`"the slot was granted without it"`)
		}
		part, err := json.Marshal(demand.Of(testbed))
		if err != nil {
			return err
		}
		a["slot"], a["demand"], a["revision"] = doc["slot"], part, json.RawMessage(fmt.Sprint(r.revision))
	}
	var err error
	doc["approvals"], err = json.Marshal(approvals)
	return err
}
