package api

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// pages follows Link: rel=next to the end, and returns the numbers (or ids) that it finds.
func (h *house) pages(who, path, key string) (found []string) {
	h.t.Helper()
	for path != "" {
		r := h.expect(h.send(who, "GET", path, nil), 200)
		for _, item := range r.items(h.t) {
			found = append(found, fmt.Sprint(item.(map[string]any)[key]))
		}
		link := r.header.Get("Link")
		path, _, _ = strings.Cut(strings.TrimPrefix(link, "<"+prefix), ">")
		if link != "" && !strings.HasSuffix(link, `>; rel="next"`) {
			h.t.Fatalf("Link: %q", link)
		}
	}
	return found
}

// items returns the items of a page, or of an array.
func (r reply) items(t *testing.T) (list []any) {
	t.Helper()
	if json.Unmarshal(r.body, &list) == nil {
		return list
	}
	return r.json(t)["items"].([]any)
}

// TestTheNextPageKeepsEveryFilter, and every one of several given statuses.
func TestTheNextPageKeepsEveryFilter(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var ids []string
	for i := range 6 {
		ids = append(ids, h.submitted("maeve", h.wish(3*i, 1)))
	}
	h.submitted("hector", h.wish(30, 1))
	for _, id := range ids[:2] {
		h.expect(h.send("maeve", "POST", "/requests/"+id+"/cancel", map[string]any{}), 200)
	}
	h.expect(h.send("monika", "POST", "/requests/"+ids[2]+"/reject", map[string]any{"reason": "no"}), 200)
	for query, want := range map[string]string{
		"status=CANCELLED&status=REJECTED":           "3 2 1",
		"status=CANCELLED,REJECTED":                  "3 2 1",
		"status=CANCELLED,REJECTED&status=SCHEDULED": "3 2 1",
		"status=UNDER_REVIEW&experimenter=maeve":     "6 5 4",
		"status=UNDER_REVIEW&status=CANCELLED":       "7 6 5 4 2 1",
		"testbed=hall&mentor=monika&q=radio&status=REJECTED&status=UNDER_REVIEW&experimenter=maeve": "6 5 4 3",
	} {
		if got := strings.Join(h.pages("adele", "/requests?limit=1&"+query, "number"), " "); got != want {
			t.Errorf("requests, %s: %s, want %s", query, got, want)
		}
		if strings.Contains(query, "experimenter") {
			continue
		}
		if got := strings.Join(h.pages("adele", "/portal/deployments?limit=1&"+query, "id"), " "); got != want {
			t.Errorf("deployments, %s: %s, want %s", query, got, want)
		}
	}
	h.expect(h.send("adele", "GET", "/requests?status=CANCELLED&status=DREAMING", nil), 422)
}
