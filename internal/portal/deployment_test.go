package portal

import (
	"encoding/json"
	"testing"
)

// FuzzDeployment reads records that nobody wrote: each is believed and keeps the rules, or says what is wrong with it, and none holds a secret.
func FuzzDeployment(f *testing.F) {
	for _, raw := range []string{
		`{"id":7,"status":"SCHEDULED","startReqDate":1575936000000,"endReqDate":"2019-12-23T00:00:00.000Z","experiment":{"name":"nsd"},"mentor":{"apikey":"k"}}`,
		`{"id":"7","vxfPlacements":[{"constituentVxF":{"membervnfIndex":"x"}}]}`, `[]`, `{"startDate":-1}`, `{"id":1,"owner":[{"password":1}]}`, "{\"name\":\"\xff\"}",
	} {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !json.Valid(raw) {
			return
		}
		d := readDeployment(raw)
		if d.Fault != "" {
			return
		}
		if d.ID <= 0 || d.Experiment == nil || d.EndReq.Before(d.StartReq.Time) || d.Start.IsZero() != d.End.IsZero() || !known(d.Status) {
			t.Errorf("%s is believed", raw)
		}
		public, err := d.Public()
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		var all any
		if err := json.Unmarshal(public, &all); err != nil {
			t.Fatal(err)
		}
		if hasSecret(all) {
			t.Errorf("%s keeps a secret: %s", raw, public)
		}
	})
}

func hasSecret(v any) bool {
	switch x := v.(type) {
	case map[string]any:
		for name, inner := range x {
			if name == "apikey" || name == "password" || name == "currentSessionID" || hasSecret(inner) {
				return true
			}
		}
	case []any:
		for _, inner := range x {
			if hasSecret(inner) {
				return true
			}
		}
	}
	return false
}
