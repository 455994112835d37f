package facilityfile

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"berth/testbeds"

	"go.yaml.in/yaml/v3"
)

// decoder fills the model from YAML nodes. yaml.v3's own decoding takes numbers for text, forgives much, and names no fields.
type decoder struct {
	name   string
	faults testbeds.Faults
	places map[string]place
}

// maxEntries bounds every list and mapping. The model's own limits, most of which are lower, are checked by validation.
const maxEntries = 10_000

// path names a value twice: as the model's JSON does, which is how validation names it, and as the file does. The two differ where
// amounts stand directly in a VNF or a host.
type path struct{ model, file string }

func (p path) key(model, file string) path {
	return path{join(p.model, model), join(p.file, file)}
}

func (p path) index(i int) path {
	return path{fmt.Sprintf("%s[%d]", p.model, i), fmt.Sprintf("%s[%d]", p.file, i)}
}

func join(field, key string) string {
	if field == "" || key == "" {
		return field + key
	}
	return field + "." + key
}

func (d *decoder) fault(line int, field, rule string, args ...any) {
	d.faults.Add(testbeds.Fault{File: d.name, Line: line, Field: field, Rule: fmt.Sprintf(rule, args...)})
}

func (d *decoder) found(p path, line int) {
	if _, ok := d.places[p.model]; !ok {
		d.places[p.model] = place{line, p.file}
	}
}

// value fills v, which is of a kind that the model has, from a node.
func (d *decoder) value(n *yaml.Node, v reflect.Value, p path) {
	if !d.plain(n, p) {
		return
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if text, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		d.text(n, text, p)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.mapping(n, v, p)
	case reflect.Slice:
		d.sequence(n, v, p)
	case reflect.Map:
		d.entries(n, v, p)
	case reflect.Int64:
		d.integer(n, v, p)
	case reflect.String:
		d.word(n, v, p)
	case reflect.Bool:
		d.boolean(n, v, p)
	default:
		panic("facilityfile: no YAML decoding for kind " + v.Type().String())
	}
}

// plain refuses the features of YAML beyond data: sharing, and types of its own.
func (d *decoder) plain(n *yaml.Node, p path) bool {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		d.fault(n.Line, p.file, "must be written out: anchors (&) and aliases (*) are not allowed")
	case n.Style&yaml.TaggedStyle != 0:
		d.fault(n.Line, p.file, "must not have a tag (%s)", clip(n.Tag))
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
		d.fault(n.Line, p.file, "is empty: leave the key out, or give it a value")
	default:
		return true
	}
	return false
}

func (d *decoder) sequence(n *yaml.Node, v reflect.Value, p path) {
	if n.Kind != yaml.SequenceNode {
		d.fault(n.Line, p.file, "must be a list")
		return
	}
	if len(n.Content) > maxEntries {
		d.fault(n.Line, p.file, "has %d entries, at most %d are allowed", len(n.Content), maxEntries)
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, e := range n.Content {
		at := p.index(i)
		d.found(at, e.Line)
		d.value(e, v.Index(i), at)
	}
}

// pair is one key with its value.
type pair struct {
	key   string
	line  int
	value *yaml.Node
}

// pairs lists the keys and values of a mapping, each key once. Numbers are keys only if numeric is set.
func (d *decoder) pairs(n *yaml.Node, p path, numeric bool) []pair {
	if n.Kind != yaml.MappingNode {
		d.fault(n.Line, p.file, "must be a mapping of keys to values")
		return nil
	}
	if len(n.Content)/2 > maxEntries {
		d.fault(n.Line, p.file, "has %d keys, at most %d are allowed", len(n.Content)/2, maxEntries)
		return nil
	}
	seen := map[string]int{}
	var list []pair
	for c := range slices.Chunk(n.Content, 2) {
		k := c[0]
		isKey := k.Kind == yaml.ScalarNode && (k.Tag == "!!str" || numeric && k.Tag == "!!int")
		if !isKey || k.Anchor != "" || k.Style&yaml.TaggedStyle != 0 {
			d.fault(k.Line, p.file, "has a key that is not plain text")
			continue
		}
		if line, ok := seen[k.Value]; ok {
			d.fault(k.Line, join(p.file, clip(k.Value)), "comes twice, first in line %d", line)
			continue
		}
		seen[k.Value] = k.Line
		list = append(list, pair{k.Value, k.Line, c[1]})
	}
	return list
}

// entries fills amounts by name, or text by name.
func (d *decoder) entries(n *yaml.Node, v reflect.Value, p path) {
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	for _, e := range d.pairs(n, p, v.Type().Elem().Kind() == reflect.String) {
		d.entry(e, v, p.key(e.key, e.key))
	}
}

func (d *decoder) entry(e pair, m reflect.Value, p path) {
	d.found(p, e.line)
	v := reflect.New(m.Type().Elem()).Elem()
	d.value(e.value, v, p)
	m.SetMapIndex(reflect.ValueOf(e.key), v)
}

// mapping fills a struct.
func (d *decoder) mapping(n *yaml.Node, v reflect.Value, p path) {
	if n.Kind != yaml.MappingNode {
		d.fault(n.Line, p.file, "must be a mapping of keys to values")
		return
	}
	fields := fieldsOf(v.Type())
	seen := map[string]bool{}
	for _, e := range d.pairs(n, p, false) {
		seen[e.key] = true
		if !d.member(e, v, fields, p) {
			d.fault(e.line, join(p.file, clip(e.key)), "is not a key here; the keys are %s", strings.Join(keys(fields), ", "))
		}
	}
	for _, f := range fields {
		if f.required(v) && !seen[f.key] {
			d.fault(n.Line, join(p.file, f.key), "is missing")
		}
	}
}

// member fills the field that a key names, and reports whether it exists.
func (d *decoder) member(e pair, v reflect.Value, fields []field, p path) bool {
	for _, f := range fields {
		at := v.Field(f.index)
		switch {
		case f.inline && e.key == otherQuantities:
			d.found(p.key(f.json, e.key), e.line)
			if d.plain(e.value, p.key("", e.key)) {
				d.others(e.value, at, p, f)
			}
		case f.inline && slices.Contains(usualQuantities(), e.key):
			if at.IsNil() {
				at.Set(reflect.MakeMap(at.Type()))
			}
			d.entry(e, at, p.key(f.json+"."+e.key, e.key))
		case !f.inline && f.key == e.key:
			d.found(p.key(f.json, f.key), e.line)
			if e.value.Tag == "!!int" && f.number {
				d.number(e.value, at, p.key(f.json, f.key))
			} else {
				d.value(e.value, at, p.key(f.json, f.key))
			}
		default:
			continue
		}
		return true
	}
	return false
}

// others fills the amounts that are not usual ones; usual ones belong beside them, not among them.
func (d *decoder) others(n *yaml.Node, v reflect.Value, p path, f field) {
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	for _, e := range d.pairs(n, p.key("", otherQuantities), false) {
		at := p.key(f.json+"."+e.key, otherQuantities+"."+e.key)
		if slices.Contains(usualQuantities(), e.key) {
			d.fault(e.line, at.file, "must be written one level up, without %s", otherQuantities)
			continue
		}
		d.entry(e, v, at)
	}
}
