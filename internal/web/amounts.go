package web

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/testbeds"
)

// unit is what an amount is typed in: its name, and how many of the model's units it is.
type unit struct {
	Name string
	Of   int64
}

// units lists what the amounts of a quantity can be typed in, the smallest first; nil for bare numbers.
func units(quantity string) []unit {
	switch {
	case strings.HasSuffix(quantity, "_mb"):
		return []unit{{"MB", 1}, {"GB", 1024}, {"TB", 1024 * 1024}}
	case strings.HasSuffix(quantity, "_gb"):
		return []unit{{"GB", 1}, {"TB", 1024}}
	}
	return nil
}

// typed is an amount as a form shows it.
type typed struct {
	Name, Label string // of the field; the unit's has .unit behind it
	Value, Unit string
	Units       []unit
	Hint        string
}

// asTyped writes an amount in the largest unit that needs no fraction. There is no value for nothing.
func asTyped(name, label string, n int64, units []unit) typed {
	t := typed{Name: name, Label: label, Units: units}
	if len(units) > 0 {
		t.Unit = units[min(1, len(units)-1)].Name
	}
	if n == 0 {
		return t
	}
	t.Value = strconv.FormatInt(n, 10)
	for _, u := range units {
		if n%u.Of == 0 {
			t.Value, t.Unit = strconv.FormatInt(n/u.Of, 10), u.Name
		}
	}
	return t
}

// readAmount reads an amount with its unit; nothing is 0.
func readAmount(form url.Values, name string, of []unit) (int64, error) {
	text := strings.ReplaceAll(strings.TrimSpace(form.Get(name)), ",", ".")
	if text == "" {
		return 0, nil
	}
	factor := int64(1)
	for _, u := range of {
		if u.Name == form.Get(name+".unit") {
			factor = u.Of
		}
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || x < 0 || math.IsNaN(x) {
		return 0, invalid(name, "must be a number, such as 128")
	}
	n := x * float64(factor)
	if n > testbeds.MaxAmount {
		return 0, invalid(name, "is too much")
	}
	if n != math.Trunc(n) {
		return 0, invalid(name, "must be a whole number in this unit")
	}
	return int64(n), nil
}

// usualQuantities lists the quantities that have a field of their own.
var usualQuantities = []string{"vcpu", "memory_mb", "storage_gb"}

// spareRows is how many empty rows a list in a form has.
const spareRows = 2

// maxRows bounds the rows of a list that a form can have.
const maxRows = 200

// other is a quantity without a field of its own.
type other struct {
	Row          int
	Name, Amount string
}

// otherRows lists the quantities without a field of their own, and empty rows for more.
func otherRows(q testbeds.Quantities) (list []other) {
	var names []string
	for name := range q {
		if !slices.Contains(usualQuantities, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for i, name := range names {
		list = append(list, other{i, name, strconv.FormatInt(q[name], 10)})
	}
	for range spareRows {
		list = append(list, other{Row: len(list)})
	}
	return list
}

// usualFields lists the fields of the usual quantities.
func usualFields(prefix string, q testbeds.Quantities) []typed {
	return []typed{asTyped(prefix+"vcpu", "vCPU", q["vcpu"], nil), asTyped(prefix+"memory_mb", "Memory", q["memory_mb"], units("memory_mb")), asTyped(prefix+"storage_gb", "Storage", q["storage_gb"], units("storage_gb"))}
}

// readQuantities reads the usual quantities, and the others in rows.
func readQuantities(form url.Values, prefix string) (testbeds.Quantities, error) {
	q := testbeds.Quantities{}
	for _, name := range usualQuantities {
		n, err := readAmount(form, prefix+name, units(name))
		if err != nil {
			return nil, err
		}
		if strings.TrimSpace(form.Get(prefix+name)) != "" {
			q[name] = n
		}
	}
	for i := range maxRows {
		field := prefix + "other." + strconv.Itoa(i)
		if !form.Has(field) {
			break
		}
		name := strings.TrimSpace(form.Get(field))
		if name == "" {
			continue
		}
		n, err := readAmount(form, field+".amount", nil)
		if err != nil {
			return nil, err
		}
		q[name] = n
	}
	return q, nil
}

// periodUnits is what a length of time is typed in, in seconds.
var periodUnits = []unit{{"minutes", 60}, {"hours", 3600}, {"days", 24 * 3600}}

// periodField writes a length of time as a form shows it.
func periodField(name, label, hint string, p testbeds.Period) typed {
	seconds := int64(p.Exact() / time.Second)
	t := typed{Name: name, Label: label, Unit: "minutes", Units: periodUnits, Hint: hint}
	if seconds == 0 {
		return t
	}
	t.Value = strconv.FormatFloat(float64(seconds)/60, 'f', -1, 64)
	for _, u := range periodUnits {
		if seconds%u.Of == 0 {
			t.Value, t.Unit = strconv.FormatInt(seconds/u.Of, 10), u.Name
		}
	}
	return t
}

// readPeriod reads a length of time; ok is false where none was typed.
func readPeriod(form url.Values, name string) (p testbeds.Period, ok bool, err error) {
	n, err := readAmount(form, name, periodUnits)
	return testbeds.Period{Clock: time.Duration(n) * time.Second}, strings.TrimSpace(form.Get(name)) != "", err
}

// readWords reads a list that is written with commas or white space between its words.
func readWords(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' || r == '\r' || r == '\t' })
}
