package store

import (
	"context"
	"database/sql"
	"fmt"
)

// turn is a process's turn to migrate a PostgreSQL database. The lock belongs to the session that migrates: a stopped process loses
// both together, and cannot continue after another one has taken over.
type turn struct{}

// migrationLock is the key of the advisory lock.
const migrationLock = 723094101

// SessionLock waits for the turn, for a minute at most. A migration itself may take any time, but must not pause.
func (turn) SessionLock(ctx context.Context, conn *sql.Conn) error {
	for _, statement := range []string{
		`SET statement_timeout = 0`,
		`SET lock_timeout = '60s'`,
		fmt.Sprintf(`SELECT pg_advisory_lock(%d)`, migrationLock),
		`SET lock_timeout = '30s'`,
		`SET idle_in_transaction_session_timeout = '15s'`,
		`SELECT set_config(name, '15s', false) FROM pg_settings WHERE name = 'idle_session_timeout'`, // since PostgreSQL 14
	} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("waiting for another process's migration: %w", err)
		}
	}
	return nil
}

// SessionUnlock ends the turn, and restores the session's own bounds.
func (turn) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, fmt.Sprintf(`SELECT pg_advisory_unlock(%d)`, migrationLock)); err != nil {
		return err
	}
	_, err := conn.ExecContext(ctx, `RESET ALL`)
	return err
}
