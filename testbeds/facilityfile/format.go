package facilityfile

import (
	"bytes"
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"berth/testbeds"

	"go.yaml.in/yaml/v3"
)

// Format writes a facility, a catalogue, or both as one file that Parse reads as the same values. Either may be nil.
func Format(f *testbeds.Facility, c *testbeds.Catalogue) ([]byte, error) {
	root := &yaml.Node{Kind: yaml.MappingNode}
	if f != nil {
		add(root, "testbeds", nodeOf(reflect.ValueOf(f.Testbeds)))
	}
	if c != nil {
		add(root, "vnfs", nodeOf(reflect.ValueOf(c.VNFs)))
		add(root, "nsds", nodeOf(reflect.ValueOf(c.NSDs)))
	}
	var b bytes.Buffer
	w := yaml.NewEncoder(&b)
	w.SetIndent(2)
	if err := w.Encode(root); err != nil {
		return nil, fmt.Errorf("write YAML: %w", err)
	}
	return b.Bytes(), w.Close()
}

func add(m *yaml.Node, key string, value *yaml.Node) {
	m.Content = append(m.Content, textNode(key), value)
}

// textNode makes a text node, which the encoder quotes if it could be read as another type.
func textNode(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }

func numberNode(n int64) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.FormatInt(n, 10)}
}

// nodeOf writes a value of the model in the form that decoder.value reads.
func nodeOf(v reflect.Value) *yaml.Node {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		text, _ := m.MarshalText() // periods and local times always marshal
		return textNode(string(text))
	}
	switch v.Kind() {
	case reflect.Struct:
		return structNode(v)
	case reflect.Slice:
		list := &yaml.Node{Kind: yaml.SequenceNode}
		if v.Len() == 0 || v.Type().Elem().Kind() != reflect.Struct {
			list.Style = yaml.FlowStyle
		}
		for i := range v.Len() {
			list.Content = append(list.Content, nodeOf(v.Index(i)))
		}
		return list
	case reflect.Map:
		return mapNode(v)
	case reflect.Int64:
		return numberNode(v.Int())
	default:
		return textNode(v.String())
	}
}

func structNode(v reflect.Value) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	switch v.Interface().(type) {
	case testbeds.Host, testbeds.Member, testbeds.DeviceNeed, testbeds.Lateness, testbeds.Deadlines:
		n.Style = yaml.FlowStyle
	}
	for _, f := range fieldsOf(v.Type()) {
		switch at := v.Field(f.index); {
		case f.inline:
			inlineAmounts(n, at.Interface().(testbeds.Quantities))
		case f.required(v) || !empty(at):
			add(n, f.key, nodeOf(at))
		}
	}
	return n
}

func empty(v reflect.Value) bool {
	if v.Kind() == reflect.Slice || v.Kind() == reflect.Map {
		return v.Len() == 0
	}
	return v.IsZero()
}

// inlineAmounts writes the usual amounts among the other keys, and the rest under a key of its own.
func inlineAmounts(n *yaml.Node, q testbeds.Quantities) {
	rest := maps.Clone(q)
	for _, name := range usualQuantities() {
		if amount, ok := rest[name]; ok {
			add(n, name, numberNode(amount))
			delete(rest, name)
		}
	}
	if len(rest) > 0 {
		add(n, otherQuantities, nodeOf(reflect.ValueOf(rest)))
	}
}

// mapNode writes amounts or a placement, the usual amounts first.
func mapNode(v reflect.Value) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
	names := make([]string, 0, v.Len())
	for _, k := range v.MapKeys() {
		names = append(names, k.String())
	}
	slices.Sort(names)
	usual := slices.DeleteFunc(usualQuantities(), func(s string) bool { return !slices.Contains(names, s) })
	names = slices.DeleteFunc(names, func(s string) bool { return slices.Contains(usual, s) })
	for _, name := range append(usual, names...) {
		add(n, name, nodeOf(v.MapIndex(reflect.ValueOf(name))))
	}
	return n
}
