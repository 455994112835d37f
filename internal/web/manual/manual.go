package manual

import (
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
	"sync"
)

// Index is the document that lists all others; its lists are the navigation.
const Index = "docs/README.md"

// Manual holds all documents. It reads them when it is first asked.
type Manual struct {
	files fs.FS
	read  func() (*content, error)
}

// content is what was read.
type content struct {
	pages map[string]*Page // by address
	kinds []Kind
	index index
}

// Page is a document as it is shown.
type Page struct {
	File, URL string // where it is in the repository, and in the program
	Title     string
	Kind      string // the part of the navigation that lists it; empty for those beside it
	HTML      template.HTML
	Contents  []Heading
	Previous  *Page // in the order of the navigation; nil at its ends
	Next      *Page
	links     []string // addresses within the documents, with anchors
	sections  []section
}

// Heading is a heading below the title.
type Heading struct {
	Level    int // 2 or 3
	ID, Text string
}

// Kind is a part of the navigation: how-to, reference, explanation.
type Kind struct {
	Title, ID string
	Groups    []Group
}

// Group is a list within a kind; the first of a kind has no title.
type Group struct {
	Title string
	Links []Link
}

// Link leads to a document.
type Link struct {
	Label, About, URL string
}

// New returns the manual that is made of the documents in files.
func New(files fs.FS) *Manual {
	return &Manual{files, sync.OnceValues(func() (*content, error) { return readAll(files) })}
}

// Page returns the document at an address; nil if there is none.
func (m *Manual) Page(url string) (*Page, error) {
	c, err := m.read()
	if err != nil {
		return nil, err
	}
	return c.pages[url], nil
}

// Navigation lists the documents by kind.
func (m *Manual) Navigation() ([]Kind, error) {
	c, err := m.read()
	if err != nil {
		return nil, err
	}
	return c.kinds, nil
}

// Picture returns a picture of the documents by its name, with its media type; nil if there is none.
func (m *Manual) Picture(name string) (b []byte, kind string) {
	kind = map[string]string{".png": "image/png", ".gif": "image/gif", ".svg": "image/svg+xml"}[path.Ext(name)]
	if kind == "" || !fs.ValidPath(name) || strings.Contains(name, "/") {
		return nil, ""
	}
	b, err := fs.ReadFile(m.files, "docs/img/"+name)
	if err != nil {
		return nil, ""
	}
	return b, kind
}

// Address returns where a file of the repository is shown; empty if it is not. docs/api.md gives way to the reference of the API, and the files beside docs
// are below a folder of their own, since they have the names of others.
func Address(file string) string {
	switch {
	case file == "docs/api.md":
		return "/docs/rest"
	case file == "docs/openapi.json":
		return "/api/v1/openapi.json"
	case strings.HasPrefix(file, "docs/img/"):
		return "/" + file
	case !strings.HasSuffix(file, ".md"):
		return ""
	case !strings.Contains(file, "/"):
		return "/docs/project/" + strings.ToLower(strings.TrimSuffix(file, ".md"))
	case strings.HasPrefix(file, "docs/"):
		return "/" + strings.TrimSuffix(strings.TrimSuffix(file, ".md"), "/README")
	}
	return ""
}

func readAll(files fs.FS) (*content, error) {
	c := &content{pages: map[string]*Page{}}
	var list []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		found, err := fs.Glob(files, pattern)
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	exists := map[string]bool{}
	for _, file := range list {
		exists[file] = true
	}
	for _, file := range list {
		source, err := fs.ReadFile(files, file)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", file, err)
		}
		p, kinds, err := render(file, source, exists)
		if err != nil {
			return nil, fmt.Errorf("rendering %s: %w", file, err)
		}
		c.pages[p.URL] = p
		if file == Index {
			c.kinds = kinds
		}
	}
	c.line()
	for _, file := range list { // in the order of files, so that ties are the same each time
		p := c.pages[Address(file)]
		c.index.add(p)
	}
	c.index.settle()
	return c, nil
}

// line puts the pages in the order of the navigation.
func (c *content) line() {
	last := c.pages[Address(Index)]
	for _, kind := range c.kinds {
		for _, group := range kind.Groups {
			for _, link := range group.Links {
				p := c.pages[link.URL]
				if p == nil || p.Kind != "" || p == last {
					continue // it is no document, or was listed before
				}
				p.Kind = kind.Title
				if last != nil {
					p.Previous, last.Next = last, p
				}
				last = p
			}
		}
	}
}
