package phrases

import (
	"berth/testbeds"
	"berth/testbeds/plain"
)

// Size writes an amount of a quantity without its name, as plain.Size does.
func Size(quantity string, n int64) string { return plain.Size(quantity, n) }

// Quantity names a quantity, as plain.Quantity does.
func Quantity(quantity string) string { return plain.Quantity(quantity) }

// Amounts lists amounts, as Quantities.Words does.
func Amounts(q testbeds.Quantities) string { return q.Words() }
