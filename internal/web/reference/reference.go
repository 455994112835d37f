package reference

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Reference is an API as a page shows it.
type Reference struct {
	Title, Version string
	About          []string // paragraphs
	Groups         []Group
	Shapes         []Shape
	Means          []Means // of signing in
}

// Group is the operations about one subject.
type Group struct {
	Name       string
	Operations []Operation
}

// Operation is one call.
type Operation struct {
	ID, Method, Path string
	Summary, About   string
	Who              string // may call it
	Parameters       []Parameter
	Body             *Body
	Answers          []Answer
	Refusals         []string // statuses of problems
	Curl             string
}

// Parameter is a value in the path, the query or the head of a call.
type Parameter struct {
	Name, In, About string
	Type            Type
	Required        bool
}

// Body is what a call sends.
type Body struct {
	Kinds   []string // content types
	Type    Type
	Fields  []Field
	Example string
}

// Answer is what comes back where all went well.
type Answer struct {
	Status, About string
	Type          Type
	Example       string
}

// Means is one way of signing in.
type Means struct{ Name, About string }

// Parse reads an OpenAPI 3.1 document. base is the address of the instance, for the examples.
func Parse(document []byte, base string) (*Reference, error) {
	var d document31
	if err := json.Unmarshal(document, &d); err != nil {
		return nil, fmt.Errorf("reading the OpenAPI document: %w", err)
	}
	r := &Reference{Title: d.Info.Title, Version: d.Info.Version, About: paragraphs(d.Info.Description)}
	for _, name := range sortedKeys(d.Components.Security) {
		r.Means = append(r.Means, Means{name, d.Components.Security[name].Description})
	}
	prefix := ""
	if len(d.Servers) > 0 {
		prefix = d.Servers[0].URL
	}
	groups := map[string]*Group{}
	for _, path := range sortedKeys(d.Paths) {
		for _, method := range []string{"get", "post", "put", "patch", "delete"} {
			o, there := d.Paths[path][method]
			if !there || len(o.Tags) == 0 {
				continue
			}
			g := groups[o.Tags[0]]
			if g == nil {
				g = &Group{Name: o.Tags[0]}
				groups[o.Tags[0]] = g
			}
			g.Operations = append(g.Operations, d.operation(strings.ToUpper(method), prefix+path, base, o))
		}
	}
	for _, name := range sortedKeys(groups) {
		r.Groups = append(r.Groups, *groups[name])
	}
	slices.SortStableFunc(r.Groups, func(a, b Group) int { return rank(a.Name) - rank(b.Name) })
	for _, name := range sortedKeys(d.Components.Schemas) {
		r.Shapes = append(r.Shapes, d.shape(name))
	}
	return r, nil
}

// first lists the groups that most readers look for, in their order; the others follow.
var first = []string{"requests", "availability", "decisions", "offers", "facility"}

func rank(group string) int {
	if i := slices.Index(first, group); i >= 0 {
		return i
	}
	return len(first)
}

func (d *document31) operation(method, path, base string, o operation31) Operation {
	x := Operation{ID: o.ID, Method: method, Path: path, Summary: o.Summary, About: o.Description, Who: o.Who}
	if x.About == x.Who {
		x.About = ""
	}
	for _, p := range o.Parameters {
		if p.Name == "Content-Type" {
			continue
		}
		x.Parameters = append(x.Parameters, Parameter{p.Name, p.In, plainer(p.Description, p.Schema.Description), d.typeOf(p.Schema), p.Required})
	}
	slices.SortStableFunc(x.Parameters, func(a, b Parameter) int { return place(a.In) - place(b.In) })
	if o.Body != nil {
		x.Body = d.body(o.Body.Content)
	}
	for _, status := range sortedKeys(o.Responses) {
		a := o.Responses[status]
		if status >= "300" {
			x.Refusals = append(x.Refusals, status)
			continue
		}
		answer := Answer{Status: status, About: a.Description}
		for _, kind := range sortedKeys(a.Content) {
			answer.Type = d.typeOf(a.Content[kind].Schema)
			answer.Example = written(a.Content[kind].Example)
		}
		x.Answers = append(x.Answers, answer)
	}
	x.Curl = curl(x, base)
	return x
}

func (d *document31) body(content map[string]media31) *Body {
	b := &Body{Kinds: sortedKeys(content)}
	for _, kind := range b.Kinds {
		s := content[kind].Schema
		if s.Ref == "" && len(s.Properties) == 0 {
			continue
		}
		b.Type, b.Fields, b.Example = d.typeOf(s), d.fields(s), written(content[kind].Example)
	}
	return b
}

func place(in string) int { return slices.Index([]string{"path", "query", "header"}, in) }

// plainer prefers the first text that says anything.
func plainer(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func paragraphs(text string) (list []string) {
	for p := range strings.SplitSeq(text, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			list = append(list, p)
		}
	}
	return list
}
