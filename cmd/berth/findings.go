package main

import (
	"fmt"

	"berth/scheduler"
)

// findings counts what would fail among the lines that a command prints after it has examined another system.
type findings int

// print prints a line for what was examined, and below it the advice, if there is any.
func (n *findings) print(s *session, ok bool, what, detail, remedy string) {
	mark := "ok  "
	if !ok {
		mark = "FAIL"
		*n++
	}
	fmt.Fprintf(s.stdout, "%s  %-10s %s\n", mark, what, detail)
	if remedy != "" {
		fmt.Fprintf(s.stdout, "      %-10s → %s\n", "", remedy)
	}
}

// verdict returns CodeConflict if anything would fail.
func (n findings) verdict() error {
	if n > 0 {
		return scheduler.Errorf(scheduler.CodeConflict, "%d of these would fail", n)
	}
	return nil
}
