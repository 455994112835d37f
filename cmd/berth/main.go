package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // for systems without time zones

	"berth/internal/console"
)

// version is set when the program is built by make.
var version = ""

// process holds a command's connections to its surroundings.
type process struct {
	args    []string
	environ []string
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
	clock   func() time.Time // nil: the machine's
}

func main() { os.Exit(start(nil)) }

// start runs the program on a clock; a nil one is the machine's.
func start(clock func() time.Time) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal finds no handler, and ends the process
	code := run(ctx, process{os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr, clock})
	stop()
	return code
}

// run runs the program, apart from its process.
func run(ctx context.Context, p process) int {
	err := execute(ctx, p)
	console.Complain(p.stderr, err)
	return console.ExitCode(err)
}
