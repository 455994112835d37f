/*
Release builds what a release consists of, into dist/: an archive for each system with the program, its manual pages, completions and licences; a
bill of materials for each program; the licences of everything inside; checksums.

	go -C tools/release run .             all of it
	go -C tools/release run . licences    print the licences of what is inside

The same commit and the same Go give the same bytes: nothing of this machine, of its clock or of the order of its files is in them. VERSION names the
version, SOURCE_DATE_EPOCH the time of everything; by default git does, by its tags and the time of the commit.
*/
package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// target is a system for which the program is built.
type target struct{ OS, Arch string }

var targets = []target{{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"}}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if err := os.Chdir("../.."); err != nil { // the repository
		return err
	}
	inside, err := modules()
	if err != nil {
		return err
	}
	if len(args) == 1 && args[0] == "licences" {
		_, err := os.Stdout.WriteString(licences(inside))
		return err
	}
	if len(args) > 0 {
		return fmt.Errorf("unknown: %s", strings.Join(args, " "))
	}
	version, err := named("VERSION", "git", "describe", "--tags", "--always", "--dirty")
	if err != nil {
		return err
	}
	epoch, err := named("SOURCE_DATE_EPOCH", "git", "log", "-1", "--format=%ct")
	if err != nil {
		return err
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	return build(version, time.Unix(seconds, 0).UTC(), inside)
}

// named takes a variable, or else what a command says.
func named(variable, command string, args ...string) (string, error) {
	if v := os.Getenv(variable); v != "" {
		return v, nil
	}
	b, err := exec.Command(command, args...).Output()
	return strings.TrimSpace(string(b)), err
}
