package store

import "berth/scheduler"

// Touch marks bookings as changed by a transaction, which otherwise takes a statement for each.
func Touch(tx scheduler.Tx, ids ...int64) {
	for _, id := range ids {
		tx.(*writer).bookings.add(id)
	}
}
