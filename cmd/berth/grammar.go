package main

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"

	"berth/internal/app"
	"berth/internal/config"
	"berth/internal/console"
	"berth/scheduler"
)

// grammar is the command line.
type grammar struct {
	ConfigFile string `name:"config" help:"The settings file. Default: berth.toml in the working directory, if it exists." placeholder:"FILE"`

	Serve    serveCommand     `cmd:"" help:"Serve pages, API and calendars, and carry out what is due."`
	Load     loadCommand      `cmd:"" help:"Replace facility and catalogue from YAML files."`
	Check    checkCommand     `cmd:"" help:"Check whether an experiment fits a slot."`
	Suggest  suggestCommand   `cmd:"" help:"Suggest other ways to run an experiment."`
	User     userCommands     `cmd:"" help:"Manage people who can sign in."`
	Token    tokenCommands    `cmd:"" help:"Manage secrets with which programs act for people."`
	Bugzilla bugzillaCommands `cmd:"" help:"Check the connection to Bugzilla, list what waits, bring a ticket in line."`
	Osm      osmCommands      `cmd:"" name:"osm" help:"Check the connection to each OSM, list what runs there for which request."`
	Mail     mailCommands     `cmd:"" help:"Test whether mail arrives."`
	Verify   verifyCommand    `cmd:"" help:"Judge the whole database from nothing; exit 1 if it is not clean."`
	Backup   backupCommand    `cmd:"" help:"Copy a SQLite database consistently, also while it is in use."`
	Config   configCommand    `cmd:"" help:"Print the settings in force, and where each comes from."`
	Version  versionCommand   `cmd:"" help:"Print the version."`
}

// exited ends parsing after help was printed.
type exited int

func (e exited) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// execute parses the command line and runs the command.
func execute(ctx context.Context, p process) (err error) {
	defer func() {
		if r := recover(); r != nil {
			code, ok := r.(exited)
			if !ok {
				panic(r)
			}
			if code != 0 {
				err = code
			}
		}
	}()
	var g grammar
	parser, err := kong.New(&g, kong.Name("berth"), kong.Description("Berth books testbed slots for 5G experiments."),
		kong.Embed(settingFlags()), kong.ExplicitGroups(settingGroups()), kong.Writers(p.stdout, p.stderr), kong.Exit(func(code int) { panic(exited(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(p.args)
	if wrong, ok := errors.AsType[*kong.ParseError](err); ok {
		return scheduler.Errorf(scheduler.CodeInvalid, "%v; see berth --help", wrong)
	}
	if err != nil {
		return err
	}
	settings, err := config.Load(config.Sources{File: g.ConfigFile, Environ: p.environ, Flags: given(parsed)})
	if err != nil {
		return err
	}
	for _, note := range settings.Notes() {
		fmt.Fprintf(p.stderr, "berth: %s\n", note)
	}
	return parsed.Run(&session{process: p, settings: settings})
}

// settingsGroup begins the key of every group of flags that are settings.
const settingsGroup = "settings: "

// settingFlags makes a flag for every setting, and for the file of every secret, from the table of package config. All values are texts
// here: package config parses them, whatever their origin.
func settingFlags() any {
	var shape []reflect.StructField
	flag := func(name, group, help string) {
		shape = append(shape, reflect.StructField{
			Name: fmt.Sprintf("Setting%d", len(shape)), Type: reflect.TypeFor[string](),
			Tag: reflect.StructTag(fmt.Sprintf("name:%q help:%q group:%q placeholder:%q", config.Flag(name), help, settingsGroup+group, strings.ToUpper(name))),
		})
	}
	for _, s := range config.List() {
		flag(s.Name, s.Group, s.Text())
		if s.Secret {
			flag(s.File(), s.Group, "The file that holds "+s.Name+".")
		}
	}
	return reflect.New(reflect.StructOf(shape)).Interface()
}

// settingGroups returns the headings of the settings' flags.
func settingGroups() []kong.Group {
	groups := make([]kong.Group, len(config.Groups))
	for i, name := range config.Groups {
		groups[i] = kong.Group{Key: settingsGroup + name, Title: name + ":"}
	}
	groups[0].Title = "Settings. Each can also come from berth.toml (some_thing) or from a variable (BERTH_SOME_THING). Durations are in ISO 8601, such as P1D or PT1H.\n\n" + groups[0].Title
	return groups
}

// given returns the settings on the command line.
func given(parsed *kong.Context) map[string]string {
	values := map[string]string{}
	for _, f := range parsed.Flags() {
		if f.Group != nil && strings.HasPrefix(f.Group.Key, settingsGroup) && f.Set {
			values[strings.ReplaceAll(f.Name, "-", "_")] = f.Target.String()
		}
	}
	return values
}

// session holds the state of one command.
type session struct {
	process
	settings config.Settings
}

func (s *session) console(parts *app.Parts, asJSON bool) console.Console {
	return console.Console{Service: parts.Service, Accounts: parts.Auth, Out: s.stdout, JSON: asJSON}
}
