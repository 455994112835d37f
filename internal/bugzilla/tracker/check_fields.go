package tracker

import (
	"berth/internal/bugzilla"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// fields checks the fields in the settings, and looks for mandatory ones that are missing there.
func (k *checking) fields(ctx context.Context) bool {
	list, err := k.t.client.Fields(ctx)
	if k.failed("fields", err) {
		return false
	}
	wrong := len(k.list)
	for _, f := range list {
		if k.t.settings.lacks(f) {
			k.bad("fields", fmt.Sprintf("%s (%s) is mandatory%s", f.Name, f.Label, legal(f)), "give it with bugzilla_fields, such as "+f.Name+"="+example(f))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(k.t.settings.Fields)) {
		k.given(list, name)
	}
	if len(k.list) == wrong {
		k.good("fields", "every mandatory field is given")
	}
	return true
}

// given checks a field of the settings.
func (k *checking) given(list []bugzilla.Field, name string) {
	if name == "groups" {
		return // no server lists their values
	}
	i := slices.IndexFunc(list, func(f bugzilla.Field) bool { return f.Name == bugzilla.Column(name) })
	if i < 0 {
		k.bad("fields", "there is no field "+name, "set bugzilla_fields")
		return
	}
	values := list[i].Legal()
	for value := range strings.SplitSeq(k.t.settings.Fields[name], "|") {
		if len(values) > 0 && !slices.Contains(values, value) {
			k.bad("fields", fmt.Sprintf("%s cannot be %q%s", name, value, legal(list[i])), "set bugzilla_fields")
		}
	}
}

// lacks reports whether a mandatory field of new tickets is given by neither Berth nor the settings.
func (s Settings) lacks(f bugzilla.Field) bool {
	_, given := s.Fields[f.Name]
	if given || !f.Custom || !f.Mandatory {
		return false
	}
	switch f.When {
	case "":
		return true
	case "product":
		return slices.Contains(f.WhenIs, s.Product)
	case "component":
		return slices.ContainsFunc(s.components(), func(c string) bool { return slices.Contains(f.WhenIs, c) })
	}
	return false
}

// legal lists the values of a field.
func legal(f bugzilla.Field) string {
	values := slices.DeleteFunc(f.Legal(), func(v string) bool { return v == "" || v == "---" })
	if len(values) == 0 {
		return ""
	}
	const most = 20
	if len(values) > most {
		return fmt.Sprintf("; it can be %s, and %d others", strings.Join(values[:most], ", "), len(values)-most)
	}
	return "; it can be " + strings.Join(values, ", ")
}

func example(f bugzilla.Field) string {
	for _, v := range f.Legal() {
		if v != "" && v != "---" {
			return v
		}
	}
	return "…"
}
