package trace_test

import (
	"bytes"
	"context"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"berth/scheduler/trace"
)

const (
	parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	other  = "4bf92f3577b34da6a3ce929d0e0e4736"
)

// TestWhatIsReceived pins which ids of callers are kept, and where each bound lies.
func TestWhatIsReceived(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", trace.MaxID)
	for name, c := range map[string]struct{ id, parent, want, trace string }{
		"an id":                   {"order-17/3", "", "order-17/3", ""},
		"the longest id":          {long, "", long, ""},
		"one longer":              {long + "a", "", "", ""},
		"with a space":            {"a b", "", "", ""},
		"with a line":             {"a\nlevel=ERROR", "", "", ""},
		"with quotes":             {`a"b`, "", "", ""},
		"beyond ASCII":            {"é", "", "", ""},
		"a parent alone":          {"", parent, other, other},
		"both":                    {"order-17", parent, "order-17", other},
		"a bad id and a parent":   {"a b", parent, other, other},
		"a parent of zeros":       {"", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "", ""},
		"a parent without a span": {"", "00-" + other + "-0000000000000000-01", "", ""},
		"in capitals":             {"", strings.ToUpper(parent), "", ""},
		"version ff":              {"", "ff" + parent[2:], "", ""},
		"a later version":         {"", "01" + parent[2:] + "-more", other, other},
		"more in version 00":      {"", parent + "-more", "", ""},
		"an id that is a trace":   {other, "", other, other},
	} {
		got := trace.Received(c.id, c.parent)
		if c.want != "" && got.ID != c.want || c.want == "" && (len(got.ID) != 32 || strings.Contains(c.id, got.ID)) {
			t.Errorf("%s: the id is %q, want %q", name, got.ID, c.want)
		}
		if c.trace != "" && got.Trace != c.trace || len(got.Trace) != 32 {
			t.Errorf("%s: the trace is %q, want %q", name, got.Trace, c.trace)
		}
		if back := trace.Parse(got.String()); back != got {
			t.Errorf("%s: stored as %q it comes back as %+v, want %+v", name, got, back, got)
		}
		if again := trace.Received("", got.Parent()); again.Trace != got.Trace {
			t.Errorf("%s: the next program reads the trace %q of %q", name, again.Trace, got.Trace)
		}
	}
	if a, b := trace.New(), trace.New(); a == b {
		t.Errorf("two calls have the id %q", a.ID)
	}
	if got := trace.Parse(""); got != (trace.Call{}) {
		t.Errorf("nothing stored becomes %+v", got)
	}
}

// TestEveryLineNamesTheCall: with attributes, in groups, and only where there is a call.
func TestEveryLineNamesTheCall(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(trace.Logged(trace.Logged(slog.NewTextHandler(&out, nil)))).With("channel", "mail")
	ctx := trace.Within(t.Context(), trace.Received("order-17", parent))
	log.InfoContext(ctx, "one")
	log.InfoContext(trace.Ensured(ctx), "two")
	log.InfoContext(trace.Within(t.Context(), trace.New()), "three")
	log.InfoContext(t.Context(), "four")
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	for i, want := range []string{`channel=mail request_id=order-17 trace_id=` + other + `$`, `request_id=order-17 trace_id=` + other + `$`, `channel=mail request_id=[0-9a-f]{32}$`, `channel=mail$`} {
		if !regexp.MustCompile(want).MatchString(lines[i]) {
			t.Errorf("%s\nwant %s", lines[i], want)
		}
	}
	if trace.Of(trace.Ensured(context.Background())).ID == "" {
		t.Error("a context without a call got none")
	}
}

// FuzzReceived: whatever a caller sends, what is kept fits into a header and a log line.
func FuzzReceived(f *testing.F) {
	f.Add("order-17", parent)
	f.Add("a b", "00-x")
	kept := regexp.MustCompile(`^[!-~]{1,64}$`)
	f.Fuzz(func(t *testing.T, id, parent string) {
		c := trace.Received(id, parent)
		if !kept.MatchString(c.ID) || !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(c.Trace) || trace.Parse(c.String()) != c {
			t.Errorf("%q and %q become %+v", id, parent, c)
		}
	})
}
