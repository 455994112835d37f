package store

import "testing"

func TestTheOnlyValueOfAKey(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]string{
		`{"action":"submit"}`:                                "submit",
		`{"actor":"ada","action":"schedule","to":"RUNNING"}`: "schedule",
		`{"action":""}`:                                      "",
		`{"text":"\"action\":\"x\"","action":"y"}`:           "y",
	} {
		if got, found := only(document, `"action":"`, `"`); !found || got != want {
			t.Errorf("%s: %q, %t", document, got, found)
		}
	}
	for _, document := range []string{`{}`, `{"action":7}`, `{"action":"submit"`, `{"action":"x","of":{"action":"y"}}`, `{"action":"a\u0041"}`, `{"action":"`, ``} {
		if got, found := only(document, `"action":"`, `"`); found {
			t.Errorf("%s: %q is taken as the only one", document, got)
		}
	}
	if got, found := only(`{"number":55}`, `"number":`, ",}"); !found || got != "55" {
		t.Errorf("%q, %t", got, found)
	}
}
