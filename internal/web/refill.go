package web

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"berth/scheduler"
)

// refusal is what a page shows in a form that was sent and not accepted.
type refusal struct {
	path    string     // to which it was sent
	form    url.Values // what was typed
	message string
	lines   []string
	faults  []scheduler.FieldError
	calm    bool // nothing is wrong: the form only comes back to be confirmed
}

// refilled writes a form's values into the page that holds it, and each fault beside its field, by the field's label. A page that no longer has the
// form shows what was typed at its top, so that nothing is lost.
func refilled(page []byte, x refusal) ([]byte, error) {
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil, err
	}
	form := x.find(doc)
	if form == nil {
		form = top(doc)
	}
	unfold(form)
	x.fill(form)
	left := x.mark(form)
	form.InsertBefore(x.box(form, left), form.FirstChild)
	var out bytes.Buffer
	err = html.Render(&out, doc)
	return out.Bytes(), err
}

// box says what is wrong: the message, the faults without a field of their own, and texts for which the form has no field.
func (x refusal) box(form *html.Node, left []scheduler.FieldError) *html.Node {
	box := element("div", "class", "failed", "role", "alert", "id", "refused")
	if x.calm {
		box = element("div", "class", "waits", "role", "status", "id", "refused")
	}
	say := func(line string) {
		p := element("p")
		p.AppendChild(text(line))
		box.AppendChild(p)
	}
	say(x.message)
	for _, line := range x.lines {
		say(line)
	}
	for _, f := range left {
		say(strings.TrimSpace(spoken(f.Field)+" "+f.Rule) + ".")
	}
	for _, name := range []string{"reason", "why", "text", "description", "yaml", "summary"} {
		if typed := x.form.Get(name); typed != "" && fieldOf(form, name) == nil {
			label, kept := element("label"), element("textarea", "rows", "3", "readonly", "")
			label.AppendChild(text("What you wrote"))
			kept.AppendChild(text(typed))
			label.AppendChild(kept)
			box.AppendChild(label)
		}
	}
	return box
}

// top returns a new element at the top of a page's content.
func top(doc *html.Node) *html.Node {
	box := element("div", "class", "stack")
	for main := range nodes(doc, atom.Main) {
		for h := range nodes(main, atom.H1) {
			h.Parent.InsertBefore(box, h.NextSibling)
			return box
		}
	}
	doc.LastChild.AppendChild(box)
	return box
}

// find returns the form that was sent: of those with its address the first whose fixed fields were sent with the values that it has.
func (x refusal) find(doc *html.Node) *html.Node {
	for form := range nodes(doc, atom.Form) {
		if to := get(form, "action"); !strings.EqualFold(get(form, "method"), "post") || to != "" && strings.Split(to, "#")[0] != x.path {
			continue
		}
		same := true
		for in := range nodes(form, atom.Input) {
			name := get(in, "name")
			if get(in, "type") == "hidden" && slices.Contains(telling, name) {
				same = same && slices.Contains(x.form[name], get(in, "value"))
			}
		}
		if same && x.holds(form) {
			return form
		}
	}
	return nil
}

// telling lists the fixed fields by which forms with the same address differ.
var telling = []string{"action", "testbed", "offer", "id", "channel", "closure", "token", "username", "delivery"}

// holds reports whether a form has any field that a user can fill in; others have nothing to lose.
func (x refusal) holds(form *html.Node) bool {
	for n := range fields(form) {
		if kind := get(n, "type"); kind != "hidden" && kind != "submit" {
			return true
		}
	}
	return false
}

// fill writes the values into the fields. Fixed fields and passwords stay as the page has them, except for the key that makes a repetition harmless.
func (x refusal) fill(form *html.Node) {
	used := map[string]int{}
	for n := range fields(form) {
		name := get(n, "name")
		values, sent := x.form[name]
		switch kind := get(n, "type"); {
		case name == "":
		case n.DataAtom == atom.Textarea:
			if sent {
				for n.FirstChild != nil {
					n.RemoveChild(n.FirstChild)
				}
				n.AppendChild(text(strings.ReplaceAll(values[0], "\r\n", "\n")))
			}
		case n.DataAtom == atom.Select:
			if sent {
				for o := range nodes(n, atom.Option) {
					toggle(o, "selected", slices.Contains(values, value(o)))
				}
			}
		case kind == "checkbox" || kind == "radio":
			toggle(n, "checked", slices.Contains(values, get(n, "value")))
		case kind == "password" || kind == "submit" || kind == "hidden" && name != "once":
		case sent && used[name] < len(values):
			set(n, "value", values[used[name]])
			used[name]++
		}
	}
}

// mark puts each fault beside its field, and returns those without one. The first marked field gets the focus.
func (x refusal) mark(form *html.Node) (left []scheduler.FieldError) {
	focused := false
	for _, f := range x.faults {
		n := fieldOf(form, f.Field)
		if n == nil {
			left = append(left, f)
			continue
		}
		unfold(n)
		id := "wrong-" + get(n, "name")
		set(n, "aria-invalid", "true")
		set(n, "aria-describedby", id)
		if !focused {
			set(n, "autofocus", "")
			focused = true
		}
		note := element("span", "class", "wrong", "id", id)
		note.AppendChild(text(strings.TrimSpace(labelOf(form, n)+" "+f.Rule) + "."))
		n.Parent.InsertBefore(note, n.NextSibling)
	}
	return left
}

// unfold opens what an element is folded away in.
func unfold(n *html.Node) {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.DataAtom == atom.Details {
			set(p, "open", "")
		}
	}
}

// fieldOf finds the field that a fault names, as the form calls it or as the rules do.
func fieldOf(form *html.Node, fault string) *html.Node {
	for _, name := range []string{fault, called[fault], fault[strings.LastIndexAny(fault, ".")+1:]} {
		for n := range fields(form) {
			if name != "" && get(n, "name") == name && get(n, "type") != "hidden" {
				return n
			}
		}
	}
	return nil
}

// called maps what the rules call a field to its name in the forms, where these differ.
var called = map[string]string{"slot.start": "start", "slot.end": "end", "override.reason": "why", "override.displace": "displace", "override.mode": "override", "hold_for": "hold",
	"alternatives": "count", "actual.start": "actual_start", "actual.end": "actual_end", "roles": "role", "testbeds": "testbed", "password": "new", "rrule": "repeat", "duration": "end", "vims": "of"}

// labelOf returns the words of a field's label, without the hint in brackets.
func labelOf(form, n *html.Node) string {
	words := get(n, "aria-label")
	for l := range nodes(form, atom.Label) {
		if id := get(n, "id"); id != "" && get(l, "for") == id {
			words = textOf(l)
		}
	}
	for p := n.Parent; words == "" && p != nil && p != form; p = p.Parent {
		if p.DataAtom == atom.Label {
			words = textOf(p)
		}
	}
	words, _, _ = strings.Cut(words, "(")
	words = strings.Join(strings.Fields(words), " ")
	if words == "" {
		return spoken(get(n, "name"))
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

// spoken makes words of the name of a field.
func spoken(name string) string {
	name = strings.NewReplacer("_", " ", ".", " ").Replace(name)
	if name == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// spokenField names the field that a fault is about, where no label is at hand.
func spokenField(fault string) string {
	if name := called[fault]; name != "" {
		return spoken(name)
	}
	return spoken(fault)
}
