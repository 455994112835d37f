package config

import (
	"slices"
	"strings"
)

// Setting describes one setting, and knows how its text becomes a value.
type Setting struct {
	Name    string // as berth.toml writes it
	Group   string // one of Groups
	Default string // empty: none
	Help    string // sentences about its purpose, with unit and limits
	Example string // a value that shows the syntax, if Help alone does not
	Secret  bool   // not shown, and also accepted from the file that the setting with _file names

	show func(string) string // the value of a secret without its secret parts; nil: nothing of it is shown
	set  func(s *Settings, text string) error
}

// List returns all settings, in the order of the manual.
func List() []Setting { return slices.Clone(table) }

// Names returns the names of all settings, in the order of the manual.
func Names() []string {
	names := make([]string, len(table))
	for i, s := range table {
		names[i] = s.Name
	}
	return names
}

// Variable returns the name of the environment variable that gives the setting called name.
func Variable(name string) string { return prefix + strings.ToUpper(name) }

// Flag returns the name of the flag, without its two hyphens, that gives the setting called name.
func Flag(name string) string { return strings.ReplaceAll(name, "_", "-") }

// File returns the name of the setting that names a file with the secret.
func (s Setting) File() string { return s.Name + fileSuffix }

// Text returns the help with the example and the default.
func (s Setting) Text() string {
	text := s.Help
	if s.Example != "" {
		text += " Example: " + s.Example
	}
	if s.Default != "" {
		text += " Default: " + s.Default
	}
	return text
}

// shown returns a value as every user may see it.
func (s Setting) shown(value string) string {
	switch {
	case !s.Secret:
		return value
	case s.show != nil:
		return s.show(value)
	default:
		return hide(value)
	}
}

// hide shows that there is a secret, without any part of it.
func hide(secret string) string {
	if secret == "" {
		return ""
	}
	return "(set, not shown)"
}

func find(name string) (Setting, bool) {
	i := slices.IndexFunc(table, func(s Setting) bool { return s.Name == name })
	if i < 0 {
		return Setting{}, false
	}
	return table[i], true
}
