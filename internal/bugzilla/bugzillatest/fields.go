package bugzillatest

import (
	"net/http"
	"slices"
)

// field is a field made by an administrator, or a usual one with a choice of values.
type field struct {
	name, label string
	mandatory   bool
	values      []string // none: any text
	custom      bool
}

// usual lists the fields of every installation that a client may give, by their names in the database.
var usual = []field{
	{name: "priority", label: "Priority", values: []string{"Highest", "High", "Normal", "Low", "Lowest", "---"}},
	{name: "bug_severity", label: "Severity", values: []string{"blocker", "critical", "major", "normal", "minor", "trivial", "enhancement"}},
	{name: "keywords", label: "Keywords", values: []string{"testbed", "5g"}},
	{name: "short_desc", label: "Summary", mandatory: true},
	{name: "see_also", label: "See Also"},
}

// AddField makes a custom field, with a choice of values or, without values, for any text.
func (s *Server) AddField(name, label string, mandatory bool, values ...string) {
	s.locked(func() { s.fields = append(s.fields, field{name, label, mandatory, values, true}) })
}

// allFields lists the fields of bugs, with the values of those with a choice.
func (s *Server) allFields() answer {
	list := []any{}
	for _, f := range slices.Concat(usual, s.fields) {
		values := []any{}
		for _, v := range f.values {
			values = append(values, map[string]any{"name": v})
		}
		shown := map[string]any{"id": len(list) + 1, "name": f.name, "display_name": f.label, "type": 1, "is_custom": f.custom, "is_mandatory": f.mandatory, "is_on_bug_entry": f.mandatory,
			"visibility_field": nil, "visibility_values": []any{}}
		if len(values) > 0 {
			shown["values"] = values
		}
		list = append(list, shown)
	}
	return ok(map[string]any{"fields": list})
}

// names maps database names of fields to those of the interface.
var names = map[string]string{"bug_severity": "severity"}

// choose checks the chosen and the mandatory fields of a new bug.
func (s *Server) choose(b *bug, in map[string]any) *answer {
	for _, f := range slices.Concat(usual, s.fields) {
		name := f.name
		if n := names[name]; n != "" {
			name = n
		}
		given := list(in[name])
		if f.custom && f.mandatory && len(given) == 0 {
			a := s.fail(http.StatusBadRequest, 32000, "A value must be set for the '%s' field.", f.label)
			return &a
		}
		for _, v := range given {
			if len(f.values) > 0 && !slices.Contains(f.values, v) {
				a := s.fail(http.StatusNotFound, 51, "There is no %s named '%s'.", f.label, v)
				return &a
			}
		}
		if len(given) > 0 && name != "see_also" {
			b.chosen[name] = in[name]
		}
	}
	if given, there := in["groups"]; there {
		b.chosen["groups"] = given // unchanged: how servers treat unknown groups was not seen
	}
	return nil
}

// choosable reports whether a new bug may be given a field.
func (s *Server) choosable(name string) bool {
	return slices.Contains([]string{"priority", "severity", "keywords", "groups", "see_also"}, name) ||
		slices.ContainsFunc(s.fields, func(f field) bool { return f.name == name })
}
