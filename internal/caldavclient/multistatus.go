package caldavclient

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
)

const (
	dav    = "DAV:"
	caldav = "urn:ietf:params:xml:ns:caldav"
	cs     = "http://calendarserver.org/ns/"

	maxXMLDepth = 24
)

// multistatus is the answer to a PROPFIND or REPORT, RFC 4918 section 13.
type multistatus struct {
	token     string
	responses []response
}

// response is what it says of one resource.
type response struct {
	href   string
	path   string // decoded, without a host
	status int    // 0: none for the whole resource
	props  map[xml.Name]string
	kinds  map[xml.Name]bool // elements within resourcetype and supported-report-set
}

func (r response) prop(space, name string) string {
	return r.props[xml.Name{Space: space, Local: name}]
}
func (r response) is(space, name string) bool { return r.kinds[xml.Name{Space: space, Local: name}] }

// errXML says that an answer is not what was asked for.
func errXML(err error) error {
	return &Error{Text: "its answer is no CalDAV: " + err.Error(), Remedy: "look at url: it must be that of a calendar or of a CalDAV server"}
}

// parse reads a multistatus, token by token and without recursion.
func parse(body []byte) (m multistatus, err error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	var (
		stack  []xml.Name
		text   strings.Builder
		r      *response
		staged response // properties of a propstat, until its status is known
	)
	inside := func(space, name string) bool {
		for _, n := range stack {
			if n.Space == space && n.Local == name {
				return true
			}
		}
		return false
	}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return m, errXML(fmt.Errorf("it is malformed or cut off"))
		}
		switch x := token.(type) {
		case xml.Directive:
			return m, errXML(errors.New("it holds a DOCTYPE"))
		case xml.StartElement:
			if len(stack) == 0 && x.Name != (xml.Name{Space: dav, Local: "multistatus"}) {
				return m, errXML(fmt.Errorf("it begins with <%.40s>", x.Name.Local))
			}
			if stack = append(stack, x.Name); len(stack) > maxXMLDepth {
				return m, errXML(errors.New("it is nested too deeply"))
			}
			text.Reset()
			switch {
			case x.Name == xml.Name{Space: dav, Local: "response"}:
				if len(m.responses) > 2*MaxObjects {
					return m, errXML(errors.New("it names too many objects"))
				}
				m.responses = append(m.responses, response{props: map[xml.Name]string{}, kinds: map[xml.Name]bool{}})
				r = &m.responses[len(m.responses)-1]
			case x.Name == xml.Name{Space: dav, Local: "propstat"}:
				staged = response{props: map[xml.Name]string{}, kinds: map[xml.Name]bool{}}
			}
		case xml.CharData:
			text.Write(x)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
			value := text.String()
			text.Reset()
			m.end(x.Name, value, r, &staged, inside)
			if x.Name == (xml.Name{Space: dav, Local: "response"}) {
				r = nil
			}
		}
	}
	if len(stack) > 0 || len(body) == 0 {
		return m, errXML(errors.New("it is malformed or cut off"))
	}
	return m, nil
}

// end takes an element that has ended; the stack holds its parents.
func (m *multistatus) end(name xml.Name, value string, r, staged *response, inside func(space, name string) bool) {
	trimmed := strings.TrimSpace(value)
	switch {
	case r == nil:
		if name == (xml.Name{Space: dav, Local: "sync-token"}) {
			m.token = trimmed
		}
	case name == (xml.Name{Space: dav, Local: "propstat"}):
		if staged.status == 0 || staged.status/100 == 2 {
			for k, v := range staged.props {
				r.props[k] = v
			}
			for k := range staged.kinds {
				r.kinds[k] = true
			}
		}
		*staged = response{}
	case name == (xml.Name{Space: dav, Local: "status"}):
		if inside(dav, "propstat") {
			staged.status = statusOf(trimmed)
		} else {
			r.status = statusOf(trimmed)
		}
	case !inside(dav, "prop"):
		if name == (xml.Name{Space: dav, Local: "href"}) && r.href == "" {
			r.href = trimmed
			if u, err := url.Parse(trimmed); err == nil {
				r.path = u.Path
			}
		}
	case inside(dav, "resourcetype"), inside(dav, "supported-report-set"):
		if staged.kinds != nil {
			staged.kinds[name] = true
		}
	case staged.props != nil && name != (xml.Name{Space: dav, Local: "prop"}):
		if name == (xml.Name{Space: caldav, Local: "calendar-data"}) {
			trimmed = value
		}
		staged.props[name] = trimmed
	}
}

// statusOf reads a line such as "HTTP/1.1 404 Not Found".
func statusOf(line string) int {
	fields := strings.Fields(line)
	if len(fields) < 2 {
		return 0
	}
	n, _ := strconv.Atoi(fields[1])
	return n
}

// escaped writes text for XML.
func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder never fails
	return b.String()
}
