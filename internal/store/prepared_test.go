package store_test

import (
	"fmt"
	"testing"

	"berth/internal/store"
	"berth/internal/testdb"
)

// TestPreparedStatementsAnswerLikeNewOnes runs texts again: nested in themselves, after failures, after the schema was changed by others, and
// more of them than are kept.
func TestPreparedStatementsAnswerLikeNewOnes(t *testing.T) {
	t.Parallel()
	dsn := testdb.SQLite(t)
	db, other := store.Writing(testdb.Open(t, dsn)), connect(t, dsn)
	execute(t, db, "CREATE TABLE letters (id BIGINT PRIMARY KEY, letter TEXT NOT NULL)")
	const insert, query = "INSERT INTO letters (id, letter) VALUES ($1, $2)", "SELECT COUNT(*) FROM letters WHERE letter >= $1"
	for i, letter := range []string{"a", "b", "c"} {
		execute(t, db, insert, i, letter)
		for range 2 {
			if _, err := db.ExecContext(t.Context(), insert, i, letter); err == nil {
				t.Fatal("a row was written twice")
			}
		}
		if n := count(t, db, query, "a"); n != int64(i+1) {
			t.Fatalf("%d rows, want %d", n, i+1)
		}
	}
	t.Run("nested", func(t *testing.T) {
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		const from = "SELECT letter FROM letters WHERE id >= $1 ORDER BY id"
		outer, err := tx.QueryContext(t.Context(), from, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer outer.Close()
		got := ""
		for i := 0; outer.Next(); i++ {
			var a, b string
			if err := outer.Scan(&a); err != nil {
				t.Fatal(err)
			}
			if err := tx.QueryRowContext(t.Context(), from, i).Scan(&b); err != nil {
				t.Fatal(err)
			}
			got += a + b
		}
		if got != "aabbcc" || outer.Err() != nil {
			t.Errorf("read %q, %v", got, outer.Err())
		}
	})
	execute(t, other, "ALTER TABLE letters ADD COLUMN note TEXT NOT NULL DEFAULT ''")
	execute(t, other, insert, 7, "z")
	if n := count(t, db, query, "c"); n != 2 {
		t.Errorf("%d rows after the change of another connection, want 2", n)
	}
	for i := range 2 * store.MaxPrepared {
		if n := count(t, db, fmt.Sprintf("%s AND id >= -%d", query, i), "b"); n != 3 {
			t.Fatalf("text %d: %d rows, want 3", i, n)
		}
	}
	if n := count(t, db, query, "z"); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
}
