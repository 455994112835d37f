package manual_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"berth"
	"berth/internal/web/manual"
)

// TestEveryDocumentIsInTheNavigation, has a title, and leads to what is there: documents, sections of them, pictures.
func TestEveryDocumentIsInTheNavigation(t *testing.T) {
	t.Parallel()
	m := manual.New(berth.Documents)
	pages, err := manual.All(m)
	if err != nil {
		t.Fatal(err)
	}
	if len(pages) < 25 {
		t.Errorf("only %d documents were found", len(pages))
	}
	ids := map[string]bool{"/docs/api": true, "/api/v1/openapi.json": true}
	for url, p := range pages {
		ids[url] = true
		for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(string(p.HTML), -1) {
			ids[url+"#"+m[1]] = true
		}
		if p.Title == "" {
			t.Errorf("%s has no title", p.File)
		}
		if p.Kind == "" && strings.HasPrefix(p.File, "docs/") && p.File != manual.Index {
			t.Errorf("%s is not in the lists of %s", p.File, manual.Index)
		}
	}
	links := 0
	for _, p := range pages {
		for _, to := range manual.Links(p) {
			links++
			if name, isPicture := strings.CutPrefix(to, "/docs/img/"); isPicture {
				if b, kind := m.Picture(name); len(b) == 0 || kind == "" {
					t.Errorf("%s shows %s, which is not there", p.File, to)
				}
			} else if !ids[to] {
				t.Errorf("%s leads to %s, which is not there", p.File, to)
			}
		}
		if i := strings.Index(string(p.HTML), "<!--"); i >= 0 || strings.Contains(string(p.HTML), "style=") {
			t.Errorf("%s shows what is not for readers", p.File)
		}
	}
	if links < 100 {
		t.Errorf("only %d links were found", links)
	}
}

// longest is how many characters a line of a document may have, but for rows of tables and what has no spaces.
const longest = 280

// TestFormOfDocuments: each has one title, blocks of code name their language, lines are not too long for an editor, and nothing is left at their ends.
func TestFormOfDocuments(t *testing.T) {
	t.Parallel()
	pages, err := manual.All(manual.New(berth.Documents))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		b, err := berth.Documents.ReadFile(p.File)
		if err != nil {
			t.Fatal(err)
		}
		titles, within := 0, false
		for i, line := range strings.Split(string(b), "\n") {
			at := fmt.Sprintf("%s:%d", p.File, i+1)
			if info, fence := strings.CutPrefix(strings.TrimSpace(line), "```"); fence {
				if within = !within; within && info == "" {
					t.Errorf("%s: the block does not name its language", at)
				}
				continue
			}
			if strings.HasPrefix(line, "# ") && !within {
				titles++
			}
			if utf8.RuneCountInString(line) > longest && !strings.HasPrefix(line, "|") {
				t.Errorf("%s: %d characters on a line", at, utf8.RuneCountInString(line))
			}
			if strings.TrimRight(line, " \t") != line {
				t.Errorf("%s: spaces at the end of the line", at)
			}
		}
		if titles != 1 || within {
			t.Errorf("%s has %d titles; a block is open: %t", p.File, titles, within)
		}
	}
}

// TestTheNavigationIsALine: one comes from the first document to each of its kind by "next", and back.
func TestTheNavigationIsALine(t *testing.T) {
	t.Parallel()
	m := manual.New(berth.Documents)
	kinds, err := m.Navigation()
	if err != nil {
		t.Fatal(err)
	}
	listed := 0
	for _, k := range kinds {
		for _, g := range k.Groups {
			listed += len(g.Links)
		}
	}
	p, err := m.Page("/docs")
	if err != nil || p == nil {
		t.Fatal(p, err)
	}
	walked := 0
	for ; p.Next != nil; p = p.Next {
		walked++
		if p.Next.Previous != p {
			t.Fatalf("%s is not before %s", p.File, p.Next.File)
		}
	}
	if walked < 20 || walked > listed {
		t.Errorf("%d documents follow one another, %d are listed", walked, listed)
	}
}

// small is a manual of two documents.
func small(other string) *manual.Manual {
	return manual.New(fstest.MapFS{
		"docs/README.md": {Data: []byte("# Documentation\n\n## How-to\n\n- [Other](other.md): what it is\n- [Calls](api.md)\n")},
		"docs/api.md":    {Data: []byte("# Calls\n\nNothing.\n")},
		"docs/other.md":  {Data: []byte(other)},
	})
}

