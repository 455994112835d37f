package console_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"berth/internal/console"
	"berth/scheduler"
)

func TestReadPassword(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("from a file\nand more\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, file, in string
		want           string // empty: refused
	}{
		{"input", "", "correct horse\n", "correct horse"},
		{"input without a line end", "-", "correct horse", "correct horse"},
		{"blanks are part of it", "", "  a b  \r\n", "  a b  "},
		{"file", file, "not this", "from a file"},
		{"empty", "", "\n", ""},
		{"nothing", "", "", ""},
		{"too long", "", strings.Repeat("x", 1025) + "\n", ""},
		{"missing file", filepath.Join(t.TempDir(), "nowhere"), "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := console.ReadPassword(tt.file, strings.NewReader(tt.in), io.Discard)
			if got != tt.want {
				t.Errorf("password is %q, want %q", got, tt.want)
			}
			if refused := scheduler.CodeOf(err) == scheduler.CodeInvalid; refused != (tt.want == "") {
				t.Errorf("error is %v", err)
			}
		})
	}
}
