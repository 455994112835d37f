package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pressly/goose/v3"
)

// ticketKeysVersion is the migration that makes the keys of tickets texts.
const ticketKeysVersion = 10

// ticketKeys turns numbers from the time when Bugzilla was the only ticket system into texts: the keys of tickets, wherever they are
// stored, and those of their comments.
func ticketKeys(d dialect) *goose.Migration {
	return goose.NewGoMigration(ticketKeysVersion, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
		for _, statement := range []string{
			`CREATE TABLE tickets_by_key (key ` + d.key + ` PRIMARY KEY, request ` + d.key + ` NOT NULL, busy BIGINT NOT NULL, document TEXT NOT NULL)`,
			`INSERT INTO tickets_by_key (key, request, busy, document) SELECT CAST(id AS TEXT), request, busy, document FROM tickets`,
			`DROP TABLE tickets`,
			`ALTER TABLE tickets_by_key RENAME TO tickets`,
			`CREATE INDEX tickets_request ON tickets (request)`,
		} {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		for _, r := range []rewriting{
			{"request", "requests", "id", "document", `document LIKE '%"ticket":{%'`, ticketOfRequest},
			{"ticket", "tickets", "key", "document", `document <> ''`, func(doc object) (bool, error) { return doc.quote("seen") }},
			{"mark", "marks", "name", "value", `name = 'bugzilla'`, func(doc object) (bool, error) { return doc.quote("again", "lost") }},
		} {
			if err := r.run(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	}}, nil)
}

// object is a JSON object whose unchanged members stay as they are.
type object map[string]json.RawMessage

// quote turns the numbers in some members into texts, each a number or a list of them.
func (o object) quote(members ...string) (changed bool, err error) {
	for _, name := range members {
		var list []json.Number
		raw, there := o[name]
		if !there || json.Unmarshal(raw, &list) != nil { // null, or text already
			continue
		}
		texts := make([]string, len(list))
		for i, n := range list {
			texts[i] = n.String()
		}
		if o[name], err = json.Marshal(texts); err != nil {
			return false, err
		}
		changed = true
	}
	return changed, nil
}

// ticketOfRequest turns the key of a request's ticket into a text.
func ticketOfRequest(doc object) (changed bool, err error) {
	var ticket object
	raw, there := doc["ticket"]
	if !there { // a nested member has this name
		return false, nil
	}
	if err := json.Unmarshal(raw, &ticket); err != nil {
		return false, err
	}
	var key json.Number
	if err := json.Unmarshal(ticket["id"], &key); err != nil {
		return false, err
	}
	if ticket["id"], err = json.Marshal(key.String()); err != nil {
		return false, err
	}
	doc["ticket"], err = json.Marshal(ticket)
	return true, err
}

// rewriting changes the documents in some rows of a table, page by page.
type rewriting struct {
	what, table, id, document, where string
	change                           func(object) (changed bool, err error)
}

func (r rewriting) run(ctx context.Context, tx *sql.Tx) error {
	names := strings.NewReplacer("{id}", r.id, "{document}", r.document, "{table}", r.table, "{where}", r.where)
	for after := ""; ; {
		page, err := all(ctx, tx, func(s scan) (row [2]string, err error) { return row, s(&row[0], &row[1]) },
			names.Replace(`SELECT {id}, {document} FROM {table} WHERE {where} AND {id} > $1 ORDER BY {id} LIMIT 500`), after)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, row := range page {
			after = row[0]
			text, err := r.rewritten(row[1])
			if err == nil && text != row[1] {
				_, err = tx.ExecContext(ctx, names.Replace(`UPDATE {table} SET {document} = $1 WHERE {id} = $2`), text, row[0])
			}
			if err != nil {
				return fmt.Errorf("%s %s: %w", r.what, row[0], err)
			}
		}
	}
}

// rewritten returns a document after the change, and an unaffected one as it was.
func (r rewriting) rewritten(text string) (string, error) {
	var doc object
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		return "", err
	}
	changed, err := r.change(doc)
	if err != nil || !changed {
		return text, err
	}
	b, err := json.Marshal(doc)
	return string(b), err
}
