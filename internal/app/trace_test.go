package app_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"berth/internal/app"
	"berth/internal/mail/mailtest"

	"log/slog"
)

// record is a log that is read while it is written.
type record struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (r *record) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.out.Write(b)
}

// lines returns the lines whose request_id is id.
func (r *record) lines(t *testing.T, id string) (found []map[string]any) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for s := bufio.NewScanner(bytes.NewReader(r.out.Bytes())); s.Scan(); {
		line := map[string]any{}
		if err := json.Unmarshal(s.Bytes(), &line); err != nil {
			t.Fatalf("%v: %s", err, s.Text())
		}
		if line["request_id"] == id {
			found = append(found, line)
		}
	}
	return found
}

// TestOneIDLeadsThroughEverything: the id of a call is in its answer, in its line of the log, in the lines about its ticket, its mails and in the mails
// themselves, and a refusal names it.
func TestOneIDLeadsThroughEverything(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("playing the demo takes long")
	}
	post := mailtest.New(t, mailtest.Options{})
	var out bytes.Buffer
	log := &record{}
	a := app.New(settings(t, "mail_server", post.Addr(), "mail_security", "none", "mail_from", "berth@berth.example", "mail_list", "tickets@list.example", "mail_digest", ""),
		app.Options{Log: slog.New(slog.NewJSONHandler(log, nil)), Version: "test"}, app.Serving{Demo: true, World: true, Out: &out})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	password := regexp.MustCompile(`password[^:]*: (\S+)`).FindStringSubmatch(out.String())[1]
	call := func(id, path, body string) (int, http.Header, map[string]any) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+a.Addr()+"/api/v1/"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth("adele", password)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Request-Id", id)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		answer := map[string]any{}
		if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, res.Header, answer
	}
	const id = "portal-order/17"
	if status, head, answer := call(id, "requests/1/feedback", `{"text": "Is anybody there?"}`); status != http.StatusCreated || head.Get("X-Request-Id") != id {
		t.Fatalf("%d %v %v", status, head, answer)
	}
	if status, head, answer := call("no id", "requests/1/feedback", `{"text": ""}`); status < 400 || head.Get("X-Request-Id") == "" || answer["request_id"] != head.Get("X-Request-Id") || answer["request_id"] == "no id" {
		t.Errorf("a refusal is answered %d %v %v: want one new id in both", status, head, answer)
	}
	mailed := false
	seen := map[string]bool{}
	for deadline := time.Now().Add(30 * time.Second); !mailed || !seen["call"] || !seen["delivered ticket"] || !seen["delivered mail"]; time.Sleep(20 * time.Millisecond) {
		for _, line := range log.lines(t, id) {
			what, _ := line["msg"].(string)
			if channel, ok := line["channel"].(string); ok {
				what += " " + channel
			}
			seen[what] = true
		}
		for _, m := range post.Mails() {
			mailed = mailed || m.Head.Get("X-Request-Id") == id
		}
		if time.Now().After(deadline) {
			t.Fatalf("mailed: %v; of the id there are %v", mailed, seen)
		}
	}
}
