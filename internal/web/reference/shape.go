package reference

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Shape is an object that calls share.
type Shape struct {
	Name   string
	About  string
	Fields []Field
}

// Field is one value of an object.
type Field struct {
	Name, About string
	Type        Type
	Required    bool
}

// Type says what a value is; Shape names the object that it is made of, if any.
type Type struct {
	Before, Shape, After string
	Rules                string // limits and choices
}

const refPrefix = "#/components/schemas/"

func (d *document31) shape(name string) Shape {
	s := d.Components.Schemas[name]
	return Shape{Name: name, About: s.Description, Fields: d.fields(s)}
}

// resolved follows a reference.
func (d *document31) resolved(s schema31) schema31 {
	if name, ok := strings.CutPrefix(s.Ref, refPrefix); ok {
		return d.Components.Schemas[name]
	}
	return s
}

// fields lists the fields of an object, the required ones first.
func (d *document31) fields(s schema31) (list []Field) {
	s = d.resolved(s)
	for _, name := range sortedKeys(s.Properties) {
		p := s.Properties[name]
		list = append(list, Field{name, p.Description, d.typeOf(p), slices.Contains(s.Required, name)})
	}
	slices.SortStableFunc(list, func(a, b Field) int { return order(b.Required) - order(a.Required) })
	return list
}

func order(required bool) int {
	if required {
		return 1
	}
	return 0
}

func (d *document31) typeOf(s schema31) Type {
	if name, ok := strings.CutPrefix(s.Ref, refPrefix); ok {
		return Type{Shape: name}
	}
	kinds := slices.DeleteFunc(slices.Clone([]string(s.Types)), func(t string) bool { return t == "null" })
	t := Type{Before: strings.Join(kinds, " or "), Rules: rules(s)}
	switch {
	case s.Items != nil:
		of := d.typeOf(*s.Items)
		t.Before, t.Shape, t.After = "list of "+of.Before, of.Shape, of.After
	case s.More.of != nil:
		of := d.typeOf(*s.More.of)
		t.Before, t.Shape, t.After = "mapping to "+of.Before, of.Shape, of.After
	case s.Format == "date-time":
		t.Before = "instant"
	case s.Format != "" && s.Format != "int64" && s.Format != "int32":
		t.Before += ", " + s.Format
	}
	return t
}

// rules words the limits of a value.
func rules(s schema31) string {
	var list []string
	if len(s.Enum) > 0 {
		words := make([]string, len(s.Enum))
		for i, x := range s.Enum {
			words[i] = fmt.Sprint(x)
		}
		list = append(list, "one of "+strings.Join(words, ", "))
	}
	switch {
	case s.Minimum != nil && s.Maximum != nil:
		list = append(list, s.Minimum.String()+" to "+s.Maximum.String())
	case s.Minimum != nil:
		list = append(list, "at least "+s.Minimum.String())
	case s.Maximum != nil:
		list = append(list, "at most "+s.Maximum.String())
	}
	if s.MaxLength != nil {
		list = append(list, fmt.Sprintf("at most %d characters", *s.MaxLength))
	}
	if s.MaxItems != nil {
		list = append(list, fmt.Sprintf("at most %d entries", *s.MaxItems))
	}
	if s.Pattern != "" {
		list = append(list, s.Pattern)
	}
	if s.Default != nil {
		list = append(list, fmt.Sprintf("default %v", s.Default))
	}
	return strings.Join(list, "; ")
}

// written writes an example as people read it.
func written(raw json.RawMessage) string {
	var b bytes.Buffer
	if len(raw) == 0 || json.Indent(&b, raw, "", "  ") != nil {
		return ""
	}
	return b.String()
}

// curl writes an operation as a command.
func curl(o Operation, base string) string {
	var b strings.Builder
	b.WriteString("curl")
	if o.Method != "GET" && !(o.Method == "POST" && o.Body != nil) {
		b.WriteString(" -X " + o.Method)
	}
	if o.Who != "Anybody, without signing in." {
		b.WriteString(" -H \"Authorization: Bearer $BERTH_TOKEN\"")
	}
	for _, p := range o.Parameters {
		if p.In == "header" && p.Required {
			b.WriteString(" \\\n  -H '" + p.Name + ": …'")
		}
	}
	if o.Body != nil && o.Body.Example != "" {
		b.WriteString(" \\\n  --json '" + o.Body.Example + "'")
	} else if o.Body != nil {
		b.WriteString(" \\\n  --data-binary @file")
	}
	b.WriteString(" \\\n  " + base + filled(o.Path))
	return b.String()
}

// filled replaces the parameters in a path by values that they could have.
func filled(path string) string {
	return strings.NewReplacer("{id}", "42", "{testbed}", "wins-5g", "{user}", "maeve", "{offer}", "1", "{calendar}", "operations").Replace(path)
}
