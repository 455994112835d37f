package facilityfile

import (
	"encoding"
	"reflect"
	"strconv"

	"berth/testbeds"
	"berth/testbeds/plain"

	"go.yaml.in/yaml/v3"
)

// text fills values with a written form of their own, such as periods. YAML may have taken a local time for a
// timestamp.
func (d *decoder) text(n *yaml.Node, v encoding.TextUnmarshaler, p path) {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" && n.Tag != "!!timestamp" {
		d.fault(n.Line, p.file, "must be %s", form(v))
		return
	}
	if err := v.UnmarshalText([]byte(n.Value)); err != nil {
		d.fault(n.Line, p.file, "must be %s, not %q", form(v), clip(n.Value))
	}
}

// form describes the written form of a value.
func form(v encoding.TextUnmarshaler) string {
	switch v := v.(type) {
	case *testbeds.Period:
		return "an ISO 8601 duration such as PT10H or P3D, up to ten years"
	case interface{ Form() string }:
		return v.Form()
	}
	return "a local time such as 2026-01-05T08:00:00, without a zone"
}

func (d *decoder) word(n *yaml.Node, v reflect.Value, p path) {
	switch {
	case n.Kind != yaml.ScalarNode:
		d.fault(n.Line, p.file, "must be text")
	case n.Tag != "!!str":
		d.fault(n.Line, p.file, "must be text; put %s in quotes", clip(n.Value))
	default:
		v.SetString(n.Value)
	}
}

// number fills text that may be written as a number, and keeps its digits.
func (d *decoder) number(n *yaml.Node, v reflect.Value, p path) {
	if d.plain(n, p) {
		v.SetString(n.Value)
	}
}

func (d *decoder) integer(n *yaml.Node, v reflect.Value, p path) {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" {
		d.fault(n.Line, p.file, "must be a whole number")
		return
	}
	// YAML also reads 010 as eight and 0x10 as sixteen, which no author of an amount means.
	i, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil || n.Value != strconv.FormatInt(i, 10) {
		d.fault(n.Line, p.file, "must be a whole number in plain digits")
		return
	}
	v.SetInt(i)
}

// boolean fills yes or no.
func (d *decoder) boolean(n *yaml.Node, v reflect.Value, p path) {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
		d.fault(n.Line, p.file, "must be true or false")
		return
	}
	v.SetBool(n.Value == "true" || n.Value == "True" || n.Value == "TRUE")
}

// clip shortens quotations in messages.
func clip(s string) string { return plain.Clip(s, 60) }
