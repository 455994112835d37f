// Package plain holds the rules for texts that people write: the characters that a line and a longer text may contain, and the ways to cut
// a text to a length.
package plain
