package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the OpenAPI document anew")

const committed = "../../docs/openapi.json"

// TestOpenAPIDocumentIsTheCommittedOne compares the document made from the code with the published one.
func TestOpenAPIDocumentIsTheCommittedOne(t *testing.T) {
	t.Parallel()
	raw, err := Document("dev")
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