// TestWhatADocumentMayHold: no HTML of its own, no addresses that run, no styles; links as in the repository.
func TestWhatADocumentMayHold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"raw HTML":           {"<script>alert(1)</script>\n\nText <b onclick=x>bold</b>.", "<p>Text bold.</p>\n"},
		"a link that runs":   {"[x](javascript:alert(1))", "<p>x</p>\n"},
		"an outer link":      {"[x](https://example.org/a)", `<p><a href="https://example.org/a">x</a></p>` + "\n"},
		"a document":         {"[x](api.md#a-b)", `<p><a href="/docs/rest#a-b">x</a></p>` + "\n"},
		"above":              {"[x](../../etc/passwd)", "<p>x</p>\n"},
		"a file of the code": {"[x](../testbeds/doc.go)", "<p>x</p>\n"},
		"a picture":          {"![x](img/a.png)", `<p><img loading="lazy" src="/docs/img/a.png" alt="x"></p>` + "\n"},
		"a heading":          {"## A *b*, c!\n\n## A b c", `<h2 id="a-b-c"><a href="#a-b-c">A <em>b</em>, c!</a></h2>` + "\n" + `<h2 id="a-b-c-1"><a href="#a-b-c-1">A b c</a></h2>` + "\n"},
		"a table": {"| | |\n|---|--:|\n| a | b |", `<div class="wide" tabindex="0" role="group" aria-label="Table"><table>` + "\n<tbody>\n<tr>\n<td>a</td>\n" + `<td align="right">b</td>` +
			"\n</tr>\n</tbody>\n</table></div>\n"},
	} {
		p, err := small("# Other\n\n" + c.text + "\n").Page("/docs/other")
		if err != nil || p == nil {
			t.Fatalf("%s: %v, %v", name, p, err)
		}
		if diff := cmp.Diff(c.want, string(p.HTML)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestSearch finds sections: by all words before some, by headings before texts, whatever their number, and never without a bound.
func TestSearch(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# Other\n\nHere is a ticket, and a long way to it.\n\n## Tickets\n\nThey follow requests.\n\n## Both\n\nRequests are many. " + strings.Repeat("Words and words. ", 60) + "A ticket for each \\<request> & more.\n\n## Berth 42\n\nOf berth 42.\n\n## Marks\n\nMany signs, of which one is Berth#42.\n")
	for i := range 100 {
		fmt.Fprintf(&b, "\n## Section %d\n\nMany of these.\n", i)
	}
	m := small(b.String())
	for query, want := range map[string][]string{
		"ticket":            {"Tickets", "Other", "Both"},
		"TICKETS":           {"Tickets", "Other", "Both"},
		"requests tickets":  {"Tickets", "Both"},
		"tick":              {"Tickets", "Other", "Both"},
		"berth 42":          {"Berth 42", "Marks"},
		"berth#42":          {"Marks", "Berth 42"}, // as it was typed
		"zebra":             nil,
		"zebra calls":       {"Calls"},
		"":                  nil,
		"<script> & \x00 %": nil,
	} {
		found, err := m.Search(query)
		if err != nil {
			t.Fatal(err)
		}
		var titles []string
		for _, f := range found {
			titles = append(titles, f.Title)
		}
		if diff := cmp.Diff(want, titles); diff != "" {
			t.Errorf("%q (-want +got):\n%s", query, diff)
		}
	}
	found, err := m.Search("request ticket")
	if err != nil || len(found) != 2 {
		t.Fatal(found, err)
	}
	want := []manual.Part{{Text: "… "}, {Text: "Words and words. Words and words. Words and words. A "}, {Text: "ticket", Marked: true}, {Text: " for each <"}, {Text: "request", Marked: true}, {Text: "> & more."}}
	if diff := cmp.Diff(want, found[1].Excerpt); diff != "" || found[1].URL != "/docs/other#both" || found[1].Document != "Other" {
		t.Errorf("%s, %s (-want +got):\n%s", found[1].URL, found[1].Document, diff)
	}
	if many, err := m.Search("section"); err != nil || len(many) != 30 {
		t.Errorf("%d sections, %v", len(many), err)
	}
	if long, err := m.Search(strings.Repeat("x", manual.MaxQuery) + " ticket"); err != nil || len(long) != 0 {
		t.Errorf("what is beyond the bound is looked for: %v, %v", long, err)
	}
}

// FuzzSearch: no query makes it fail or answer with what is no text of the documents.
func FuzzSearch(f *testing.F) {
	m := small("# Other\n\nÄpfel und Öfen. " + strings.Repeat("ein Öl ", 80) + "\n\n## Ärger\n\nNoch ein Text — mit Strichen.\n")
	for _, q := range []string{"öl", "ärger strich", "a b c d e f g h i j", "é\xff"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, q string) {
		found, err := m.Search(q)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range found {
			for _, p := range x.Excerpt {
				if p.Text == "" || !strings.Contains("… ", p.Text) && strings.ContainsRune(p.Text, '\uFFFD') {
					t.Fatalf("%q: %q", q, p.Text)
				}
			}
		}
	})
}

// BenchmarkSearch searches the real documents.
func BenchmarkSearch(b *testing.B) {
	m := manual.New(berth.Documents)
	for b.Loop() {
		if found, err := m.Search("displaced offers of a testbed"); err != nil || len(found) == 0 {
			b.Fatal(found, err)
		}
	}
}
