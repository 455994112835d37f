package terminal

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"berth/internal/client"
	"berth/internal/console"
	"berth/scheduler"
)

// newDesk returns a desk at a server that answers each call with what the test says.
func newDesk(t *testing.T, answer func(method, path string, body map[string]any) (status int, text string)) (*Desk, *bytes.Buffer, *[]string) {
	t.Helper()
	var calls []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		body := map[string]any{}
		_ = json.Unmarshal(raw, &body)
		path := strings.TrimPrefix(r.URL.Path, "/api/v1")
		calls = append(calls, strings.TrimSpace(r.Method+" "+path+" "+string(raw)+" "+r.Header.Get("If-Match")))
		status, text := answer(r.Method, path, body)
		if status >= 400 {
			w.Header().Set("Content-Type", "application/problem+json")
		}
		w.Header().Set("ETag", `"7"`)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(server.Close)
	c, err := client.New(client.Options{Server: server.URL, Token: "t"})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	return &Desk{Client: c, Output: Output{Out: &out, Format: FormatTable}, Times: dublin(t), Err: &out, Fresh: func() string { return "key" }}, &out, &calls
}

const underReview = `{"id":"u","number":42,"name":"Trial","status":"UNDER_REVIEW","slot":{"start":"2026-11-28T09:00:00Z","end":"2026-11-28T11:00:00Z"},"fit":{"ok":true},"actions":[]}`

func granted(dry bool) string {
	b, _ := json.Marshal(dry)
	return `{"request":{"number":42,"name":"Trial","status":"SCHEDULED","slot":{"start":"2026-11-28T09:00:00Z","end":"2026-11-28T11:00:00Z"}},"fit":{"ok":true},
		"displaced":[{"number":7,"name":"Other","slot":{"start":"2026-11-28T09:00:00Z","end":"2026-11-28T10:00:00Z"},"alternatives":[]}],"dry_run":` + string(b) + `}`
}

// A person is asked after a preview, and what they agree to is the request that they saw; a script is not asked.
func TestNothingChangesUntilThePersonAgrees(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		asks        bool
		dry         bool
		typed       string
		steps       []string // dry_run of each call, with the revision
		declined    bool
		sees, isnot string
	}{
		{"no", true, false, "n\n", []string{`true "7"`}, true, "displaced: #7 Other", "#42 Trial is scheduled"},
		{"nothing", true, false, "", []string{`true "7"`}, true, "Schedule #42? [y/N]", "#42 Trial is scheduled"},
		{"yes", true, false, "y\n", []string{`true "7"`, `<nil> "7"`}, false, "#42 Trial is scheduled, tomorrow 09:00–11:00", "\x1b"},
		{"dry", true, true, "", []string{`true "7"`}, false, "would be scheduled", "[y/N]"},
		{"script", false, false, "", []string{`<nil>`}, false, "is scheduled", "[y/N]"},
	} {
		var steps []string
		d, out, calls := newDesk(t, func(method, path string, body map[string]any) (int, string) {
			switch {
			case path == "/me":
				return 200, `{"zone":"Europe/Dublin"}`
			case method == http.MethodGet:
				return 200, underReview
			}
			dry, _ := body["dry_run"].(bool)
			return 200, granted(dry)
		})
		d.Asks, d.Dry, d.In = c.asks, c.dry, strings.NewReader(c.typed)
		err := d.Take(t.Context(), "#42", "schedule", "Schedule #%d?", Deciding{})
		for _, call := range *calls {
			if _, rest, ok := strings.Cut(call, "/schedule "); ok {
				raw, revision, _ := strings.Cut(rest, "} ")
				dry := "<nil>"
				if strings.Contains(raw, `"dry_run":true`) {
					dry = "true"
				}
				steps = append(steps, strings.TrimSpace(dry+" "+revision))
			}
		}
		if !slices.Equal(steps, c.steps) || (err == errDeclined) != c.declined || !c.declined && err != nil {
			t.Errorf("%s: steps %q, %v", c.name, steps, err)
		}
		if !strings.Contains(out.String(), c.sees) || strings.Contains(out.String(), c.isnot) {
			t.Errorf("%s: %s", c.name, out)
		}
	}
}

