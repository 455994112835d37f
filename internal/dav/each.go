package dav

import (
	"bufio"
	"bytes"
	"iter"
	"strings"
	"unique"

	"berth/calendar"
)

// each writes the objects that the actor may see, in pieces that are kept where others will want them, too.
func (p *plan) each(x *writer, objects iter.Seq[*calendar.Entry]) error {
	if !p.usual() {
		if p.reads {
			objects = p.c.ahead(objects)
		}
		for o := range objects {
			if !p.c.hidden(o) {
				p.write(x, p.c.placeOf(o))
			}
		}
		return nil
	}
	list := p.pieces(x)
	for o := range objects {
		if p.c.hidden(o) {
			continue
		}
		if err := list.add(o); err != nil {
			return err
		}
	}
	if len(list.run) >= minPiece {
		return list.end()
	}
	list.prepare()
	for _, o := range list.run {
		p.write(x, p.c.placeOf(o))
	}
	return nil
}

// mostAsked bounds the properties in answers that are kept; clients ask for fewer.
const mostAsked = 20

// usual reports whether other calls are likely to ask for the same.
func (p *plan) usual() bool {
	if p.want.part != nil || len(p.want.names) > mostAsked {
		return false
	}
	for _, name := range p.want.names {
		if prop, ok := known[name]; name != calendarData && (!ok || prop.on&atObject == 0) {
			return false
		}
	}
	return true
}

// pieces begins the objects of an answer.
func (p *plan) pieces(x *writer) *pieces {
	c := p.c
	v := view{epoch: c.members.Epoch, reader: c.at.collection.Reader(c.visible, c.alarms), base: p.base, moves: c.moves, brief: p.want.brief,
		form: x.answer.form(inXML, inZippedXML)}
	var asked strings.Builder
	for _, name := range p.want.names {
		asked.WriteString(name.Space + " " + name.Local + "\n")
	}
	switch {
	case p.want.all:
		asked.WriteString("and all")
	case p.want.onlyNames:
		asked.WriteString("names")
	}
	v.asked = asked.String()
	inner := &writer{out: bufio.NewWriterSize(nil, 4<<10)}
	return &pieces{s: c.s, view: unique.Make(v), form: v.form, fetch: p.fetch(), send: func(p *piece) error { return sent(x.answer, x.out, p) }, write: func(b *bytes.Buffer, o *calendar.Entry) {
		inner.out.Reset(b)
		p.write(inner, c.placeOf(o))
		_ = inner.flush() // a bytes.Buffer never fails
	}}
}
