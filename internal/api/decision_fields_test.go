package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDecisionsTakeEveryFieldOfTheirBodies compares the document, by which bodies are checked, with what the handlers read: a field that the
// document leaves out is refused as unexpected.
func TestDecisionsTakeEveryFieldOfTheirBodies(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var doc struct {
		Paths map[string]map[string]struct {
			RequestBody struct {
				Content map[string]struct {
					Schema struct {
						Ref string `json:"$ref"`
					} `json:"schema"`
				} `json:"content"`
			} `json:"requestBody"`
		} `json:"paths"`
		Components struct {
			Schemas map[string]struct {
				Properties map[string]any `json:"properties"`
			} `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(h.document(), &doc); err != nil {
		t.Fatal(err)
	}
	for step, body := range map[string]any{"schedule": granted{}, "reject": rejection{}, "move": moving{}, "cancel": Reasoned{}, "start": starting{},
		"complete": ending{}, "fail": failing{}, "assign": assigning{}, "confirm": confirming{}} {
		var want []string
		for _, f := range reflect.VisibleFields(reflect.TypeOf(body)) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
				want = append(want, name)
			}
		}
		ref := doc.Paths["/requests/{id}/"+step]["post"].RequestBody.Content["application/json"].Schema.Ref
		got := slices.Sorted(maps.Keys(doc.Components.Schemas[ref[strings.LastIndex(ref, "/")+1:]].Properties))
		if diff := cmp.Diff(slices.Sorted(slices.Values(want)), got); diff != "" {
			t.Errorf("%s (-read by the handler +taken):\n%s", step, diff)
		}
	}
}

// TestRunningIsReportedOverREST goes through the statuses of a deployment by their routes.
func TestRunningIsReportedOverREST(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.submitted("maeve", h.wish(0, 2))
	for step, body := range map[string]map[string]any{
		"start":    {"state": "INSTANTIATING", "reason": "stack is coming up", "dry_run": true},
		"complete": {"state": "TERMINATING", "reason": "done", "dry_run": true},
		"fail":     {"reason": "no radio", "dry_run": true},
	} {
		if r := h.send("adele", "POST", "/requests/"+id+"/"+step, body); r.status != http.StatusConflict { // it is under review: the step is not allowed yet
			t.Errorf("%s is answered %d: %s", step, r.status, r.body)
		}
	}
}
