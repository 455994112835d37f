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

	Login    loginCommand     `cmd:"" group:"server" help:"Sign in to a server, and save it for the commands below."`
	Logout   logoutCommand    `cmd:"" group:"server" help:"Forget a saved server, and revoke its token."`
	Context  contextCommands  `cmd:"" group:"server" help:"List the saved servers, choose one."`
	Slots    slotsCommand     `cmd:"" group:"server" help:"List the next free slots for a network service."`
	Check    checkCommand     `cmd:"" group:"server" help:"Check whether an experiment fits a slot."`
	Suggest  suggestCommand   `cmd:"" group:"server" help:"Suggest other ways to run an experiment."`
	Request  requestCommands  `cmd:"" group:"server" help:"Ask for slots, follow requests, write to the people concerned."`
	Series   seriesCommands   `cmd:"" group:"server" help:"Ask for slots that repeat, and decide about them together."`
	Waitlist waitlistCommands `cmd:"" group:"server" help:"Wait for capacity that comes back."`
	Schedule scheduleCommand  `cmd:"" group:"server" help:"Grant a request its slot, or another one."`
	Override overrideCommand  `cmd:"" group:"server" help:"Grant a request against a rule, with a reason."`
	Reject   rejectCommand    `cmd:"" group:"server" help:"Reject a request, with offers of what would work."`
	Approve  approveCommand   `cmd:"" group:"server" help:"Decide on a request for a testbed."`
	Move     moveCommand      `cmd:"" group:"server" help:"Move a granted request to another slot or place."`
	Start    startCommand     `cmd:"" group:"server" help:"Report that a deployment runs."`
	Complete completeCommand  `cmd:"" group:"server" help:"Report that a deployment is over."`
	Fail     failCommand      `cmd:"" group:"server" help:"Report that a deployment failed."`
	Testbed  testbedCommands  `cmd:"" group:"server" help:"List testbeds, show one, draw its week."`
	Service  serviceCommands  `cmd:"" group:"server" help:"List the network services."`
	Closure  closureCommands  `cmd:"" group:"server" help:"Close testbeds for maintenance, open them again."`
	Calendar calendarCommands `cmd:"" group:"server" help:"Addresses and app passwords for calendar clients."`
	Report   reportCommand    `cmd:"" group:"server" help:"Show how much was used."`

	Serve     serveCommand      `cmd:"" group:"local" help:"Serve pages, API and calendars, and carry out what is due."`
	Load      loadCommand       `cmd:"" group:"local" help:"Replace facility and catalogue from YAML files."`
	Policy    policyCommands    `cmd:"" group:"local" help:"Show, put in force or try the rules of what people may ask for."`
	User      userCommands      `cmd:"" group:"local" help:"Manage people who can sign in."`
	Token     tokenCommands     `cmd:"" group:"local" help:"Manage secrets with which programs act for people."`
	Bugzilla  bugzillaCommands  `cmd:"" group:"local" help:"Check the connection to Bugzilla, list what waits, bring a ticket in line."`
	Osm       osmCommands       `cmd:"" group:"local" name:"osm" help:"Check the connection to each OSM, list what runs there for which request."`
	Portal    portalCommands    `cmd:"" group:"local" help:"Check the connection to each portal, list which of its orders is which request."`
	Calendars calendarsCommands `cmd:"" name:"calendars" group:"local" help:"Check the calendars that facilities keep, and decide about what is not believed."`
	Mail      mailCommands      `cmd:"" group:"local" help:"Test whether mail arrives."`
	Verify    verifyCommand     `cmd:"" group:"local" help:"Judge the whole database from nothing; exit 1 if it is not clean."`
	Backup    backupCommand     `cmd:"" group:"local" help:"Copy a SQLite database consistently, also while it is in use."`
	Restore   restoreCommand    `cmd:"" group:"local" help:"Put a backup in the place of a SQLite database, which is kept aside."`
	Health    healthCommand     `cmd:"" group:"local" help:"Ask the server on this machine whether it can work; exit 6 if it cannot."`
	Config    configCommand     `cmd:"" group:"local" help:"Print the settings in force, and where each comes from."`
	Version   versionCommand    `cmd:"" group:"local" help:"Print the version."`

	Completion completionCommand `cmd:"" group:"server" help:"Print a script that completes commands in bash, zsh or fish."`
	Complete_  completeWords     `cmd:"" name:"__complete" group:"local" hidden:""`
	Man        manCommand        `cmd:"" group:"server" help:"Write the manual pages."`
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
	parser, err := newParser(&g, p)
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(p.args)
	if wrong, ok := errors.AsType[*kong.ParseError](err); ok {
		if err := stays(wrong); err != nil {
			return err
		}
		at := "berth"
		if node := wrong.Context.Selected(); node != nil {
			at = node.FullPath()
		}
		return scheduler.Errorf(scheduler.CodeInvalid, "%v; see %s --help", wrong, at)
	}
	if err != nil {
		return err
	}
	bar := p.bar()
	defer bar.End()
	open := opening(func() (*session, error) {
		settings, err := config.Load(config.Sources{File: g.ConfigFile, Environ: p.environ, Flags: given(parsed)})
		if err != nil {
			return nil, err
		}
		for _, note := range settings.Notes() {
			fmt.Fprintf(p.stderr, "berth: %s\n", note)
		}
		s := &session{process: p, settings: settings, bar: bar}
		s.stdout = console.Ahead(bar.Idle, p.stdout)
		return s, nil
	})
	parsed.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.BindToProvider(func() (*session, error) { return open() }); err != nil {
		return err
	}
	return parsed.Run(&p, open, parser.Model)
}

