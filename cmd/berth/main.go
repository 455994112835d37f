/*
Berth books testbed slots for 5G experiments.

	berth serve [--demo]              answer over HTTP, and do what time brings
	berth load [--replace] FILE...    facility and catalogue from YAML files; what others made over the API is kept
	berth check, berth suggest        does an experiment fit a slot, and if not, what else would do
	berth user, berth token           people who can sign in, and secrets for programs
	berth bugzilla check, status, sync  the tickets: would they work, what waits, bring one in line
	berth verify                      judge the whole database from nothing; exit 1 if it is not clean
	berth backup FILE                 a consistent copy of a SQLite database of any schema, also while it is in use
	berth config                      the settings in force, and where each of them comes from
	berth version

Each of them has --help. Apart from serve they work on the database directly, as its local administrator; a server may be running on
it at the same time. Only serve brings the schema of an older database up to date.

# First steps

	berth user add ada --name "Ada Example" --role administrator
	berth load facility.yaml catalogue.yaml
	berth serve

There is no account and no password that comes with the program. Passwords are never arguments: they are asked for, or read from
standard input or a file.

# Settings

A setting named some_thing comes from its default, from berth.toml in the working directory (or the file named by --config or
BERTH_CONFIG), from the variable BERTH_SOME_THING, or from the flag --some-thing; the later one wins. The database, which may hold a
password, can also be read from a file: BERTH_DATABASE_FILE, database_file in berth.toml, or --database-file. Names that are not known are refused.

	listen         127.0.0.1:8080  address and port; beyond loopback it takes TLS or a declared proxy
	database       berth.db        path of a SQLite file, or postgres://user@host1,host2/name
	tls_cert                       certificate chain in PEM
	tls_key                        private key in PEM
	behind_proxy                   reverse proxies whose X-Forwarded-For is believed
	public_url                     address under which people reach this instance
	horizon        P730D           how far ahead can be booked
	hold_for       P3D             how long an offer holds its capacity
	max_hold       P30D            how long it can be made to
	reminders      P1D,PT1H        how long ahead people are reminded
	log_level      info            debug, info, warn or error
	log_format     text            text or json
	max_body       4194304         largest request body in bytes
	stop_after     PT15S           how long a stop waits for what is under way

# Exit codes

	0   done
	1   the answer is no: it does not fit, it is not clean, the step is not allowed now
	2   a flag, a setting or a file breaks a rule
	3   there is no such thing
	4   not allowed
	5   somebody changed it in between
	6   not available; try again later
	70  a fault in Berth or in what it runs on

# Signals

SIGINT and SIGTERM stop gracefully: no new connections are taken, what is under way comes to its end, or is cut off, within stop_after. A
second one stops at once, which loses nothing either: every decision is one transaction.
*/
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // where the system has no time zones

	"berth/internal/console"
)

// version is set when the program is built by make.
var version = ""

// process is what a command gets from its surroundings.
type process struct {
	args    []string
	environ []string
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
	clock   func() time.Time // nil: the machine's
}

func main() { os.Exit(start(nil)) }

// start is the program on a clock; a nil one is the machine's.
func start(clock func() time.Time) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal finds nobody waiting for it, and ends the process
	code := run(ctx, process{os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr, clock})
	stop()
	return code
}

// run is the program, apart from the process that it runs in.
func run(ctx context.Context, p process) int {
	err := execute(ctx, p)
	console.Complain(p.stderr, err)
	return console.ExitCode(err)
}
