package client_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"berth/internal/client"
	"berth/scheduler"
)

func TestAServerIsNamedByAnAddressThatKeepsTheToken(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"https://berth.example.org": true, "https://berth.example.org/": true, "http://127.0.0.1:8080": true, "http://[::1]:8080": true, "http://localhost": true,
		"http://berth.example.org": false, "berth.example.org": false, "https://": false, "https://user:secret@berth.example.org": false, "ftp://127.0.0.1": false, "https://x/?a=b": false, "": false,
	} {
		if _, err := client.New(client.Options{Server: address, Token: "t"}); (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
	}
	if _, err := client.New(client.Options{Server: "http://berth.example.org", Insecure: true}); err != nil {
		t.Error(err)
	}
}

// What a server answers becomes the error that it had. A token follows no redirection.
func TestAnswersThatAreNoSuccess(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("a call with %q was led elsewhere", r.Header.Get("Authorization"))
	}))
	t.Cleanup(elsewhere.Close)
	for _, c := range []struct {
		name   string
		answer func(http.ResponseWriter)
		code   scheduler.Code
		says   string
	}{
		{"a problem", func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(422)
			_, _ = io.WriteString(w, `{"detail":"the input breaks a rule","errors":[{"field":"slot.end","rule":"must be after start"}]}`)
		}, scheduler.CodeInvalid, "slot.end"},
		{"no rights", func(w http.ResponseWriter) { w.WriteHeader(403) }, scheduler.CodeForbidden, "403"},
		{"a proxy", func(w http.ResponseWriter) { w.WriteHeader(502); _, _ = io.WriteString(w, "<html>") }, scheduler.CodeUnavailable, "502"},
		{"a page", func(w http.ResponseWriter) { _, _ = io.WriteString(w, "<html>") }, scheduler.CodeUnavailable, "does not answer as a Berth server"},
		{"cut", func(w http.ResponseWriter) { panic(http.ErrAbortHandler) }, scheduler.CodeUnavailable, "does not answer"},
		{"led elsewhere", func(w http.ResponseWriter) { w.Header().Set("Location", elsewhere.URL); w.WriteHeader(302) }, scheduler.CodeUnavailable, "leads to"},
		{"failed", func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(500)
			_, _ = io.WriteString(w, `{"detail":"an internal error","request_id":"abc"}`)
		}, scheduler.CodeUnavailable, "call abc"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { c.answer(w) }))
		there, err := client.New(client.Options{Server: server.URL, Token: "t"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = there.Me(t.Context())
		if scheduler.CodeOf(err) != c.code || err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v (%v)", c.name, err, scheduler.CodeOf(err))
		}
		if err != nil && strings.Contains(err.Error(), "Bearer") {
			t.Errorf("%s: the error tells the token", c.name)
		}
		server.Close()
	}
}
