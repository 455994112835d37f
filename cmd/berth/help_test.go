package main

import (
	"strings"
	"testing"

	"berth/internal/config"
)

// TestHelpDescribesEverySetting as package config does, under the heading of its group.
func TestHelpDescribesEverySetting(t *testing.T) {
	t.Parallel()
	help := strings.Join(strings.Fields(newPlace(t, "").must(t, "", "serve", "--help")), " ")
	for _, name := range config.Groups {
		if _, rest, ok := strings.Cut(help, " "+name+": "); !ok {
			t.Errorf("there is no heading %q", name)
		} else {
			help = rest // the groups come in their order
		}
		for _, s := range config.List() {
			if s.Group != name {
				continue
			}
			if want := "--" + config.Flag(s.Name) + "=" + strings.ToUpper(s.Name) + " " + s.Text(); !strings.Contains(help, want) {
				t.Errorf("the help does not say %q", want)
			}
			if s.Secret && !strings.Contains(help, "--"+config.Flag(s.File())+"=") {
				t.Errorf("the help names no flag for the file of %s", s.Name)
			}
		}
	}
}
