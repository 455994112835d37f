package config_test

import (
	"flag"
	"fmt"
	"go/doc/comment"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"berth/internal/config"
)

var update = flag.Bool("update", false, "write the settings in the command's manual and in docs/reference/settings.md anew")

// TestManualsSayWhatTheTableSays compares the two texts that are made from the table with those that people read.
func TestManualsSayWhatTheTableSays(t *testing.T) {
	t.Parallel()
	for _, manual := range []struct {
		path       string
		begin, end string // lines around the generated part
		text       string
	}{
		{"../../cmd/berth/doc.go", "# All settings\n", "# Exit codes\n", command()},
		{"../../docs/reference/settings.md", "<!-- settings: generated from internal/config/table.go, go test ./internal/config -update -->\n", "<!-- settings: end -->\n", guide()},
	} {
		b, err := os.ReadFile(manual.path)
		if err != nil {
			t.Fatal(err)
		}
		before, rest, begun := strings.Cut(string(b), manual.begin)
		_, after, ended := strings.Cut(rest, manual.end)
		if !begun || !ended {
			t.Fatalf("%s has no part from %q to %q", manual.path, manual.begin, manual.end)
		}
		want := before + manual.begin + manual.text + manual.end + after
		if diff := cmp.Diff(string(b), want); diff != "" && !*update {
			t.Errorf("run go test ./internal/config -update to write %s anew (-committed +made from the table):\n%s", manual.path, diff)
		}
		if *update {
			if err := os.WriteFile(manual.path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// command writes the settings for the command's doc comment: a list of names, each with its text below it.
func command() string {
	var b strings.Builder
	for _, group := range config.Groups {
		fmt.Fprintf(&b, "\n%s:\n\n", group)
		for _, s := range grouped(group) {
			fmt.Fprintf(&b, "\t%s\n%s", s.Name, wrapped(s.Text()))
		}
	}
	return b.String() + "\n"
}

// wrapped breaks a text into indented lines of a manual.
func wrapped(text string) string {
	p := &comment.Printer{TextPrefix: "\t    ", TextWidth: 110}
	return string(p.Text(&comment.Doc{Content: []comment.Block{&comment.Paragraph{Text: []comment.Text{comment.Plain(text)}}}}))
}

// guide writes the settings for docs/reference/settings.md: a table for each group.
func guide() string {
	var b strings.Builder
	for _, group := range config.Groups {
		fmt.Fprintf(&b, "\n## %s\n\n| setting | variable | default | |\n|---|---|---|---|\n", group)
		for _, s := range grouped(group) {
			variable, help := code(config.Variable(s.Name)), strings.ReplaceAll(s.Help, "|", `\|`)
			if s.Secret {
				variable += ", or a file by " + code(config.Variable(s.File()))
			}
			if s.Example != "" {
				help += " Example: " + code(s.Example)
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", code(s.Name), variable, code(s.Default), help)
		}
	}
	return b.String() + "\n"
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + strings.ReplaceAll(s, "|", `\|`) + "`"
}

func grouped(group string) []config.Setting {
	return slices.DeleteFunc(config.List(), func(s config.Setting) bool { return s.Group != group })
}

// TestTheTableIsWhole checks that each setting has all that help and manuals need.
func TestTheTableIsWhole(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	group := 0
	for _, s := range config.List() {
		if seen[s.Name] {
			t.Errorf("%s is there twice", s.Name)
		}
		seen[s.Name] = true
		i := slices.Index(config.Groups, s.Group)
		if i < group {
			t.Errorf("%s is of the group %q, which is unknown, or comes before the one above it", s.Name, s.Group)
		}
		group = i
		if s.Help == "" || !strings.HasSuffix(s.Help, ".") || strings.Contains(s.Help, "\n") {
			t.Errorf("%s: the help %q is not made of whole sentences on one line", s.Name, s.Help)
		}
		if s.Example != "" {
			flags := map[string]string{s.Name: s.Example}
			if s.Name == "mail_server" {
				flags["mail_from"] = "berth@example.org"
			}
			if s.Name == "oidc_issuer" {
				flags["oidc_client"] = "berth"
			}
			if _, err := config.Load(config.Sources{File: none(t), Flags: flags}); err != nil {
				t.Errorf("the example of %s is refused: %v", s.Name, err)
			}
		}
	}
}

// TestLimitsAreAsTheHelpSays tries both ends of the limits that help texts name.
func TestLimitsAreAsTheHelpSays(t *testing.T) {
	t.Parallel()
	for _, s := range config.List() {
		var least, greatest int
		i := strings.Index(s.Help, "from ")
		if i < 0 {
			continue
		}
		if n, _ := fmt.Sscanf(s.Help[i:], "from %d to %d", &least, &greatest); n != 2 {
			continue
		}
		for value, good := range map[int]bool{least - 1: false, least: true, greatest: true, greatest + 1: false} {
			_, err := config.Load(config.Sources{File: none(t), Flags: map[string]string{s.Name: fmt.Sprint(value)}})
			if (err == nil) != good {
				t.Errorf("%s=%d: %v; the help says %q", s.Name, value, err, s.Help)
			}
		}
	}
}
