package testbeds

import (
	"cmp"
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Difference is one change that a new facility or catalogue would bring.
type Difference struct {
	Kind  string `json:"kind"`  // added, removed or changed
	Field string `json:"field"` // such as testbeds[wins-5g].devices[usrp-n210].count
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// Diff lists the changes from f to g: first in the order of g, then the removed things in the order of f. A new or removed thing is listed
// without its parts. The order within a list makes no difference.
func (f Facility) Diff(g Facility) []Difference { return differences(f, g) }

// Diff lists the changes from c to d, in the same way.
func (c Catalogue) Diff(d Catalogue) []Difference { return differences(c, d) }

func differences(from, to any) []Difference {
	same := map[string]bool{}
	alike(same, "", reflect.ValueOf(from), reflect.ValueOf(to))
	return compare(outlineOf(from, same), outlineOf(to, same))
}

func compare(old, now *outline) (list []Difference) {
	for _, e := range now.entries {
		switch was, there := old.find(e.field); {
		case there && e.leaf && was.text != e.text:
			list = append(list, Difference{Kind: "changed", Field: e.field, From: was.text, To: e.text})
		case !there && old.has(e.parent):
			list = append(list, Difference{Kind: "added", Field: e.field, To: e.text})
		}
	}
	for _, e := range old.entries {
		if !now.has(e.field) && now.has(e.parent) {
			list = append(list, Difference{Kind: "removed", Field: e.field, From: e.text})
		}
	}
	return list
}

// alike notes the things that are the same in two values, by their field: a change of one closure does not take longer for the thousands beside it.
func alike(same map[string]bool, field string, a, b reflect.Value) {
	switch {
	case a.Kind() == reflect.Pointer:
		if !a.IsNil() && !b.IsNil() {
			alike(same, field, a.Elem(), b.Elem())
		}
	case a.Kind() == reflect.Struct && !isText(a):
		for i := range a.NumField() {
			alike(same, fieldName(field, a.Type().Field(i)), a.Field(i), b.Field(i))
		}
	case areThings(a):
		at := thingNames(field, b)
		theirs := make(map[string]reflect.Value, len(at))
		for i, name := range at {
			theirs[name] = b.Index(i)
		}
		for i, name := range thingNames(field, a) {
			switch other, there := theirs[name]; {
			case there && reflect.DeepEqual(a.Index(i).Interface(), other.Interface()):
				same[name] = true
			case there:
				alike(same, name, a.Index(i), other)
			}
		}
	}
}

// outline flattens a facility or a catalogue: each thing with a name of its own, followed by its values, unless it is the same on both sides.
type outline struct {
	entries []entry
	byField map[string]int
	same    map[string]bool
}

type entry struct {
	field  string
	parent string // the field of the thing that it belongs to, empty at the top
	text   string // a value, or the summary of a thing
	leaf   bool
}

func outlineOf(v any, same map[string]bool) *outline {
	o := &outline{byField: map[string]int{}, same: same}
	o.walk("", "", reflect.ValueOf(v))
	return o
}

func (o *outline) find(field string) (entry, bool) {
	i, ok := o.byField[field]
	if !ok {
		return entry{}, false
	}
	return o.entries[i], true
}

func (o *outline) has(field string) bool {
	_, ok := o.byField[field]
	return ok || field == ""
}

func (o *outline) put(e entry) {
	o.byField[e.field] = len(o.entries)
	o.entries = append(o.entries, e)
}

// walk adds a value and everything in it. Fields are named as in JSON, so that later fields of the model are compared as well.
func (o *outline) walk(field, parent string, v reflect.Value) {
	switch {
	case v.Kind() == reflect.Pointer:
		if !v.IsNil() {
			o.walk(field, parent, v.Elem())
		}
	case v.Kind() == reflect.Struct && !isText(v):
		for i := range v.NumField() {
			o.walk(fieldName(field, v.Type().Field(i)), parent, v.Field(i))
		}
	case areThings(v):
		o.things(field, parent, v)
	case v.Kind() == reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
		for _, k := range keys {
			o.put(entry{field: field + "." + k.String(), parent: parent, text: valueText(v.MapIndex(k)), leaf: true})
		}
	default:
		o.put(entry{field: field, parent: parent, text: valueText(v), leaf: true})
	}
}

// things adds the elements of a list, each under its own name.
func (o *outline) things(field, parent string, list reflect.Value) {
	for i, at := range thingNames(field, list) {
		v := list.Index(i)
		o.put(entry{field: at, parent: parent, text: thingText(v.Interface())})
		if !o.same[at] {
			o.walk(at, at, v)
		}
	}
}

func areThings(v reflect.Value) bool {
	return v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct && !isText(reflect.Zero(v.Type().Elem()))
}

func fieldName(of string, f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return strings.TrimPrefix(of+"."+name, ".")
}

// thingNames names the elements of a list; of several with one name the others are numbered.
func thingNames(field string, list reflect.Value) []string {
	names, taken, last := make([]string, list.Len()), make(map[string]bool, list.Len()), map[string]int{}
	for i := range names {
		plain := field + "[" + thingName(list.Index(i).Interface(), i) + "]"
		at := plain
		for n := max(2, last[plain]+1); taken[at]; n++ {
			at, last[plain] = fmt.Sprintf("%s (%d)]", strings.TrimSuffix(plain, "]"), n), n
		}
		taken[at], names[i] = true, at
	}
	return names
}

func isText(v reflect.Value) bool {
	_, ok := v.Interface().(encoding.TextMarshaler)
	return ok
}

// valueText writes a single value, or a list of them, for people.
func valueText(v reflect.Value) string {
	switch {
	case v.IsZero():
		if v.CanInt() {
			return "0"
		}
		return ""
	case v.Kind() == reflect.Slice:
		var list []string
		for i := range v.Len() {
			list = append(list, valueText(v.Index(i)))
		}
		return strings.Join(list, ", ")
	case v.Kind() == reflect.String:
		return v.String()
	}
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		text, _ := m.MarshalText() // of times and periods, which cannot fail
		return string(text)
	}
	return fmt.Sprint(v.Interface())
}

// thingName distinguishes a thing from the others of its list; a thing without a name goes by its index.
func thingName(v any, i int) string {
	switch v := v.(type) {
	case Testbed:
		return v.ID
	case VIM:
		return v.ID
	case Device:
		return v.ID
	case VNF:
		return v.ID
	case NSD:
		return v.ID
	case Member:
		return v.Index
	case DeviceNeed:
		return v.Testbed + "/" + v.Device
	case Closure:
		return cmp.Or(v.ID, v.Summary)
	case CapacityChange:
		return strings.TrimSpace(cmp.Or(v.VIM, v.Device) + " " + valueText(reflect.ValueOf(v.From)))
	}
	return strconv.Itoa(i)
}

// thingText summarises a thing that is new or gone.
func thingText(v any) string {
	switch v := v.(type) {
	case Testbed:
		return v.Name
	case VIM:
		return v.Capacity.text()
	case Host:
		return fmt.Sprintf("%d × %s", v.Count, v.Size.text())
	case Device:
		return strings.TrimSpace(fmt.Sprintf("%d × %s", v.Count, cmp.Or(v.Name, v.ID)))
	case DeviceNeed:
		return strings.TrimSpace(fmt.Sprintf("%d %s", v.Count, strings.Join(v.Units, ", ")))
	case VNF:
		return v.Size.text()
	case NSD:
		return fmt.Sprintf("%d members", len(v.Members))
	case Member:
		return v.VNF
	case Closure:
		start, _ := v.Start.MarshalText() // cannot fail
		return strings.TrimSpace(fmt.Sprintf("%s %s %s", start, v.Duration, v.RRule))
	case CapacityChange:
		if v.Device != "" {
			return strconv.FormatInt(v.Count, 10)
		}
		return v.Capacity.text()
	}
	return ""
}

// text writes the vector for people: memory_mb 2048, vcpu 1.
func (q Quantities) text() string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(q)) {
		list = append(list, fmt.Sprintf("%s %d", name, q[name]))
	}
	return strings.Join(list, ", ")
}
