package facilityfile

import (
	"reflect"
	"strings"

	"berth/testbeds"
)

// field is a field of a struct of the model, as its tags describe it.
type field struct {
	index     int
	json      string
	key       string // in YAML
	omitempty bool
	inline    bool // amounts that are written among the other keys
	number    bool // text that may be written as a number
}

func fieldsOf(t reflect.Type) []field {
	var list []field
	for i := range t.NumField() {
		if !t.Field(i).IsExported() {
			continue
		}
		tag := t.Field(i).Tag
		key, options, _ := strings.Cut(tag.Get("yaml"), ",")
		json, _, _ := strings.Cut(tag.Get("json"), ",")
		list = append(list, field{
			index: i, json: json, key: key, omitempty: options == "omitempty", inline: options == "inline",
			number: t == reflect.TypeFor[testbeds.Member]() && key == "index",
		})
	}
	return list
}

// required reports whether the field must be written. The count in a change of a device is required: without it the change would
// remove all of them.
func (f field) required(in reflect.Value) bool {
	if change, ok := in.Interface().(testbeds.CapacityChange); ok && f.key == "count" {
		return change.Device != ""
	}
	return !f.omitempty && !f.inline
}

// otherQuantities is the key of the amounts that are not usual ones.
const otherQuantities = "quantities"

// usualQuantities lists the amounts that are written directly in a VNF or a host, in their order.
func usualQuantities() []string { return []string{"vcpu", "memory_mb", "storage_gb"} }

// keys lists the possible keys of a mapping.
func keys(fields []field) []string {
	var list []string
	for _, f := range fields {
		if f.inline {
			list = append(append(list, usualQuantities()...), otherQuantities)
		} else {
			list = append(list, f.key)
		}
	}
	return list
}
