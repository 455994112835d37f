package dav

import (
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// listed reads the addresses of a body.
func listed(r io.Reader) (list []string, failed bool) {
	_, err := tree(r, func(xml.Name) func(string) { return func(href string) { list = append(list, href) } })
	return list, err != nil
}

// TestAddressesAreReadAsTheParserReadsThem writes lists of addresses in all ways, good and bad. A reader that has one byte at a time leaves everything
// to the parser.
func TestAddressesAreReadAsTheParserReadsThem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var body strings.Builder
		body.WriteString(`<D:m xmlns:D="DAV:" xmlns:x="urn:x" xmlns="` + rapid.SampledFrom([]string{"DAV:", "urn:x"}).Draw(t, "default") + `">`)
		for range rapid.IntRange(0, 8).Draw(t, "elements") {
			name := rapid.SampledFrom([]string{"D:href", "D:href", "href", "x:href", "D:prop"}).Draw(t, "name")
			tag := "<" + name + rapid.SampledFrom([]string{"", "", "", " ", ` xmlns:D="urn:x"`, ` a="/"`, "/"}).Draw(t, "after") + ">"
			text := rapid.SampledFrom([]string{"/dav/a.ics", "/dav/b.ics", "", " /c ", "&amp;", "&", "]]>", "é", "\x01", "<!-- -->/d", "<D:href>/e</D:href>", "<![CDATA[/f]]>",
				strings.Repeat("g", maxHref), strings.Repeat("g", maxHref+1), "%20"}).Draw(t, "text")
			end := rapid.SampledFrom([]string{"</" + name + ">", "</" + name + ">", "</" + name + ">", "</" + name + " >", "</D:href>", ""}).Draw(t, "end")
			if strings.HasSuffix(tag, "/>") {
				text, end = "", ""
			}
			body.WriteString(tag + text + end + rapid.SampledFrom([]string{"", "\n  ", "text", "<!-- -->"}).Draw(t, "between"))
		}
		body.WriteString("</D:m>")
		got, failed := listed(strings.NewReader(body.String()))
		want, fails := listed(iotest.OneByteReader(strings.NewReader(body.String())))
		if !slices.Equal(got, want) || failed != fails {
			t.Fatalf("%s: %q, %t; want %q, %t", body.String(), got, failed, want, fails)
		}
	})
}

// TestMostAddressesNeedNoParser counts what the parser is left with.
func TestMostAddressesNeedNoParser(t *testing.T) {
	t.Parallel()
	in := &scanner{from: strings.NewReader("<D:href>/a</D:href> <D:href>/b</D:href>\n<D:href>/c</D:href><href>/d</href>")}
	for range len("<D:href>") {
		if _, err := in.ReadByte(); err != nil {
			t.Fatal(err)
		}
	}
	tag := in.tag()
	for range len("/a</D:href>") {
		if _, err := in.ReadByte(); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for {
		text, ok := in.text(tag)
		if !ok {
			break
		}
		got = append(got, text)
	}
	if tag != "<D:href>" || !slices.Equal(got, []string{"/b", "/c"}) {
		t.Errorf("%q after %q", got, tag)
	}
}
