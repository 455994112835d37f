package manual

import (
	"bytes"
	"html/template"
	"path"
	"regexp"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown is the Markdown of forges. What is HTML in a document is left out, and styles are said by attributes, as the policy of the pages wants it.
var markdown = goldmark.New(goldmark.WithExtensions(extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), extension.Strikethrough, extension.Linkify))

// reading is one document on its way.
type reading struct {
	page   *Page
	source []byte
	exists map[string]bool // the files that are documents
	ids    map[string]int
	at     *section
	kinds  []Kind
}

// render makes the page of a document, and the navigation that its lists would be.
func render(file string, source []byte, exists map[string]bool) (*Page, []Kind, error) {
	r := &reading{page: &Page{File: file, URL: Address(file)}, source: source, exists: exists, ids: map[string]int{}}
	document := markdown.Parser().Parse(text.NewReader(source))
	var drop []ast.Node
	for n := document.FirstChild(); n != nil; n = n.NextSibling() {
		drop = append(drop, r.block(n)...)
	}
	for _, n := range drop {
		n.Parent().RemoveChild(n.Parent(), n)
	}
	var b bytes.Buffer
	if err := markdown.Renderer().Render(&b, source, document); err != nil {
		return nil, nil, err
	}
	r.page.HTML = template.HTML(finished(b.String())) // goldmark has escaped it, and raw HTML is gone
	return r.page, r.kinds, nil
}

// block takes in one block of the document, and returns what is not shown.
func (r *reading) block(n ast.Node) (drop []ast.Node) {
	heading, isHeading := n.(*ast.Heading)
	if isHeading {
		r.heading(heading)
		if heading.Level == 1 {
			return []ast.Node{n} // the page shows it itself
		}
	} else if list, ok := n.(*ast.List); ok && r.page.File == Index {
		r.listed(list)
	}
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch x := n.(type) {
		case *ast.HTMLBlock, *ast.RawHTML:
			drop = append(drop, n)
			return ast.WalkSkipChildren, nil
		case *ast.Link:
			if to := r.to(string(x.Destination)); to != "" {
				x.Destination = []byte(to)
			} else {
				drop = append(drop, unlinked(x)...)
			}
		case *ast.Image:
			x.Destination = []byte(r.to(string(x.Destination)))
		}
		return ast.WalkContinue, nil
	})
	if !isHeading && r.at != nil {
		if said := r.plain(n); said != "" {
			r.at.texts = append(r.at.texts, said)
		}
	}
	return drop
}

// unlinked puts what a link says in its place, and returns the link to be dropped.
func unlinked(x *ast.Link) []ast.Node {
	for c := x.FirstChild(); c != nil; c = x.FirstChild() {
		x.Parent().InsertBefore(x.Parent(), x, c)
	}
	return []ast.Node{x}
}

// heading begins a section. A heading below the title is a link to itself, so that its address can be copied.
func (r *reading) heading(n *ast.Heading) {
	said := r.plain(n)
	if n.Level == 1 {
		r.page.Title = said
		r.begin("", said)
		return
	}
	id := r.id(said)
	n.SetAttributeString("id", []byte(id))
	if n.Level <= 3 {
		r.page.Contents = append(r.page.Contents, Heading{n.Level, id, said})
	}
	r.begin(id, said)
	if r.page.File == Index {
		r.kind(n.Level, said, id)
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if _, ok := c.(*ast.Link); ok {
			return // it leads somewhere already
		}
	}
	self := ast.NewLink()
	self.Destination = []byte("#" + id)
	for c := n.FirstChild(); c != nil; c = n.FirstChild() {
		self.AppendChild(self, c)
	}
	n.AppendChild(n, self)
}

func (r *reading) begin(id, title string) {
	r.page.sections = append(r.page.sections, section{page: r.page, id: id, title: title})
	r.at = &r.page.sections[len(r.page.sections)-1]
}

// id names a heading as forges do, so that the same links work in both places.
func (r *reading) id(title string) string {
	id := Slug(title)
	n := r.ids[id]
	r.ids[id]++
	if n > 0 {
		return id + "-" + string(rune('0'+min(n, 9)))
	}
	return id
}

// Slug returns the anchor that forges give to a heading.
func Slug(title string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == ' ':
			return '-'
		case c == '-' || c == '_' || unicode.IsLetter(c) || unicode.IsNumber(c):
			return unicode.ToLower(c)
		}
		return -1
	}, title)
}

// to returns where a link of the document leads in the program; empty if it leads to a file that is not shown.
func (r *reading) to(link string) string {
	if strings.Contains(link, "://") || strings.HasPrefix(link, "mailto:") {
		return link
	}
	file, anchor, _ := strings.Cut(link, "#")
	to := r.page.File
	if file != "" {
		to = path.Join(path.Dir(r.page.File), file)
	}
	url := Address(to)
	if strings.HasSuffix(to, ".md") && !r.exists[to] {
		return ""
	}
	if url == "" {
		return ""
	}
	if anchor != "" {
		url += "#" + anchor
	}
	r.page.links = append(r.page.links, url)
	if file == "" {
		return "#" + anchor
	}
	return url
}

// plain returns what a node says, on one line.
func (r *reading) plain(n ast.Node) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			if n.Type() == ast.TypeBlock {
				b.WriteByte(' ')
			}
			return ast.WalkContinue, nil
		}
		switch x := n.(type) {
		case *ast.HTMLBlock, *ast.RawHTML:
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			b.Write(util.UnescapePunctuations(x.Segment.Value(r.source)))
			if x.SoftLineBreak() || x.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(x.Value)
		case *ast.AutoLink:
			b.Write(x.Label(r.source))
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			b.Write(x.Lines().Value(r.source))
		}
		return ast.WalkContinue, nil
	})
	return strings.Join(strings.Fields(b.String()), " ")
}

var (
	emptyHead = regexp.MustCompile(`<thead>\s*<tr>\s*(<th[^>]*></th>\s*)+</tr>\s*</thead>\s*`)
	emptyCell = regexp.MustCompile(`<th([^>]*)></th>`)
)

// finished makes what is wide scroll by itself, by keyboard as well, and takes away heads of tables that say nothing.
func finished(html string) string {
	html = emptyCell.ReplaceAllString(emptyHead.ReplaceAllString(html, ""), "<td$1></td>")
	return strings.NewReplacer("<table>", `<div class="wide" tabindex="0" role="group" aria-label="Table"><table>`, "</table>", "</table></div>",
		"<pre>", `<pre class="example" tabindex="0">`, "<img ", `<img loading="lazy" `).Replace(html)
}
