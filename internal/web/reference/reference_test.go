package reference_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"berth/internal/web/reference"
)

func parsed(t *testing.T) *reference.Reference {
	t.Helper()
	b, err := os.ReadFile("../../../docs/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	r, err := reference.Parse(b, "https://berth.example")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestEveryCallIsShown with its group, who may call it, and a command; every shape that one names exists.
func TestEveryCallIsShown(t *testing.T) {
	t.Parallel()
	r := parsed(t)
	b, _ := os.ReadFile("../../../docs/openapi.json")
	want := strings.Count(string(b), `"operationId"`) - 1 // the call of a webhook is Berth's own
	shapes := map[string]bool{}
	for _, s := range r.Shapes {
		shapes[s.Name] = true
	}
	named := func(t reference.Type) bool { return t.Shape == "" || shapes[t.Shape] }
	n, ids := 0, map[string]bool{}
	for _, g := range r.Groups {
		for _, o := range g.Operations {
			n++
			if ids[o.ID] || o.ID == "" || o.Summary == "" || o.Who == "" || len(o.Answers) == 0 || !strings.HasPrefix(o.Path, "/api/v1/") || !strings.Contains(o.Curl, "https://berth.example/api/v1/") {
				t.Errorf("%+v", o)
			}
			ids[o.ID] = true
			for _, p := range o.Parameters {
				if !named(p.Type) || p.Name == "" {
					t.Errorf("%s: %+v", o.ID, p)
				}
			}
			for _, a := range o.Answers {
				if !named(a.Type) {
					t.Errorf("%s: %+v", o.ID, a)
				}
			}
		}
	}
	if n != want {
		t.Errorf("%d of %d calls are shown", n, want)
	}
	if r.Groups[0].Name != "requests" {
		t.Errorf("first comes %s", r.Groups[0].Name)
	}
	for _, s := range r.Shapes {
		for _, f := range s.Fields {
			if !named(f.Type) {
				t.Errorf("%s.%s names %s", s.Name, f.Name, f.Type.Shape)
			}
		}
	}
}

// TestExamplesAreOfTheirBodies: valid JSON, with fields that the body has, the required ones among them.
func TestExamplesAreOfTheirBodies(t *testing.T) {
	t.Parallel()
	for _, g := range parsed(t).Groups {
		for _, o := range g.Operations {
			if o.Body == nil || o.Body.Example == "" {
				continue
			}
			var given map[string]any
			if err := json.Unmarshal([]byte(o.Body.Example), &given); err != nil {
				t.Errorf("%s: %v in %s", o.ID, err, o.Body.Example)
				continue
			}
			for _, f := range o.Body.Fields {
				if _, is := given[f.Name]; f.Required && !is {
					t.Errorf("%s: the example lacks %s", o.ID, f.Name)
				}
			}
			for name := range given {
				if !slices.ContainsFunc(o.Body.Fields, func(f reference.Field) bool { return f.Name == name }) && name != "…" {
					t.Errorf("%s: the body has no %s", o.ID, name)
				}
			}
		}
	}
}

func TestWhoMayCall(t *testing.T) {
	t.Parallel()
	who := map[string]string{}
	for _, g := range parsed(t).Groups {
		for _, o := range g.Operations {
			who[o.ID] = o.Who
		}
	}
	for id, want := range map[string]string{"list-requests": "Everybody, with a token that has the scope read.", "schedule-request": "Mentors and administrators, with a token that has the scope write.",
		"accept-offer-link": "Anybody, without signing in."} {
		if who[id] != want {
			t.Errorf("%s: %s", id, who[id])
		}
	}
}

func TestADocumentThatCannotBeRead(t *testing.T) {
	t.Parallel()
	if _, err := reference.Parse([]byte("{"), ""); err == nil {
		t.Error("it was read")
	}
}
