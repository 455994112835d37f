package app_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	fenced   = regexp.MustCompile("(?ms)^ *```.*?^ *```")
	linked   = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	headings = regexp.MustCompile(`(?m)^#+ +(.+?) *$`)
	notSlug  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// TestLinksOfDocumentsLeadSomewhere: what README and docs link to is there, anchors too, and every picture in docs/img is shown.
func TestLinksOfDocumentsLeadSomewhere(t *testing.T) {
	t.Parallel()
	const root = "../.."
	var documents []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, found...)
	}
	used, links := map[string]bool{}, 0
	for _, document := range documents {
		for _, m := range linked.FindAllStringSubmatch(prose(t, document), -1) {
			file, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(file, "://") || strings.HasPrefix(file, "mailto:") {
				continue
			}
			links++
			to := document
			if file != "" {
				to = filepath.Join(filepath.Dir(document), file)
			}
			used[filepath.Clean(to)] = true
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s links to %s: %v", document, m[1], err)
			} else if anchor != "" && !anchors(prose(t, to))[anchor] {
				t.Errorf("%s links to %s, which has no such heading", document, m[1])
			}
		}
	}
	if len(documents) < 15 || links < 50 {
		t.Errorf("only %d links were found in %d documents", links, len(documents))
	}
	pictures, err := filepath.Glob(filepath.Join(root, "docs/img/*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pictures {
		if !used[filepath.Clean(p)] {
			t.Errorf("nothing shows %s", p)
		}
	}
}

// prose returns a document without its examples.
func prose(t *testing.T, document string) string {
	t.Helper()
	b, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	return fenced.ReplaceAllString(string(b), "")
}

// anchors lists the addresses of the headings of a document, as forges make them.
func anchors(text string) map[string]bool {
	list := map[string]bool{}
	for _, m := range headings.FindAllStringSubmatch(text, -1) {
		list[strings.ReplaceAll(notSlug.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")] = true
	}
	return list
}
