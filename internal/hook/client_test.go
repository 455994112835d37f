package hook_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"berth/internal/hook"
	"berth/scheduler"
	"berth/testbeds"
)

// asking returns a client of a server, and what became of its calls.
func asking(t *testing.T, answer http.HandlerFunc) (*hook.Client, *[]string) {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	var outcomes []string
	c, err := hook.New(hook.Options{URL: server.URL + "/berth", Token: "sesame-1234", Timeout: 200 * time.Millisecond, Version: "1.2",
		Observe: func(outcome string, _ time.Duration) { outcomes = append(outcomes, outcome) }})
	if err != nil {
		t.Fatal(err)
	}
	return c, &outcomes
}

var question = scheduler.HookQuestion{For: scheduler.ActionSubmit, By: "ada", DryRun: true, Request: scheduler.HookRequest{Name: "wish"},
	Person: scheduler.HookPerson{Username: "ada", Roles: []string{"experimenter"}, Organisation: "TCD"},
	Slot:   testbeds.NewSlot(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), time.Hour)}

func says(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// TestAnswers: 204 allows, 403 with reasons refuses, and everything else is no answer.
func TestAnswers(t *testing.T) {
	t.Parallel()
	const form = "application/json"
	for _, tt := range []struct {
		name    string
		answer  http.HandlerFunc
		reasons string
		err     string
		outcome string
	}{
		{"allowed", says(204, form, ""), "", "", hook.Allowed},
		{"refused", says(403, form, `{"reasons": ["no grant", " two\nlines "], "more": 1}`), "no grant|two lines", "", hook.Refused},
		{"refused with a charset", says(403, form+"; charset=utf-8", `{"reasons": ["no"]}`), "no", "", hook.Refused},
		{"without reasons", says(403, form, `{"reasons": []}`), "", "without reasons", hook.Unanswered},
		{"blank reasons", says(403, form, `{"reasons": [" "]}`), "", "without reasons", hook.Unanswered},
		{"a proxy's page", says(403, "text/html", `{"reasons": ["no"]}`), "", "without reasons", hook.Unanswered},
		{"no JSON", says(403, form, `no`), "", "without reasons", hook.Unanswered},
		{"nothing but fine", says(200, form, `{}`), "", "200 OK, neither", hook.Unanswered},
		{"broken", says(500, form, `{"reasons": ["no"]}`), "", "500 Internal Server Error", hook.Unanswered},
		{"elsewhere", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/other", http.StatusTemporaryRedirect)
		}, "", "307", hook.Unanswered},
		{"too much", says(403, form, `{"reasons": ["`+strings.Repeat("x", 64<<10)+`"]}`), "", "more than 65536 bytes", hook.Unanswered},
		{"silence", func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}, "", "", hook.Unanswered},
		{"a body that never ends", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", form)
			w.WriteHeader(403)
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, " ")
				w.(http.Flusher).Flush()
			}
		}, "", "", hook.Unanswered},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, outcomes := asking(t, tt.answer)
			reasons, err := c.Ask(t.Context(), question)
			if strings.Join(reasons, "|") != tt.reasons || (err != nil) != (tt.outcome == hook.Unanswered) {
				t.Errorf("reasons %q, error %v; want %q", reasons, err, tt.reasons)
			}
			if err != nil && (!strings.Contains(err.Error(), tt.err) || strings.Contains(err.Error(), "sesame")) {
				t.Errorf("error %v, want %q without the token", err, tt.err)
			}
			if len(*outcomes) != 1 || (*outcomes)[0] != tt.outcome {
				t.Errorf("observed %v, want %s", *outcomes, tt.outcome)
			}
		})
	}
}

// TestTheCall: the question, and the secret, as the manual says.
func TestTheCall(t *testing.T) {
	t.Parallel()
	var got scheduler.HookQuestion
	c, _ := asking(t, func(w http.ResponseWriter, r *http.Request) {
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil || r.Method != "POST" || r.URL.Path != "/berth" ||
			r.Header.Get("Authorization") != "Bearer sesame-1234" || r.Header.Get("Content-Type") != "application/json" || r.Header.Get("User-Agent") != "Berth/1.2" {
			t.Errorf("%s %s %v, %v", r.Method, r.URL, r.Header, err)
		}
		w.WriteHeader(http.StatusNoContent)
	})
	if reasons, err := c.Ask(t.Context(), question); err != nil || reasons != nil {
		t.Fatal(reasons, err)
	}
	if got.For != "submit" || !got.DryRun || got.Person.Organisation != "TCD" || !got.Slot.Equal(question.Slot) {
		t.Errorf("%+v", got)
	}
}

// TestACallerWhoLeavesWaitsNoLonger: the time of a call is bounded by its caller's.
func TestACallerWhoLeavesWaitsNoLonger(t *testing.T) {
	t.Parallel()
	c, _ := asking(t, says(204, "", ""))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Ask(ctx, question); err == nil {
		t.Error("an answer without a call")
	}
}
