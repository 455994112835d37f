package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"berth/internal/auth"
	"berth/internal/demo"
	"berth/internal/store"
	"berth/scheduler"
	"berth/scheduler/account"
)

// prepare brings the database up to date and makes sure that users can sign in. Only then does the instance listen, and only then is the
// address of the pages known: the serving store is opened anew.
func (a *App) prepare(ctx context.Context) (err error) {
	parts, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, parts.Close()) }()
	return a.people(ctx, parts)
}

// people makes sure that a user can sign in: the demo's people in a demo, else the existing users.
func (a *App) people(ctx context.Context, parts *Parts) error {
	if a.serving.Demo {
		return a.demo(ctx, parts)
	}
	page, err := parts.Auth.People(ctx, account.System, "", 1)
	if err != nil {
		return err
	}
	if len(page.Items) == 0 {
		a.options.Log.WarnContext(ctx, "nobody has an account yet: open the link that is printed, or add an administrator with berth user add NAME --role administrator")
	}
	return nil
}

// filling is the mark of a demo that has begun to fill its database and not finished.
const (
	demoMark = "demo"
	filling  = "filling"
)

// open opens the database. If a demo was stopped while it filled the database, open empties it, and the demo fills it anew: no user has
// worked with it yet.
func (a *App) open(ctx context.Context) (*Parts, error) {
	parts, err := Open(ctx, a.settings, a.options)
	if err != nil || !a.serving.Demo {
		return parts, err
	}
	mark, err := parts.Store.Mark(ctx, demoMark)
	if err != nil || mark != filling {
		return parts, errors.Join(err, closed(parts, err))
	}
	a.options.Log.WarnContext(ctx, "the demo was stopped before it was complete; it starts anew")
	if err := parts.Close(); err != nil {
		return nil, err
	}
	if err := store.Reset(ctx, a.settings.Database); err != nil {
		return nil, err
	}
	return Open(ctx, a.settings, a.options)
}

// closed closes the parts after a fault.
func closed(parts *Parts, err error) error {
	if err == nil {
		return nil
	}
	return parts.Close()
}

// demo fills an empty database, or takes the existing demo, and gives its people a new password.
func (a *App) demo(ctx context.Context, parts *Parts) error {
	if !a.settings.Loopback() {
		return scheduler.Errorf(scheduler.CodeInvalid, "the demo prints a password for all its people and is served on loopback only, not on %s", a.settings.Listen)
	}
	state, err := demo.Look(ctx, parts.Service, parts.Auth)
	if err != nil {
		return err
	}
	switch state {
	case demo.Foreign:
		return scheduler.Errorf(scheduler.CodeConflict, "the demo goes into an empty database only, and this one is in use")
	case demo.Demo:
		if a.serving.World {
			return scheduler.Errorf(scheduler.CodeConflict, "the systems around the demo begin anew with each start: they need an empty database, and this one has a demo")
		}
	case demo.Empty:
		if err := a.fill(ctx); err != nil {
			return err
		}
	}
	password := rand.Text()
	people, err := demo.SetPassword(ctx, parts.Auth, auth.Hash(password))
	if err != nil {
		return err
	}
	a.introduce(people, password)
	return nil
}

// fill makes up the demo, over a store of its own without deliveries: the demo's past concerns no real person.
func (a *App) fill(ctx context.Context) (err error) {
	parts, err := build(ctx, a.settings, a.options, opening{by: store.OpenAsIs, silent: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, parts.Close()) }()
	options := demo.Options{Now: parts.Clock(), Service: func(clock func() time.Time) *scheduler.Service {
		return newService(parts.Store, a.settings, a.options, clock, nil)
	}, Accounts: func(clock func() time.Time) demo.Accounts { return auth.New(parts.Store, clock) }}
	if _, err := parts.Store.SetMark(ctx, demoMark, "", filling); err != nil {
		return err
	}
	if err := demo.Fill(ctx, options); err != nil {
		return err
	}
	_, err = parts.Store.SetMark(ctx, demoMark, filling, "filled")
	return err
}

// introduce lists the demo's people for the user who started it.
func (a *App) introduce(people []account.Person, password string) {
	fmt.Fprintf(a.serving.Out, "The 5GinFIRE demo. The people in it, all invented:\n\n")
	for _, p := range people {
		fmt.Fprintf(a.serving.Out, "  %-8s %-14s %-16s %s\n", p.Username, p.Roles[0], p.Name, p.Organisation)
	}
	fmt.Fprintf(a.serving.Out, "\npassword of all of them, until the next start: %s\n\n", password)
	if a.around != nil {
		fmt.Fprintf(a.serving.Out, "Systems around it, in this process only:\n\n")
		for _, l := range a.around.Lines() {
			fmt.Fprintf(a.serving.Out, "  %s\n", l)
		}
		fmt.Fprintln(a.serving.Out)
	}
}
