package store

import (
	"context"

	"berth/scheduler"
)

// maxProperties bounds a person's properties of one collection.
const maxProperties = 40

// CalendarProperties returns a person's own properties of collections: values by collection and name.
func (s *Store) CalendarProperties(ctx context.Context, owner string) (map[string]map[string]string, error) {
	found := map[string]map[string]string{}
	err := s.View(ctx, func(tx scheduler.Reader) error {
		clear(found)
		_, err := all(ctx, tx.(*reader).tx, func(s scan) (x struct{}, err error) {
			var collection, name, value string
			err = s(&collection, &name, &value)
			if found[collection] == nil {
				found[collection] = map[string]string{}
			}
			found[collection][name] = value
			return x, err
		}, `SELECT collection, name, value FROM calendar_properties WHERE owner = $1`, owner)
		return err
	})
	return found, err
}

// SetCalendarProperties changes some of them; a nil value removes one.
func (s *Store) SetCalendarProperties(ctx context.Context, owner, collection string, values map[string]*string) error {
	return s.Change(ctx, nil, func(tx scheduler.Tx) error {
		w := tx.(*writer)
		w.accounts = true
		for name, value := range values {
			if _, err := w.exec(ctx, "property", `DELETE FROM calendar_properties WHERE owner = $1 AND collection = $2 AND name = $3`, owner, collection, name); err != nil {
				return err
			}
			if value == nil {
				continue
			}
			if _, err := w.exec(ctx, "property", `INSERT INTO calendar_properties (owner, collection, name, value) VALUES ($1, $2, $3, $4)`,
				owner, collection, name, *value); err != nil {
				return err
			}
		}
		n, err := one(ctx, w.tx, "property", number, `SELECT COUNT(*) FROM calendar_properties WHERE owner = $1 AND collection = $2`, owner, collection)
		if err == nil && n > maxProperties {
			err = scheduler.Errorf(scheduler.CodeInvalid, "a person may have at most %d properties of a collection", maxProperties)
		}
		return err
	})
}
