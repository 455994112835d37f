// Package plain has the rules for texts that people write: what one line and what a longer text may hold, and how a text is cut to a length.
package plain
