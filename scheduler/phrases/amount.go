package phrases

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"berth/testbeds"
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

// Amounts lists amounts, the processors first: "8 vCPU, 16 GB memory".
func Amounts(q testbeds.Quantities) string {
	var list []string
	for _, name := range slices.SortedFunc(maps.Keys(q), func(a, b string) int { return strings.Compare(rank(a), rank(b)) }) {
		if q[name] != 0 {
			list = append(list, Amount(name, q[name]))
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

// Resource names a resource for people: "wins-5g iris memory", "wins-5g usrp-n210".
func Resource(r testbeds.Resource) string {
	if r.Device != "" {
		return r.Testbed + " " + r.Device
	}
	return r.Testbed + " " + r.VIM + " " + Quantity(r.Quantity)
}

// Shortage says how much of a resource is missing, without the time: "short by 1 (3 needed, 2 free)", "short by 28 GB (8 GB needed, overbooked by
// 20 GB)".
func Shortage(c testbeds.Conflict) string {
	size := func(n int64) string { return Size(c.Resource.Quantity, n) }
	left := size(c.Free) + " free"
	switch {
	case c.Free < 0:
		left = "overbooked by " + size(-c.Free)
	case c.Free == 0:
		left = "none free"
	}
	return fmt.Sprintf("short by %s (%s needed, %s)", size(c.ShortBy), size(c.Needed), left)
}

// Takers names those who have the capacity of a conflict: "#26 MARATHON, 2 other experiments and closed: painting"; empty where nobody is known.
func Takers(c testbeds.Conflict) string {
	var names []string
	unnamed := 0
	for _, t := range c.TakenBy {
		switch {
		case t.Kind == testbeds.TakerBooking && t.Request == 0:
			unnamed++
			continue
		case t.Kind == testbeds.TakerBooking:
			names = append(names, strings.TrimSpace(fmt.Sprintf("#%d %s", t.Request, t.Summary)))
			continue
		case t.Kind == testbeds.TakerClosure:
			names = append(names, "a closure ("+t.Summary+")")
			continue
		}
		names = append(names, t.Summary)
	}
	switch unnamed += c.More; {
	case unnamed == 1 && len(names) == 0:
		names = append(names, "another experiment")
	case unnamed == 1:
		names = append(names, "one more experiment")
	case unnamed > 1:
		names = append(names, fmt.Sprintf("%d other experiments", unnamed))
	}
	return strings.Join(names, ", ")
}
