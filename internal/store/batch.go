package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Often a transaction writes several rows, and awaits nothing of them but that they were written. PostgreSQL is sent all of it in one round
// trip; SQLite has none to save.

// gathered is a statement that waits to be sent.
type gathered struct {
	what, query string
	args        []any
	none        error // if it affects no row; nil if that is no fault
}

// together runs fn, whose statements are sent together where that saves round trips. Then fn learns no numbers of rows, and errors come after it.
func (w *writer) together(ctx context.Context, fn func() error) error {
	if w.tx.conn == nil {
		return fn()
	}
	list := []gathered{}
	w.gather = &list
	err := fn()
	w.gather = nil
	if err != nil || len(list) == 0 {
		return err
	}
	return w.send(ctx, list)
}

func (w *writer) send(ctx context.Context, list []gathered) error {
	batch, texts := &pgx.Batch{}, make([]string, 0, len(list))
	for _, g := range list {
		batch.Queue(g.query, g.args...)
		texts = append(texts, g.query)
	}
	w.tx.seen(texts...)
	return w.tx.conn.Raw(func(driver any) error {
		c := driver.(*stdlib.Conn).Conn()
		// A context that ends has the transaction rolled back, by another goroutine: nothing may be written outside of it. While this
		// function runs nobody else uses the connection.
		if c.PgConn().TxStatus() != 'T' {
			return cmp.Or(ctx.Err(), sql.ErrTxDone)
		}
		results := c.SendBatch(ctx, batch)
		for _, g := range list {
			tag, err := results.Exec()
			if err != nil {
				return errors.Join(w.refused(g.what, err), results.Close())
			}
			if g.none != nil && tag.RowsAffected() == 0 {
				return errors.Join(g.none, results.Close())
			}
		}
		w.wrote = true
		return results.Close()
	})
}
