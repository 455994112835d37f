package plain_test

import (
	"strings"
	"testing"
	"unicode"

	"berth/testbeds/plain"
)

func TestWhatHidesInNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Ada Lovelace", "Zoë – „Countess“", "Ελένη", "李小龍", "محمد", "می\u200cخواهم", "👩\u200d🔬", "हिन्दी", "\u0601٢", "tab-less"} {
		if strings.ContainsFunc(name, plain.Hidden) {
			t.Errorf("%q cannot be a name", name)
		}
	}
	for _, r := range []rune{0, '\t', '\n', 0x7f, 0x85, 0xAD, 0x061C, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202D, 0x202E, 0x2060, 0x2066, 0x2067, 0x2068, 0x2069, 0xFEFF, 0xFFF9, 0xE0041,
		0x034F, 0x115F, 0x3164} {
		if !plain.Hidden(r) {
			t.Errorf("U+%04X does not count as hidden", r)
		}
	}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if unicode.Is(unicode.Bidi_Control, r) && !plain.Hidden(r) {
			t.Errorf("U+%04X turns the text around", r)
		}
	}
}

// TestWhatTurnsTextIsTakenOut: exactly what Unicode calls explicit directional formatting; the marks of Arabic and Hebrew texts stay.
func TestWhatTurnsTextIsTakenOut(t *testing.T) {
	t.Parallel()
	const marks = "a\u200eb\u200fc\u061cd"
	if got := plain.WithoutTurns("evil\u202egnp.exe\u202c \u2066x\u2069" + marks); got != "evilgnp.exe x"+marks {
		t.Errorf("%q", got)
	}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if want := unicode.Is(unicode.Bidi_Control, r) && !strings.ContainsRune(marks, r); plain.Turns(r) != want {
			t.Errorf("U+%04X turns text: %t, want %t", r, !want, want)
		}
	}
}
