package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the OpenAPI document anew")

const committed = "../../docs/openapi.json"

// TestOpenAPIDocumentIsTheCommittedOne compares the document made from the code with the published one.
func TestOpenAPIDocumentIsTheCommittedOne(t *testing.T) {
	t.Parallel()
	raw, err := Document()
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := json.Indent(&got, raw, "", "  "); err != nil {
		t.Fatal(err)
	}
	got.WriteByte('\n')
	if *update {
		if err := os.WriteFile(committed, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(committed)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("run go test ./internal/api -update to write it anew (-committed +made from the code):\n%s", diff)
	}
}

// TestEveryTagIsDescribed, in the order in which readers see them.
func TestEveryTagIsDescribed(t *testing.T) {
	t.Parallel()
	described := map[string]bool{}
	for _, tag := range tags {
		described[tag.Name] = tag.Description != ""
	}
	for _, item := range newHouse(t).api.huma.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Put, item.Post, item.Patch, item.Delete} {
			if op != nil && (len(op.Tags) != 1 || !described[op.Tags[0]]) {
				t.Errorf("%s has the tags %q, which document.go does not describe", op.OperationID, op.Tags)
			}
		}
	}
}
