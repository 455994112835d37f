package timeline

import (
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestText bounds the characters of a tooltip.
const longestText = 400

// clean removes the characters that XML 1.0 (section 2.2) does not allow, other control characters, and those that set the direction of
// text (a name could otherwise change the reading of the text after it). White space, line ends included, becomes one space.
func clean(s string) string {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] >= ' ' && s[i] < 0x7f && (s[i] != ' ' || i > 0 && s[i-1] != ' ')
	}
	if plain && len(s) <= longestText {
		return strings.TrimSuffix(s, " ")
	}
	var b strings.Builder
	n, space := 0, false
	for _, r := range s { // bytes that are not UTF-8 arrive as U+FFFD
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case r < 0x20, r >= 0x7f && r < 0xa0, r == 0xfffe, r == 0xffff:
			continue
		case r == 0x061c, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			continue
		}
		if n++; n > longestText {
			b.WriteRune('…')
			break
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// asciiWidths holds the advances of the characters from space to tilde in hundredths of the size, rounded up, of DejaVu Sans: the server
// has no font to ask, and few sans-serif fonts of browsers are wider.
var asciiWidths = [...]uint8{
	32, 41, 46, 84, 64, 96, 78, 28, 40, 40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 54,
	100, 69, 69, 70, 78, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79, 61, 79, 70, 64, 62, 74, 69, 99, 69, 62, 69, 40, 34, 40, 84, 50,
	50, 62, 64, 55, 64, 62, 36, 64, 64, 28, 28, 58, 28, 98, 64, 62, 64, 64, 42, 53, 40, 64, 60, 82, 60, 60, 53, 64, 34, 64, 84,
}

// widthOf estimates the greatest width of a text at a font size.
func widthOf(s string, size float64) float64 {
	var w float64
	for _, r := range s {
		w += widthOfRune(r)
	}
	return w * size
}

// bold is the relative width of bold letters.
const bold = 1.12

func widthOfRune(r rune) float64 {
	switch {
	case r >= ' ' && r <= '~':
		return float64(asciiWidths[r-' ']) / 100
	case r == '–':
		return .5
	case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Me, r), r == 0x200d:
		return 0
	case r >= 0x1100 && r < 0x2000 || r > 0x2e80, r == '…', r == utf8.RuneError:
		return 1.1 // wide scripts and emoji
	}
	return .85
}

// fitted cuts a text to the room, with an ellipsis for the rest; empty if there is room for next to nothing.
func fitted(s string, size, room float64) string {
	if widthOf(s, size) <= room {
		return s
	}
	room -= widthOf("…", size)
	end, n := 0, 0
	for i, r := range s {
		if room -= widthOfRune(r) * size; room < 0 {
			break
		}
		end, n = i+utf8.RuneLen(r), n+1
	}
	if n < 2 {
		return ""
	}
	return strings.TrimRight(s[:end], " ") + "…"
}

// longestLink exceeds the common limits of browsers and servers.
const longestLink = 2000

// href checks a link for the picture: http, https, or relative to the page, in ASCII. Others, including those that browsers would read as
// another host ("//host", "/\host"), become empty.
func href(link string) string {
	odd := func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' || r == utf8.RuneError }
	if link == "" || len(link) > longestLink || strings.HasPrefix(link, "//") || strings.ContainsFunc(link, odd) {
		return ""
	}
	u, err := url.Parse(link)
	switch {
	case err != nil, strings.ContainsFunc(u.Host, func(r rune) bool { return r > '~' }), u.Scheme == "" && (u.Host != "" || u.Opaque != ""):
		return ""
	case u.Scheme == "", (u.Scheme == "http" || u.Scheme == "https") && u.Host != "":
		return ascii(u.String())
	}
	return ""
}

// ascii percent-encodes other characters, like browsers.
func ascii(link string) string {
	var b strings.Builder
	for i := range len(link) {
		if c := link[i]; c < 0x80 {
			b.WriteByte(c)
		} else {
			b.WriteString("%" + strings.ToUpper(strconv.FormatUint(uint64(c), 16)))
		}
	}
	return b.String()
}