func TestARefusalShowsWhatWorks(t *testing.T) {
	t.Parallel()
	d, out, _ := newDesk(t, func(_, path string, _ map[string]any) (int, string) {
		if path == "/me" {
			return 200, `{}`
		}
		return 409, `{"type":"urn:berth:problem:conflict","detail":"the slot does not fit","conflicts":[{"resource":{"testbed":"hall","device":"usrp"},"interval":{"start":"2026-11-28T09:00:00Z","end":"2026-11-28T10:00:00Z"},"needed":2,"free":1,"short_by":1,"taken_by":[]}],
			"alternatives":[{"slot":{"start":"2026-11-29T09:00:00Z","end":"2026-11-29T11:00:00Z"},"placement":{"1":"hall/a","2":"hall/a"},"changes":[{"kind":"shift","text":"starts 1 d later"}],"cost":24}]}`
	})
	err := d.Told(d.Submit(t.Context(), New{Wish: Wish{NSD: "x", Slot: "tomorrow 9-11"}, Name: "Trial"}))
	if err != console.ErrNo {
		t.Error(err)
	}
	for _, want := range []string{"the slot does not fit", "hall usrp: short by 1 (2 needed, 1 free), Sat 28 Nov, 09:00–10:00", "Sun 29 Nov, 09:00–11:00", "starts 1 d later", "hall/a"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	if other := scheduler.Errorf(scheduler.CodeForbidden, "no"); d.Told(other) != other {
		t.Error("another error is returned as it is")
	}
}

func TestWatchEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	d, out, _ := newDesk(t, func(_, path string, _ map[string]any) (int, string) {
		switch path {
		case "/me":
			return 200, `{}`
		case "/events":
			return 200, "retry: 3000\n\n: \n\nid: 8\ndata: {\"sequence\":8,\"number\":41,\"action\":\"cancel\",\"actor\":\"eve\",\"status\":\"CANCELLED\",\"at\":\"2026-11-27T10:31:00Z\"}\n\n" +
				"data: {\"sequence\":9,\"number\":42,\"action\":\"schedule\",\"actor\":\"monika\",\"status\":\"SCHEDULED\",\"at\":\"2026-11-27T10:32:00Z\"}\n\ndata: not json\n\n" +
				"data: {\"sequence\":10,\"number\":42,\"action\":\"cancel\",\"actor\":\"vera\",\"reason\":\"rain\",\"status\":\"CANCELLED\",\"at\":\"2026-11-27T10:33:00Z\"}\n\ndata: {\"sequence\":11,\"number\":42,\"action\":\"start\"}\n\n"
		}
		return 200, underReview
	})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := d.Watch(ctx, "42"); err != nil {
		t.Fatal(err)
	}
	if s := out.String(); !strings.Contains(s, "today 10:32  #42 monika scheduled it") || !strings.Contains(s, "vera cancelled it: (rain)") || strings.Contains(s, "eve") || strings.Contains(s, "started") {
		t.Error(s)
	}
}

// A table is never wider than the terminal, loses no row, and shows nobody's control characters.
func TestTablesFitTheTerminal(t *testing.T) {
	t.Parallel()
	text := rapid.StringN(0, 60, 200)
	rapid.Check(t, func(r *rapid.T) {
		columns := rapid.IntRange(1, 5).Draw(r, "columns")
		width := rapid.IntRange(columns*(narrowest+2), 160).Draw(r, "width")
		tab := table{Head: []string{"one", "two", "three", "four", "five"}[:columns]}
		for range rapid.IntRange(1, 5).Draw(r, "rows") {
			var row []cell
			for range columns {
				row = append(row, said(text.Draw(r, "text")))
			}
			tab.Rows = append(tab.Rows, row)
		}
		var out bytes.Buffer
		if err := (Output{Out: &out, Format: FormatTable, Width: width}).list(tab, nil); err != nil {
			r.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if len(lines) != len(tab.Rows)+1 {
			r.Fatalf("%d lines for %d rows:\n%q", len(lines), len(tab.Rows), out.String())
		}
		for _, l := range lines {
			if utf8.RuneCountInString(l) > width || strings.ContainsAny(l, "\x1b\x00\x07\u202e") {
				r.Fatalf("%d columns at a width of %d: %q", utf8.RuneCountInString(l), width, l)
			}
		}
	})
}

func TestColoursAreForTerminals(t *testing.T) {
	t.Parallel()
	if got := (Output{Colour: true}).styled("x", bad); got != "\x1b[31mx\x1b[0m" {
		t.Errorf("%q", got)
	}
	if got := (Output{}).styled("x", bad); got != "x" {
		t.Errorf("%q", got)
	}
	var out bytes.Buffer
	tab := table{Head: []string{"number", "slot"}, Rows: [][]cell{{{Said: "#7", Exact: "7"}, {Said: "today", Exact: "2026-11-27T09:00:00Z/2026-11-27T10:00:00Z"}}, {said("=1+1"), said("-3")}}}
	for _, c := range []struct {
		format Format
		want   string
	}{{FormatID, "7\n=1+1\n"}, {FormatCSV, "number,slot\n7,2026-11-27T09:00:00Z/2026-11-27T10:00:00Z\n'=1+1,-3\n"}} {
		out.Reset()
		if err := (Output{Out: &out, Format: c.format}).list(tab, nil); err != nil || out.String() != c.want {
			t.Errorf("%s: %q, %v", c.format, out.String(), err)
		}
	}
}
