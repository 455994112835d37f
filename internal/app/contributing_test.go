package app_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryPathInContributingIsThere so that neither checklists nor the glossary lead to files that were moved.
func TestEveryPathInContributingIsThere(t *testing.T) {
	t.Parallel()
	const root = "../.."
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	top := map[string]bool{}
	for _, e := range entries {
		top[e.Name()] = true
	}
	quoted, isFile := regexp.MustCompile("`[^`\n]+`"), regexp.MustCompile(`\.(go|md|html|css|js|json|yml)$`)
	for document, least := range map[string]int{"CONTRIBUTING.md": 60, "docs/glossary.md": 25} {
		text, err := os.ReadFile(filepath.Join(root, document))
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, path := range quoted.FindAllString(string(text), -1) {
			path = strings.Trim(path, "`")
			first, _, nested := strings.Cut(path, "/")
			if path == "doc.go" || !top[path] && !isFile.MatchString(path) && !(nested && top[first]) {
				continue // it names no file, or one of a package to be made
			}
			found++
			if _, err := os.Stat(filepath.Join(root, path)); err != nil {
				t.Errorf("%s names %s: %v", document, path, err)
			}
		}
		if found < least {
			t.Errorf("only %d paths were found in %s", found, document)
		}
	}
}
