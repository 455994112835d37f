package store

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
)

// claimsVersion is the migration that moves the claims of a booking from rows of their own into one text of its row.
const claimsVersion = 16

func packedClaims() *goose.Migration {
	return goose.NewGoMigration(claimsVersion, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
		if err := each(ctx, tx, []string{`ALTER TABLE bookings ADD COLUMN claims TEXT NOT NULL DEFAULT ''`}); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE bookings SET claims = COALESCE((SELECT string_agg(c.testbed || CAST($1 AS TEXT) || c.vim || CAST($1 AS TEXT) || c.quantity || CAST($1 AS TEXT) || c.device
				|| CAST($1 AS TEXT) || CAST(c.amount AS TEXT) || CAST($1 AS TEXT) || CAST(c.starts AS TEXT) || CAST($1 AS TEXT) || CAST(c.ends AS TEXT)
				|| CASE WHEN c.units = '' THEN '' ELSE CAST($1 AS TEXT) || c.units END, CAST($2 AS TEXT) ORDER BY c.ordinal)
			FROM claims c WHERE c.booking = bookings.id), '')`, "\t", "\n"); err != nil {
			return err
		}
		return each(ctx, tx, []string{`DROP TABLE claims`})
	}}, &goose.GoFunc{RunTx: unpackClaims})
}

// unpackClaims is the way back.
func unpackClaims(ctx context.Context, tx *sql.Tx) error {
	if err := each(ctx, tx, []string{`CREATE TABLE claims (booking BIGINT NOT NULL REFERENCES bookings (id), ordinal BIGINT NOT NULL, testbed TEXT NOT NULL, vim TEXT NOT NULL,
		quantity TEXT NOT NULL, device TEXT NOT NULL, amount BIGINT NOT NULL, starts BIGINT NOT NULL, ends BIGINT NOT NULL, units TEXT NOT NULL, PRIMARY KEY (booking, ordinal))`}); err != nil {
		return err
	}
	type row struct {
		booking int64
		claims  string
	}
	list, err := all(ctx, tx, func(s scan) (x row, err error) { return x, s(&x.booking, &x.claims) }, `SELECT id, claims FROM bookings ORDER BY id`)
	if err != nil {
		return err
	}
	known := newClaimReader()
	for _, x := range list {
		claims, err := known.claims(x.claims)
		if err != nil {
			return err
		}
		for i, c := range claims {
			units := ""
			if len(c.Units) > 0 {
				if units, err = document("units", c.Units); err != nil {
					return err
				}
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO claims (booking, ordinal, testbed, vim, quantity, device, amount, starts, ends, units) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
				x.booking, i, c.Testbed, c.VIM, c.Quantity, c.Device, c.Amount, seconds(c.From), seconds(c.To), units); err != nil {
				return err
			}
		}
	}
	return each(ctx, tx, []string{`ALTER TABLE bookings DROP COLUMN claims`})
}
