package manual

import (
	"strings"

	"github.com/yuin/goldmark/ast"
)

// kind begins a part of the navigation, or a list within one.
func (r *reading) kind(level int, title, id string) {
	switch {
	case level == 2:
		r.kinds = append(r.kinds, Kind{Title: title, ID: id})
	case len(r.kinds) > 0:
		k := &r.kinds[len(r.kinds)-1]
		k.Groups = append(k.Groups, Group{Title: title})
	}
}

// listed takes a list of the index as a part of the navigation: "[label](document): what it is about".
func (r *reading) listed(list *ast.List) {
	if len(r.kinds) == 0 {
		return
	}
	k := &r.kinds[len(r.kinds)-1]
	if len(k.Groups) == 0 {
		k.Groups = append(k.Groups, Group{})
	}
	g := &k.Groups[len(k.Groups)-1]
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		said := r.plain(item)
		_ = ast.Walk(item, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if x, ok := n.(*ast.Link); ok && entering {
				label := r.plain(x)
				g.Links = append(g.Links, Link{Label: label, About: strings.TrimPrefix(strings.TrimPrefix(said, label), ": "), URL: r.to(string(x.Destination))})
				return ast.WalkStop, nil
			}
			return ast.WalkContinue, nil
		})
	}
}
