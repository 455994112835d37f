package plain

import (
	"fmt"
	"strconv"
	"strings"
)

// Amount writes an amount of a quantity in people's units, with its name: "32 vCPU", "128 GB memory", "2 TB storage", "4 gpu".
func Amount(quantity string, n int64) string {
	return Size(quantity, n) + " " + Quantity(quantity)
}

// Size writes an amount of a quantity without its name: "128 GB"; the bare number where the quantity has no unit.
func Size(quantity string, n int64) string {
	switch {
	case strings.HasSuffix(quantity, "_mb"):
		return binary(n, "MB", "GB", "TB")
	case strings.HasSuffix(quantity, "_gb"):
		return binary(n, "GB", "TB")
	}
	return strconv.FormatInt(n, 10)
}

// binary writes a number in the largest unit that needs at most one decimal; each unit is 1024 of the one before it.
func binary(n int64, units ...string) string {
	tenths := n * 10
	for len(units) > 1 && n != 0 && tenths%(1024*5) == 0 && (tenths/1024 >= 10 || tenths/1024 <= -10) {
		tenths, units = tenths/1024, units[1:]
	}
	if tenths%10 == 0 {
		return fmt.Sprintf("%d %s", tenths/10, units[0])
	}
	return strconv.FormatFloat(float64(tenths)/10, 'f', 1, 64) + " " + units[0]
}

// Quantity names a quantity for people: "vCPU", "memory", "storage".
func Quantity(quantity string) string {
	if quantity == "vcpu" {
		return "vCPU"
	}
	for _, unit := range []string{"_mb", "_gb"} {
		quantity = strings.TrimSuffix(quantity, unit)
	}
	return strings.ReplaceAll(quantity, "_", " ")
}
