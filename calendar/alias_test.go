package calendar

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAliasesAreReadBackAndBelongToOneCollection(t *testing.T) {
	t.Parallel()
	secret := []byte("a database's own")
	north, south, elsewhere := newAliases(secret, "testbed-north"), newAliases(secret, "testbed-south"), newAliases([]byte("another's"), "testbed-north")
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		alias := north.Of(name)
		if got, ok := north.Name(alias); !ok || got != name || north.Of(name) != alias {
			t.Fatalf("%q becomes %q, which is read as %q, %t", name, alias, got, ok)
		}
		if strings.Trim(alias, "abcdefghijklmnopqrstuvwxyz234567") != "" || alias == south.Of(name) || alias == elsewhere.Of(name) {
			t.Fatalf("the alias %q cannot stand in an address, or is the same elsewhere", alias)
		}
		for _, other := range []*Aliases{south, elsewhere} {
			if got, ok := other.Name(alias); ok {
				t.Fatalf("elsewhere it is read as %q", got)
			}
		}
		o := entryOf(Object{Name: name, Tag: "tag"})
		if north.UID(o) == south.UID(o) || north.Version(o) == south.Version(o) || north.UID(o) == north.Version(o)+UIDSuffix {
			t.Fatal("an id is the same in two collections")
		}
	})
	for _, odd := range []string{"", "a", "ABC", "a?", strings.Repeat("a", 100)} {
		if name, ok := north.Name(odd); ok {
			t.Errorf("%q is read as %q", odd, name)
		}
	}
}

func TestAMaskedTextHasNoOtherUID(t *testing.T) {
	t.Parallel()
	a, o := newAliases([]byte("x"), "c"), entryOf(Object{Name: "secret"})
	for text, want := range map[string]string{
		"A:1\r\nUID:secret@berth\r\nB:2\r\n":                      "A:1\r\nUID:" + a.UID(o) + "\r\nB:2\r\n",
		"A:1\r\nUID:secret\r\n -and\r\n -folded@berth\r\nB:2\r\n": "A:1\r\nUID:" + a.UID(o) + "\r\nB:2\r\n",
		"A:1\r\nUID:secret\r\n -at-the-end":                       "A:1\r\nUID:" + a.UID(o) + "\r\n",
		"no UID":                                                  "",
	} {
		if got := a.Masked(o, text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
