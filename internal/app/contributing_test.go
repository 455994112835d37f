package app_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryPathInContributingIsThere so that checklists do not lead to files that were moved.
func TestEveryPathInContributingIsThere(t *testing.T) {
	t.Parallel()
	const root = "../.."
	text, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	top := map[string]bool{}
	for _, e := range entries {
		top[e.Name()] = true
	}
	isFile := regexp.MustCompile(`\.(go|md|html|css|js|json|yml)$`)
	found := 0
	for _, quoted := range regexp.MustCompile("`[^`\n]+`|\\]\\([^)#]+\\)").FindAllString(string(text), -1) {
		path := strings.TrimSuffix(strings.TrimPrefix(strings.Trim(quoted, "`"), "]("), ")")
		first, _, nested := strings.Cut(path, "/")
		if !top[path] && !isFile.MatchString(path) && !(nested && top[first]) || path == "doc.go" {
			continue
		}
		found++
		if _, err := os.Stat(filepath.Join(root, path)); err != nil {
			t.Errorf("CONTRIBUTING.md names %s: %v", path, err)
		}
	}
	if found < 60 {
		t.Errorf("only %d paths were found in CONTRIBUTING.md", found)
	}
}
