package trace

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Call is what the work of a context is done for: a call from outside, or a round of a job.
type Call struct {
	ID    string // as in the logs; at most MaxID characters
	Trace string // the trace id of W3C: 32 hexadecimal digits; follows from ID unless the caller has given one
}

// MaxID is the length of the longest id that is taken from a caller.
const MaxID = 64

const traceLength = 32

// New makes a call that nobody has given an id.
func New() Call { return of(random(traceLength)) }

// Received makes a call from outside, by its headers X-Request-Id and traceparent. Ids that break the rules count as not given.
func Received(id, parent string) Call {
	c := of(id)
	from := parsedParent(parent)
	switch {
	case !valid(id) && from == "":
		return New()
	case !valid(id):
		c.ID = from
	}
	if from != "" {
		c.Trace = from
	}
	return c
}

// of makes the call of an id alone.
func of(id string) Call { return Call{ID: id, Trace: derived(id)} }

// derived returns the trace id of an id: the id itself if it has that form.
func derived(id string) string {
	if isTrace(id) {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:traceLength/2])
}

// valid reports whether an id from outside can be taken: a log and a header must be able to hold it as it is.
func valid(id string) bool {
	return id != "" && len(id) <= MaxID && strings.IndexFunc(id, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && !strings.ContainsRune("-_.:+/=@", r)
	}) < 0
}

// parsedParent returns the trace id in a traceparent, such as 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01; empty if it is none. Later
// versions may have more parts.
func parsedParent(text string) string {
	parts := strings.Split(text, "-")
	if len(text) > 128 || len(parts) < 4 || parts[0] == "00" && len(parts) != 4 {
		return ""
	}
	for i, length := range []int{2, traceLength, 16, 2} {
		if len(parts[i]) != length || !lowerHex(parts[i]) {
			return ""
		}
	}
	if parts[0] == "ff" || strings.Trim(parts[2], "0") == "" || !isTrace(parts[1]) {
		return ""
	}
	return parts[1]
}

func isTrace(id string) bool {
	return len(id) == traceLength && lowerHex(id) && strings.Trim(id, "0") != ""
}

func lowerHex(text string) bool { return strings.Trim(text, "0123456789abcdef") == "" }

// Parent returns the traceparent of one call to another system. Berth records no spans, so it leaves the decision to sample to others.
func (c Call) Parent() string { return "00-" + c.Trace + "-" + random(16) + "-00" }

// random returns hexadecimal digits.
func random(length int) string {
	raw := make([]byte, length/2)
	_, _ = rand.Read(raw) // it never fails
	return hex.EncodeToString(raw)
}

// String returns the form that is stored: the id, and the trace id where that does not follow from it.
func (c Call) String() string {
	if c.ID == "" || c.Trace == derived(c.ID) {
		return c.ID
	}
	return c.ID + " " + c.Trace
}

// Parse reads the stored form.
func Parse(text string) Call {
	id, from, _ := strings.Cut(text, " ")
	if id == "" {
		return Call{}
	}
	c := of(id)
	if from != "" {
		c.Trace = from
	}
	return c
}

type key struct{}

// Within returns a context for the work of a call; without an id it returns the context itself.
func Within(ctx context.Context, c Call) context.Context {
	if c.ID == "" {
		return ctx
	}
	return context.WithValue(ctx, key{}, c)
}

// Of returns the call of a context; the zero Call where there is none.
func Of(ctx context.Context) Call {
	c, _ := ctx.Value(key{}).(Call)
	return c
}

// Ensured returns the context with a new call, unless it has one.
func Ensured(ctx context.Context) context.Context {
	if Of(ctx).ID != "" {
		return ctx
	}
	return Within(ctx, New())
}
