package store

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
)

// numbersVersion is the migration that lets PostgreSQL give the numbers of requests by a sequence.
const numbersVersion = 12

// numberSequence makes the sequence. SQLite, which has none, goes on counting.
func numberSequence(d dialect) *goose.Migration {
	run := func(statements ...string) *goose.GoFunc {
		return &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			if d.name != goose.DialectPostgres {
				return nil
			}
			for _, s := range statements {
				if _, err := tx.ExecContext(ctx, s); err != nil {
					return err
				}
			}
			return nil
		}}
	}
	return goose.NewGoMigration(numbersVersion,
		run(`CREATE SEQUENCE request_numbers`, `SELECT setval('request_numbers', value + 1, false) FROM counters WHERE name = 'number'`),
		run(`DROP SEQUENCE request_numbers`))
}
