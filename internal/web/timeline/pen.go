package timeline

import (
	"math"
	"strconv"
)

// pen writes markup. Texts from users must go through text or attr.
type pen struct{ b []byte }

// raw writes markup as it is.
func (p *pen) raw(parts ...string) {
	for _, s := range parts {
		p.b = append(p.b, s...)
	}
}

// num writes a length to a tenth of a unit.
func (p *pen) num(v float64) {
	n := int64(math.Round(v * 10))
	if n < 0 {
		p.b, n = append(p.b, '-'), -n
	}
	p.b = strconv.AppendInt(p.b, n/10, 10)
	if n%10 != 0 {
		p.b = append(p.b, '.', byte('0'+n%10))
	}
}

// at writes a command of a path, or an attribute up to its quotation mark, and its numbers.
func (p *pen) at(command string, v ...float64) {
	p.raw(command)
	for i, x := range v {
		if i > 0 {
			p.b = append(p.b, ' ')
		}
		p.num(x)
	}
}

// text writes a text from users, escaped for contents and for values of attributes, in XML and in HTML.
func (p *pen) text(s string) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '<':
			p.raw("&lt;")
		case '>':
			p.raw("&gt;")
		case '&':
			p.raw("&amp;")
		case '"':
			p.raw("&#34;")
		case '\'':
			p.raw("&#39;")
		default:
			p.b = append(p.b, c)
		}
	}
}

// attr writes an attribute with a value from users.
func (p *pen) attr(name, value string) {
	p.raw(" ", name, `="`)
	p.text(value)
	p.raw(`"`)
}

// rect writes a rectangle; attrs are markup.
func (p *pen) rect(attrs string, x0, y0, x1, y1 float64) {
	p.raw("<rect ", attrs)
	p.box(x0, y0, x1, y1)
	p.raw("/>")
}

func (p *pen) box(x0, y0, x1, y1 float64) {
	p.at(` x="`, x0)
	p.at(`" y="`, y0)
	p.at(`" width="`, math.Max(0, x1-x0))
	p.at(`" height="`, math.Max(0, y1-y0))
	p.raw(`"`)
}

// line writes a straight line; attrs are markup.
func (p *pen) line(attrs string, x0, y0, x1, y1 float64) {
	p.raw("<path ", attrs)
	p.at(` d="M`, x0, y0)
	if x0 == x1 {
		p.at("V", y1)
	} else {
		p.at("L", x1, y1)
	}
	p.raw(`"/>`)
}

// label writes a text; attrs are markup.
func (p *pen) label(attrs string, x, y float64, s string) {
	if s == "" {
		return
	}
	p.raw("<text ", attrs)
	p.at(` x="`, x)
	p.at(`" y="`, y)
	p.raw(`">`)
	p.text(s)
	p.raw("</text>")
}

// title writes a tooltip.
func (p *pen) title(s string) {
	p.raw("<title>")
	p.text(s)
	p.raw("</title>")
}