// opening reads the settings of the machine. Only commands that work on its database need it: those that ask a server run where there are none.
type opening func() (*session, error)

// newParser makes the parser of the command line.
func newParser(g *grammar, p process) (*kong.Kong, error) {
	parser, err := kong.New(g, kong.Name("berth"), kong.Description("Berth books testbed slots for 5G experiments."),
		kong.Embed(settingFlags()), kong.ExplicitGroups(append(settingGroups(), commandGroups...)), kong.Writers(p.stdout, p.stderr), kong.Exit(func(code int) { panic(exited(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}), kong.Help(help))
	if err == nil {
		shown(parser.Model, "")
		stay(parser.Model)
	}
	return parser, err
}

var commandGroups = []kong.Group{{Key: "server", Title: "Commands for everybody. They ask the server that berth login has saved:"},
	{Key: "local", Title: "Commands on the server's own machine (load, policy, user and token work at a server, too):"}}

// help shows the settings where somebody looks for them: all of them under berth serve, the database under the other commands that use it.
func help(o kong.HelpOptions, parsed *kong.Context) error {
	if node := parsed.Selected(); node != nil {
		for node.Parent != nil && node.Parent.Type == kong.CommandNode {
			node = node.Parent
		}
		if node.Group != nil && node.Group.Key == "local" {
			shown(parsed.Model, node.Name)
		}
	}
	return kong.DefaultHelpPrinter(o, parsed)
}

// shown hides the flags of settings that the help of a command does not show; "" for the program's own help.
func shown(model *kong.Application, command string) {
	for _, f := range model.Flags {
		switch {
		case f.Name == "config", f.Name == config.Flag("database"):
			f.Hidden = command == "" || command == "version" || command == "completion" || command == "man"
		case f.Group != nil && strings.HasPrefix(f.Group.Key, settingsGroup):
			f.Hidden = command != "serve"
		}
	}
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
	bar      *console.Bar // nil without a terminal
}

func (s *session) console(parts *app.Parts, asJSON bool) console.Console {
	return console.Console{Service: parts.Service, Facilities: parts.Service, Accounts: parts.Auth, Tokens: parts.Auth, Out: s.stdout, JSON: asJSON}
}
