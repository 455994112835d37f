package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"
)

// readingVersion is the migration that adds what lists of requests are found by, and the number of changes of accounts.
const readingVersion = 11

// reading makes the tables and fills them from the requests there are.
func reading(d dialect) *goose.Migration {
	ordered, words, grams := " WITHOUT ROWID", ", words", []string{
		`CREATE VIRTUAL TABLE request_grams USING fts5(grams, content='', contentless_delete=1, detail=none, tokenize='ascii')`,
		`CREATE TABLE request_ungrammed (number INTEGER PRIMARY KEY)`,
	}
	if d.name == goose.DialectPostgres {
		ordered, grams = "", []string{`CREATE TABLE request_grams (number BIGINT PRIMARY KEY, grams TEXT[] NOT NULL)`}
		words = "" // a row of its indexes has at most 2,704 bytes
	}
	up := slices.Concat([]string{
		`INSERT INTO counters (name, value) VALUES ('accounts', 0)`,
		`ALTER TABLE request_testbeds ADD COLUMN number BIGINT NOT NULL DEFAULT 0`,
		`UPDATE request_testbeds SET number = COALESCE((SELECT r.number FROM requests r WHERE r.id = request_testbeds.request), 0)`,
		`CREATE INDEX request_testbeds_number ON request_testbeds (testbed, number)`,
		`DROP INDEX requests_experimenter`,
		`CREATE INDEX requests_own ON requests (experimenter, number, status, starts, ends` + words + `)`,
		`CREATE TABLE request_weeks (week BIGINT NOT NULL, number BIGINT NOT NULL, PRIMARY KEY (week, number))` + ordered,
	}, grams)
	down := []string{`DROP INDEX requests_own`, `CREATE INDEX requests_experimenter ON requests (experimenter, number)`, `DROP TABLE request_grams`,
		`DROP TABLE request_weeks`, `DROP INDEX request_testbeds_number`, `ALTER TABLE request_testbeds DROP COLUMN number`,
		`DELETE FROM counters WHERE name = 'accounts'`}
	if d.name != goose.DialectPostgres {
		down = append(down, `DROP TABLE request_ungrammed`)
	}
	return goose.NewGoMigration(readingVersion, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
		if err := each(ctx, tx, up); err != nil {
			return err
		}
		if err := fill(ctx, tx, d); err != nil {
			return err
		}
		if d.name == goose.DialectPostgres {
			return each(ctx, tx, []string{`CREATE INDEX request_grams_grams ON request_grams USING gin (grams)`, `ANALYZE request_grams`, `ANALYZE request_weeks`, `ANALYZE request_testbeds`})
		}
		return nil
	}}, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error { return each(ctx, tx, down) }})
}

// each runs statements one after the other.
func each(ctx context.Context, tx *sql.Tx, statements []string) error {
	for _, s := range statements {
		if _, err := tx.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// oldText is what a request from before this migration is found by.
type oldText struct {
	number, starts, ends int64
	words                string
}

// fill indexes the weeks and texts of all requests.
func fill(ctx context.Context, tx *sql.Tx, d dialect) error {
	for after := int64(0); ; {
		page, err := all(ctx, tx, func(s scan) (t oldText, err error) { return t, s(&t.number, &t.starts, &t.ends, &t.words) },
			`SELECT number, starts, ends, words FROM requests WHERE number > $1 ORDER BY number LIMIT 500`, after)
		if err != nil || len(page) == 0 {
			return err
		}
		after = page[len(page)-1].number
		var weeks, texts [][]any
		for _, t := range page {
			for _, w := range weeksOf(t.starts, t.ends) {
				weeks = append(weeks, []any{w, t.number})
			}
			texts = append(texts, []any{t.number, d.gramsValue(t.number, t.words)})
		}
		if err := insertAll(ctx, tx, `INSERT INTO request_weeks (week, number) VALUES`, weeks); err != nil {
			return err
		}
		if err := insertAll(ctx, tx, `INSERT INTO request_grams (`+map[bool]string{true: "number", false: "rowid"}[d.name == goose.DialectPostgres]+`, grams) VALUES`, texts); err != nil {
			return err
		}
	}
}

// insertAll inserts rows, some at a time.
func insertAll(ctx context.Context, tx *sql.Tx, head string, rows [][]any) error {
	for part := range slices.Chunk(rows, 250) {
		var values []string
		for i := range part {
			values = append(values, "("+places(1+i*len(part[i]), len(part[i]))+")")
		}
		if _, err := tx.ExecContext(ctx, head+strings.Join(values, ","), slices.Concat(part...)...); err != nil {
			return err
		}
	}
	return nil
}
