package store

import (
	"context"
	"database/sql"
	"fmt"
)

// turn is a process's turn to migrate a PostgreSQL database. The lock belongs to the very session that migrates: a process that stands
// still loses both together, and cannot go on where another one has taken over.
type turn struct{}

// migrationLock is the key of the advisory lock.
const migrationLock = 723094101

// SessionLock waits for the turn, for a minute at the most. A migration itself may take as long as it needs, but not stand still.
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
			return fmt.Errorf("waiting for others who migrate: %w", err)
		}
	}
	return nil
}

// SessionUnlock ends the turn, and gives the session its own bounds again.
func (turn) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, fmt.Sprintf(`SELECT pg_advisory_unlock(%d)`, migrationLock)); err != nil {
		return err
	}
	_, err := conn.ExecContext(ctx, `RESET ALL`)
	return err
}
