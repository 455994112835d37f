package store_test

import (
	"database/sql"
	"fmt"
	"testing"

	"berth/internal/store"
	"berth/internal/testdb"
)

// What was granted before time did anything to slots that nobody starts is looked at when it begins, and no later; the rest stays as it was. Requests
// are counted by organisation and experiment from what their documents say.
func TestUpgradeLooksAtWhatIsScheduledAndCountsIt(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		dsn = first(t, dsn)
		done(t, store.At(t.Context(), dsn, 17))
		db := connect(t, dsn)
		const starts = 1_800_000_000
		at := func(n int64) sql.NullInt64 { return sql.NullInt64{Int64: n, Valid: true} }
		never := sql.NullInt64{}
		rows := []struct {
			status              string
			due, want           sql.NullInt64
			document            string // beside id, number and status
			organisation, named string
		}{
			{"SCHEDULED", never, at(starts), `"organisation":"TCD","nsd":"marathon_nsd","name":"Race"`, "TCD", "marathon_nsd"},
			{"SCHEDULED", at(starts + 7200), at(starts), `"name":"Race"`, "", "Race"},
			{"SCHEDULED", at(starts - 3600), at(starts - 3600), `"organisation":"","nsd":"hydra_nsd","name":"x"`, "", "hydra_nsd"},
			{"SCHEDULED", at(starts), at(starts), `"organisation":"Ünïversity","name":"y"`, "Ünïversity", "y"},
			{"UNDER_REVIEW", never, never, `"name":"z"`, "", "z"},
			{"RUNNING", at(starts + 7200), at(starts + 7200), `"name":"z"`, "", "z"},
			{"COMPLETED", never, never, `"name":"z"`, "", "z"},
		}
		for i, r := range rows {
			n := i + 100
			execute(t, db, `INSERT INTO requests (id, number, status, experimenter, mentor, words, starts, ends, due, revision, sequence, document) VALUES ($1, $2, $3, 'ada', '', '', $4, $5, $6, 1, 0, $7)`,
				uuid(n), n, r.status, starts, starts+14400, r.due, fmt.Sprintf(`{"id":%q,"number":%d,"status":%q,%s}`, uuid(n), n, r.status, r.document))
		}
		testdb.Open(t, dsn)
		for i, r := range rows {
			var due sql.NullInt64
			var organisation, experiment string
			done(t, db.QueryRowContext(t.Context(), `SELECT due, organisation, experiment FROM requests WHERE number = $1`, i+100).Scan(&due, &organisation, &experiment))
			if due != r.want || organisation != r.organisation || experiment != r.named {
				t.Errorf("%d, %s with %v: due %v, organisation %q, experiment %q; want %v, %q, %q", i, r.status, r.due, due, organisation, experiment, r.want, r.organisation, r.named)
			}
		}
		var waiting, freed, series, policies int
		done(t, db.QueryRowContext(t.Context(), `SELECT (SELECT COUNT(*) FROM waiting), (SELECT COUNT(*) FROM freed), (SELECT COUNT(*) FROM series), (SELECT COUNT(*) FROM policies)`).Scan(&waiting, &freed, &series, &policies))
		if waiting+freed+series+policies != 0 {
			t.Errorf("an upgraded database has %d, %d, %d, %d rows of what there was not", waiting, freed, series, policies)
		}
	})
}
