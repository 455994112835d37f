package dav

import (
	"bytes"
	"encoding/xml"
	"testing"
)

// depthOf measures a tree. Recursion is safe here: the tree is bounded.
func depthOf(e *element) (depth, elements int) {
	for _, c := range e.children {
		d, n := depthOf(c)
		depth, elements = max(depth, d), elements+n
	}
	return depth + 1, elements + 1
}

func FuzzTree(f *testing.F) {
	f.Add([]byte(`<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>`))
	f.Add([]byte(`<!DOCTYPE a><a/>`))
	f.Add([]byte(`<a>x<b c="d"/>y</a>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := tree(bytes.NewReader(b), nil)
		if err != nil {
			return
		}
		if depth, n := depthOf(e); depth > maxDepth || n > maxElements {
			t.Errorf("depth %d, %d elements", depth, n)
		}
		if _, err := readFilter(e); err == nil && e.children[0].attr("name") == "" {
			t.Error("a filter without a name was taken")
		}
		// A parsed body can be written again, and is well-formed.
		var out bytes.Buffer
		x := newWriter(&out)
		x.raw("<x>")
		x.value(e.name, e.text)
		x.empty(e.name)
		x.raw("</x>")
		if err := x.flush(); err != nil {
			t.Fatal(err)
		}
		var back struct {
			Inner []byte `xml:",innerxml"`
		}
		if err := xml.Unmarshal(out.Bytes(), &back); err != nil {
			t.Errorf("%v: %s", err, out.Bytes())
		}
	})
}

func FuzzToken(f *testing.F) {
	f.Add("urn:berth:sync:abc:def:12")
	f.Add("urn:berth:sync:abc:def:12:name:7")
	f.Fuzz(func(t *testing.T, s string) {
		if k, ok := parseToken(s); ok {
			if again, ok := parseToken(k.String()); !ok || again != k {
				t.Errorf("%q becomes %q", s, k)
			}
		}
	})
}

func TestTextIsEscaped(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	x := newWriter(&out)
	x.raw("<x>")
	x.text("a&b<c>\"d\r\ne")
	x.raw("</x>")
	if err := x.flush(); err != nil {
		t.Fatal(err)
	}
	var back string
	if err := xml.Unmarshal(out.Bytes(), &back); err != nil || back != "a&b<c>\"d\r\ne" {
		t.Errorf("%q, %v: %s", back, err, out.Bytes())
	}
}
