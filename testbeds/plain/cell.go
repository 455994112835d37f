package plain

import "strings"

// Cell keeps a text in a table from being taken for a formula by a program that calculates with it: such a text gets an apostrophe before it.
func Cell(text string) string {
	trimmed := strings.TrimLeft(text, " \t\r\n")
	if trimmed == "" || !strings.HasPrefix(text, "\t") && !strings.HasPrefix(text, "\r") && !strings.ContainsRune("=+-@|%\uFF1D\uFF0B\uFF0D\uFF20", []rune(trimmed)[0]) {
		return text
	}
	return "'" + text
}
