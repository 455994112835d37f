package caldavclient

import (
	"strings"
	"testing"
)

func FuzzParse(f *testing.F) {
	f.Add([]byte(`<multistatus xmlns="DAV:"><response><href>/a%20b/</href><propstat><prop><getetag>"x"</getetag><resourcetype><collection/></resourcetype></prop><status>HTTP/1.1 200 OK</status></propstat></response><sync-token>t</sync-token></multistatus>`))
	f.Add([]byte(`<d:multistatus xmlns:d="DAV:"><d:response><d:href>/a</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response></d:multistatus>`))
	f.Add([]byte(`<multistatus xmlns="DAV:"><propstat><response><prop><status>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := parse(body)
		if err != nil {
			if len(err.Error()) > 200 {
				t.Errorf("a long error: %v", err)
			}
			return
		}
		for _, r := range m.responses {
			if r.href == "" && r.path != "" || len(r.props) > 0 && r.props == nil {
				t.Errorf("%+v", r)
			}
		}
	})
}

// TestPropertiesThatAServerDoesNotHave are not taken from a propstat that says so, wherever its status stands.
func TestPropertiesThatAServerDoesNotHave(t *testing.T) {
	t.Parallel()
	m, err := parse([]byte(`<?xml version="1.0"?><D:multistatus xmlns:D="DAV:" xmlns:CS="http://calendarserver.org/ns/"><D:response><D:href>/x%20y/</D:href>` +
		`<D:propstat><D:status>HTTP/1.1 404 Not Found</D:status><D:prop><D:displayname>no</D:displayname><D:resourcetype><D:collection/></D:resourcetype></D:prop></D:propstat>` +
		`<D:propstat><D:prop><CS:getctag> tag </CS:getctag></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>`))
	if err != nil || len(m.responses) != 1 {
		t.Fatalf("%+v, %v", m, err)
	}
	r := m.responses[0]
	if r.path != "/x y/" || r.href != "/x%20y/" || r.prop(cs, "getctag") != "tag" || r.prop(dav, "displayname") != "" || r.is(dav, "collection") || r.status != 0 {
		t.Errorf("%+v", r)
	}
	for depth, good := range map[int]bool{maxXMLDepth - 1: true, maxXMLDepth: false} {
		_, err := parse([]byte(`<multistatus xmlns="DAV:">` + strings.Repeat("<a>", depth) + strings.Repeat("</a>", depth) + `</multistatus>`))
		if (err == nil) != good {
			t.Errorf("%d deep: %v", depth, err)
		}
	}
}
