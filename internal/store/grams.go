package store

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"

	"berth/scheduler"
)

// Texts in requests are found by the three characters that they consist of, overlapping: "video" holds vid, ide and deo. The index holds these of
// each request: a full-text table of SQLite, an array with a GIN index of PostgreSQL, neither of which needs an extension. It only nominates
// requests; the text itself is compared afterwards, so signs that mean something to a database mean nothing here. A text of less than three
// characters has none, and is looked for in the newest requests first.

// gramLength is the number of characters of a gram, maxGrams the number of grams that a search uses.
const (
	gramLength = 3
	maxGrams   = 40
)

// grams lists the grams of a text, each once, as the hexadecimal digits of its bytes, with spaces between them.
func grams(text string) string {
	starts := make([]int, 0, len(text)+1)
	for i := range text {
		starts = append(starts, i)
	}
	starts = append(starts, len(text))
	var list []string
	for i := 0; i+gramLength < len(starts); i++ {
		list = append(list, text[starts[i]:starts[i+gramLength]])
	}
	slices.Sort(list)
	list = slices.Compact(list)
	b := make([]byte, 0, len(list)*(2*gramLength+1))
	for i, g := range list {
		if i > 0 {
			b = append(b, ' ')
		}
		b = hex.AppendEncode(b, []byte(g))
	}
	return string(b)
}

// blockBits sizes the blocks of numbers by which PostgreSQL searches: its index has no order, so the newest block comes first.
const blockBits = 12

// gramsValue is a request's value in the column of grams.
func (d dialect) gramsValue(number int64, text string) string {
	if d.name == goose.DialectPostgres {
		return "{" + strings.Join(append(strings.Fields(grams(text)), "n"+strconv.FormatInt(number>>blockBits, 10)), ",") + "}"
	}
	return grams(text)
}

// containing lists where the numbers of requests come from whose text may contain another one; none if only reading all texts tells.
func (d dialect) containing(text string) []source {
	all := strings.Fields(grams(text))
	if len(all) == 0 {
		return nil
	}
	wanted := all[:min(len(all), maxGrams)]
	if d.name == goose.DialectPostgres {
		return []source{{`SELECT g.number FROM generate_series((SELECT MAX(number) FROM requests WHERE number < {before}) >> ` + strconv.Itoa(blockBits) + `, 0, -1) b CROSS JOIN LATERAL (
			WITH nominated AS MATERIALIZED (SELECT x.number FROM request_grams x WHERE x.grams @> (string_to_array(?, ' ') || ('n' || b)))
			SELECT n.number FROM nominated n WHERE n.number < {before} ORDER BY n.number DESC) g LIMIT {limit}`, []any{strings.Join(wanted, " ")}}}
	}
	return []source{
		{`SELECT rowid AS number FROM request_grams WHERE request_grams MATCH ? AND rowid < {before} ORDER BY rowid DESC LIMIT {limit}`,
			[]any{`"` + strings.Join(wanted, `" AND "`) + `"`}},
		{`SELECT number FROM request_ungrammed WHERE number < {before} ORDER BY number DESC LIMIT {limit}`, nil},
	}
}

// gramsEvery is the number of new requests whose texts SQLite indexes at a time: each change of its full-text table costs as much as a decision.
// Until then every search nominates them.
const gramsEvery = 128

// indexTexts makes the texts of new requests ones that are found; the rows are numbers and texts.
func (w *writer) indexTexts(ctx context.Context, texts [][]any) error {
	var rows [][]any
	if w.s.dialect.name == goose.DialectPostgres {
		for _, t := range texts {
			rows = append(rows, []any{t[0], w.s.dialect.gramsValue(t[0].(int64), t[1].(string))})
		}
		return w.add(ctx, "request", `INSERT INTO request_grams (number, grams) VALUES`, ``, rows)
	}
	enough := false
	for _, t := range texts {
		rows = append(rows, t[:1])
		enough = enough || t[0].(int64)%gramsEvery == 0
	}
	if enough {
		if err := w.indexWaiting(ctx); err != nil {
			return err
		}
	}
	return w.add(ctx, "request", `INSERT INTO request_ungrammed (number) VALUES`, ``, rows)
}

// indexWaiting indexes the texts that wait for it.
func (w *writer) indexWaiting(ctx context.Context) error {
	type text struct {
		number int64
		words  string
	}
	list, err := all(ctx, w.tx, func(s scan) (t text, err error) { return t, s(&t.number, &t.words) },
		`SELECT r.number, r.words FROM request_ungrammed u JOIN requests r ON r.number = u.number ORDER BY u.number LIMIT $1`, 4*gramsEvery)
	if err != nil {
		return err
	}
	for _, t := range list {
		if _, err := w.exec(ctx, "request", `INSERT INTO request_grams (rowid, grams) VALUES ($1, $2)`, t.number, w.s.dialect.gramsValue(t.number, t.words)); err != nil {
			return err
		}
		if _, err := w.exec(ctx, "request", `DELETE FROM request_ungrammed WHERE number = $1`, t.number); err != nil {
			return err
		}
	}
	return nil
}

// reindexText follows a request whose text has changed.
func (w *writer) reindexText(ctx context.Context, number int64, text string) error {
	if w.s.dialect.name == goose.DialectPostgres {
		_, err := w.exec(ctx, "request", `UPDATE request_grams SET grams = $2 WHERE number = $1`, number, w.s.dialect.gramsValue(number, text))
		return err
	}
	if _, err := w.exec(ctx, "request", `DELETE FROM request_grams WHERE rowid = $1`, number); err != nil {
		return err
	}
	_, err := w.exec(ctx, "request", `INSERT INTO request_ungrammed (number) VALUES ($1) ON CONFLICT (number) DO NOTHING`, number)
	return err
}

// searched returns the text that a text filter searches.
func searched(r scheduler.Request) string { return strings.ToLower(r.Name + "\n" + r.NSD) }

// unindexed finds the requests that no search for a text finds.
func (d dialect) unindexed() contradiction {
	const text = "request #%s is found by no part of its text%s"
	if d.name == goose.DialectPostgres {
		return contradiction{always, text, `SELECT r.number, '' FROM requests r LEFT JOIN request_grams g ON g.number = r.number WHERE g.number IS NULL ORDER BY r.number`}
	}
	return contradiction{always, text, `SELECT r.number, '' FROM requests r LEFT JOIN request_grams_docsize g ON g.id = r.number
		LEFT JOIN request_ungrammed u ON u.number = r.number WHERE g.id IS NULL AND u.number IS NULL ORDER BY r.number`}
}
