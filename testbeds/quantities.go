package testbeds

import (
	"maps"
	"slices"
	"strings"

	"berth/testbeds/plain"
)

// Words lists the amounts in people's units, the processors first: "8 vCPU, 16 GB memory".
func (q Quantities) Words() string {
	var list []string
	for _, name := range slices.SortedFunc(maps.Keys(q), func(a, b string) int { return strings.Compare(rank(a), rank(b)) }) {
		if q[name] != 0 {
			list = append(list, plain.Amount(name, q[name]))
		}
	}
	return strings.Join(list, ", ")
}

func rank(quantity string) string {
	if quantity == "vcpu" {
		return ""
	}
	return quantity
}
