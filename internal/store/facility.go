package store

import (
	"context"
	"encoding/hex"
	"fmt"

	"berth/scheduler"
	"berth/testbeds"
)

func number(s scan) (n int64, err error) { return n, s(&n) }
func words(s scan) (t string, err error) { return t, s(&t) }

// FacilityRevision returns a number that grows with every change of facility or catalogue.
func (r *reader) FacilityRevision(ctx context.Context) (int64, error) {
	return one(ctx, r.tx, "facility", number, `SELECT revision FROM facility WHERE id = 1`)
}

// Facility reads all testbeds in the order of their file.
func (r *reader) Facility(ctx context.Context) (testbeds.Facility, error) {
	list, err := all(ctx, r.tx, testbedRow, `SELECT document FROM testbeds ORDER BY position`)
	return testbeds.Facility{Testbeds: list}, err
}

// Testbed reads one testbed.
func (r *reader) Testbed(ctx context.Context, id string) (testbeds.Testbed, error) {
	return one(ctx, r.tx, fmt.Sprintf("testbed %q", id), testbedRow, `SELECT document FROM testbeds WHERE id = $1`, id)
}

func testbedRow(s scan) (testbeds.Testbed, error) {
	text, err := words(s)
	if err != nil {
		return testbeds.Testbed{}, err
	}
	return parsed[testbeds.Testbed]("testbed", text)
}

// Catalogue reads the catalogue.
func (r *reader) Catalogue(ctx context.Context) (testbeds.Catalogue, error) {
	text, err := one(ctx, r.tx, "catalogue", words, `SELECT catalogue FROM facility WHERE id = 1`)
	if err != nil {
		return testbeds.Catalogue{}, err
	}
	return parsed[testbeds.Catalogue]("catalogue", text)
}

// Secret reads the instance's own random key.
func (r *reader) Secret(ctx context.Context) ([]byte, error) {
	text, err := one(ctx, r.tx, "secret", words, `SELECT secret FROM facility WHERE id = 1`)
	if err != nil {
		return nil, err
	}
	return hex.DecodeString(text)
}

// PutFacility replaces all testbeds. It writes those that differ: a position says no more than which testbed comes first, so that the others stay when
// one goes.
func (w *writer) PutFacility(ctx context.Context, f testbeds.Facility) error {
	type row struct {
		position int64
		document string
	}
	have, gone := map[string]row{}, []string{}
	err := w.each(ctx, func(s scan) error {
		var id string
		var x row
		err := s(&id, &x.position, &x.document)
		have[id], gone = x, append(gone, id)
		return err
	}, `SELECT id, position, document FROM testbeds ORDER BY id`)
	if err != nil {
		return err
	}
	keep := make([]string, 0, len(f.Testbeds))
	last := int64(-1)
	for _, t := range f.Testbeds {
		keep = append(keep, t.ID)
		text, err := document("testbed", t)
		if err != nil {
			return err
		}
		old, there := have[t.ID]
		last = max(last+1, old.position)
		if there && old == (row{last, text}) {
			continue
		}
		if _, err := w.exec(ctx, "testbed", `INSERT INTO testbeds (id, position, document) VALUES ($1, $2, $3)
			ON CONFLICT (id) DO UPDATE SET position = excluded.position, document = excluded.document`, t.ID, last, text); err != nil {
			return err
		}
	}
	for _, id := range without(gone, keep) {
		if _, err := w.exec(ctx, "testbed", `DELETE FROM testbeds WHERE id = $1`, id); err != nil {
			return err
		}
	}
	return w.revise(ctx)
}

func without[T comparable](list, gone []T) []T {
	is := map[T]bool{}
	for _, x := range gone {
		is[x] = true
	}
	var rest []T
	for _, x := range list {
		if !is[x] {
			rest = append(rest, x)
		}
	}
	return rest
}

// PutCatalogue replaces the catalogue.
func (w *writer) PutCatalogue(ctx context.Context, c testbeds.Catalogue) error {
	text, err := document("catalogue", c)
	if err != nil {
		return err
	}
	if _, err := w.exec(ctx, "catalogue", `UPDATE facility SET catalogue = $1 WHERE id = 1`, text); err != nil {
		return err
	}
	return w.revise(ctx)
}

func (w *writer) revise(ctx context.Context) error {
	w.refitted, w.dirty = true, true
	_, err := w.exec(ctx, "facility", `UPDATE facility SET revision = revision + 1 WHERE id = 1`)
	return err
}

var _ scheduler.FacilityWriter = (*writer)(nil)
