package web

import (
	"iter"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// nodes visits the elements of a kind below a node, in the order of the document.
func nodes(n *html.Node, kind atom.Atom) iter.Seq[*html.Node] {
	return func(yield func(*html.Node) bool) {
		for x := range n.Descendants() {
			if x.Type == html.ElementNode && x.DataAtom == kind && !yield(x) {
				return
			}
		}
	}
}

// fields visits the fields of a form, those included that stand elsewhere and name it.
func fields(form *html.Node) iter.Seq[*html.Node] {
	return func(yield func(*html.Node) bool) {
		for x := range form.Descendants() {
			if x.Type == html.ElementNode && slices.Contains([]atom.Atom{atom.Input, atom.Textarea, atom.Select}, x.DataAtom) && !yield(x) {
				return
			}
		}
	}
}

// get returns an attribute, empty if there is none.
func get(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// set gives an element an attribute.
func set(n *html.Node, name, value string) {
	toggle(n, name, false)
	n.Attr = append(n.Attr, html.Attribute{Key: name, Val: value})
}

// toggle gives an element an attribute without a value, or takes it away.
func toggle(n *html.Node, name string, on bool) {
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
	if on {
		n.Attr = append(n.Attr, html.Attribute{Key: name})
	}
}

// value returns the value of an option: its text, if it names none.
func value(option *html.Node) string {
	if slices.ContainsFunc(option.Attr, func(a html.Attribute) bool { return a.Key == "value" }) {
		return get(option, "value")
	}
	return strings.TrimSpace(textOf(option))
}

// textOf returns the text in an element that a user reads as its label: not that of the fields within.
func textOf(n *html.Node) string {
	var b strings.Builder
	for x := n.FirstChild; x != nil; x = x.NextSibling {
		switch {
		case x.Type == html.TextNode:
			b.WriteString(x.Data)
		case x.DataAtom != atom.Textarea && x.DataAtom != atom.Select && get(x, "class") != "wrong":
			b.WriteString(textOf(x))
		}
	}
	return b.String()
}

func element(name string, attrs ...string) *html.Node {
	n := &html.Node{Type: html.ElementNode, Data: name, DataAtom: atom.Lookup([]byte(name))}
	for i := 0; i+1 < len(attrs); i += 2 {
		n.Attr = append(n.Attr, html.Attribute{Key: attrs[i], Val: attrs[i+1]})
	}
	return n
}

func text(s string) *html.Node { return &html.Node{Type: html.TextNode, Data: s} }
