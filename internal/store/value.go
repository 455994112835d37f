package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"berth/scheduler"
)

// keepable reports whether PostgreSQL can store a string; SQLite could store more, but must not.
func keepable(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// storable refuses arguments that cannot be stored.
func storable(what string, args []any) error {
	for _, a := range args {
		if s, ok := a.(string); ok && !keepable(s) {
			return scheduler.Errorf(scheduler.CodeInvalid, "%s: text must be UTF-8 without NUL characters", what)
		}
	}
	return nil
}

// findable reports whether any row can match the arguments: texts that cannot be stored match none.
func findable(args []any) bool { return storable("", args) == nil }

// micros and fromMicros convert an instant to the microsecond.
func micros(t time.Time) int64     { return t.UnixMicro() }
func fromMicros(n int64) time.Time { return time.UnixMicro(n).UTC() }

// seconds and fromSeconds convert an instant of a slot.
func seconds(t time.Time) int64     { return t.Unix() }
func fromSeconds(n int64) time.Time { return time.Unix(n, 0).UTC() }

// document encodes a value as JSON text.
func document(what string, v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("writing %s: %w", what, err)
	}
	return string(b), nil
}

// parsed decodes a value from JSON text.
func parsed[T any](what, text string) (v T, err error) {
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return v, fmt.Errorf("reading %s: %w", what, err)
	}
	return v, nil
}

// chunk is the number of list arguments in one statement.
const chunk = 500

// places lists n placeholders beginning with $from.
func places(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "$%d", from+i)
	}
	return b.String()
}

// anys converts a list into arguments of a statement.
func anys[T any](list []T) []any {
	out := make([]any, len(list))
	for i, x := range list {
		out[i] = x
	}
	return out
}
