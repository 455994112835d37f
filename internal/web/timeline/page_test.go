package timeline

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"berth/testbeds"
)

func write(t fataler, form func(*bytes.Buffer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := form(&b); err != nil {
		t.Fatalf("%v", err)
	}
	return b.String()
}

func asPage(t fataler, c Chart) string {
	return write(t, func(b *bytes.Buffer) error { return c.HTML(b) })
}

func asHeat(t fataler, c Chart) string {
	return write(t, func(b *bytes.Buffer) error { return c.Heat(b) })
}

// pages returns the parts of pages in testdata.
func pages(t *testing.T) map[string]string {
	list := charts(t)
	quarter := list["month"]
	quarter.To = quarter.From.AddDate(0, 3, 0)
	month := list["month"]
	month.Quiet = []Lane{{ID: "quiet", Title: "Ghent", About: "/testbeds/quiet"}}
	month.Lanes[0].Open = true
	return map[string]string{"day": asPage(t, list["day"]), "hostile": asPage(t, list["hostile"]), "empty": asPage(t, list["empty"]), "use-month": asHeat(t, month), "use-quarter": asHeat(t, quarter),
		"use-hostile": asHeat(t, list["hostile"])}
}

func TestGoldenPages(t *testing.T) {
	t.Parallel()
	for name, got := range pages(t) {
		path := filepath.Join("testdata", name+".html")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		split := func(s string) []string { return strings.SplitAfter(s, "><") }
		if diff := cmp.Diff(split(string(want)), split(got)); diff != "" {
			t.Errorf("%s: -want +got (go test -update writes it anew)\n%s", name, diff)
		}
		inspectHTML(t, got)
	}
}

// inspectHTML fails if a part of a page leaves elements open, has an id twice, a link to elsewhere, or what a strict policy forbids.
func inspectHTML(t fataler, page string) {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(page))
	ids, open := map[string]bool{}, []string{}
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		token := z.Token()
		switch kind {
		case html.EndTagToken:
			if n := len(open) - 1; n < 0 || open[n] != token.Data {
				t.Fatalf("</%s> within %v", token.Data, open)
			}
			open = open[:len(open)-1]
		case html.StartTagToken:
			open = append(open, token.Data)
		case html.CommentToken, html.DoctypeToken:
			t.Fatalf("%q", token)
		}
		for _, a := range token.Attr {
			switch {
			case a.Key == "style", strings.HasPrefix(a.Key, "on"), token.Data == "script", token.Data == "img":
				t.Fatalf("%s", token)
			case a.Key == "href" && href(a.Val) == "":
				t.Fatalf("a link to %q", a.Val)
			case a.Key == "id" && ids[a.Val]:
				t.Fatalf("the id %q twice", a.Val)
			case a.Key == "id":
				ids[a.Val] = true
			}
		}
	}
	if len(open) > 0 {
		t.Fatalf("left open: %v", open)
	}
}

func TestAnyChartIsAPage(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		base := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "from"), 0)
		c := Chart{
			From: base, To: base.Add(time.Duration(rapid.OneOf(rapid.IntRange(1, 600_000), rapid.IntRange(1, 1e8)).Draw(t, "seconds")) * time.Second),
			Width: rapid.IntRange(0, 1400).Draw(t, "width"), Title: anyText().Draw(t, "title"), Now: anySlot(base).Draw(t, "now").Start,
			Lanes: rapid.SliceOfN(anyLane(base), 0, 3).Draw(t, "lanes"), Quiet: rapid.SliceOfN(anyLane(base), 0, 2).Draw(t, "quiet"),
			Fits: rapid.SliceOfN(anySlot(base), 0, 20).Draw(t, "fits"), Zoom: func(testbeds.Slot) string { return "?zoom" },
		}
		for i := range c.Lanes {
			c.Lanes[i].ID = string(rune('a'+i)) + c.Lanes[i].ID // the ids of testbeds are all different
		}
		for i := range c.Quiet {
			c.Quiet[i].ID = string(rune('k'+i)) + c.Quiet[i].ID
		}
		inspectHTML(t, asPage(t, c))
		inspectHTML(t, asHeat(t, c))
	})
}
