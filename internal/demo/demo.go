package demo

import (
	"context"
	"fmt"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
	"berth/testbeds/facilityfile"
)

// State is the state of a database, from the demo's point of view.
type State int

const (
	Empty   State = iota
	Demo          // filled to its end
	Foreign       // in use otherwise, or half filled
)

// Accounts manages people.
type Accounts interface {
	People(ctx context.Context, actor account.Actor, cursor string, limit int) (scheduler.Page[account.Person], error)
	Person(ctx context.Context, actor account.Actor, username string) (account.Person, error)
	PutPerson(ctx context.Context, actor account.Actor, p account.Person) (account.Person, error)
}

// Look determines the state of the database behind a service.
func Look(ctx context.Context, s *scheduler.Service, accounts Accounts) (State, error) {
	if p, err := accounts.Person(ctx, account.System, administrator); err == nil && p.Email == administrator+"@"+domain {
		return Demo, nil
	} else if err != nil && scheduler.CodeOf(err) != scheduler.CodeNotFound {
		return Foreign, err
	}
	people, err := accounts.People(ctx, account.System, "", 1)
	if err != nil {
		return Foreign, err
	}
	f, _, err := s.Facility(ctx, account.System)
	if err != nil {
		return Foreign, err
	}
	if len(people.Items)+len(f.Testbeds) > 0 {
		return Foreign, nil
	}
	return Empty, nil
}

// read loads the facility and the catalogue of 5GinFIRE.
func read() (testbeds.Facility, testbeds.Catalogue, error) {
	var sources []facilityfile.Source
	for _, name := range []string{"facility.yaml", "catalogue.yaml"} {
		b, err := files.ReadFile("data/" + name)
		if err != nil {
			return testbeds.Facility{}, testbeds.Catalogue{}, err
		}
		sources = append(sources, facilityfile.Source{Name: name, Data: b})
	}
	bundle, err := facilityfile.Load(testbeds.Facility{}, sources...)
	if err != nil {
		return testbeds.Facility{}, testbeds.Catalogue{}, err
	}
	return *bundle.Facility, *bundle.Catalogue, nil
}

// Options holds the parts for making a demo.
type Options struct {
	// Service and Accounts work on the empty database, with the given clock.
	Service  func(clock func() time.Time) *scheduler.Service
	Accounts func(clock func() time.Time) Accounts
	Now      time.Time
}

// since is the number of past days that the demo covers.
const since = 40

// Fill makes the demo in an empty database.
func Fill(ctx context.Context, o Options) error {
	now := o.Now.UTC().Truncate(time.Second)
	midnight := now.Truncate(24 * time.Hour)
	clock := midnight.AddDate(0, 0, -since)
	at := func() time.Time { return clock }
	accounts := o.Accounts(at)
	p := &play{service: o.Service(at), midnight: midnight, clock: &clock, requests: map[string]string{}}
	facility, catalogue, err := read()
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if _, err := p.service.PutFacility(ctx, account.System, withProviders(facility), scheduler.ChangeOptions{}); err != nil {
		return fmt.Errorf("demo, facility: %w", err)
	}
	if _, err := p.service.PutCatalogue(ctx, account.System, catalogue, scheduler.ChangeOptions{}); err != nil {
		return fmt.Errorf("demo, catalogue: %w", err)
	}
	people := People()
	for _, person := range people[:len(people)-1] {
		if _, err := accounts.PutPerson(ctx, account.System, person); err != nil {
			return fmt.Errorf("demo, %s: %w", person.Username, err)
		}
	}
	if err := p.run(ctx, p.script(), now); err != nil {
		return err
	}
	if _, err := accounts.PutPerson(ctx, account.System, people[len(people)-1]); err != nil {
		return fmt.Errorf("demo, administrator: %w", err)
	}
	return nil
}

// SetPassword gives all people of the demo the password of this hash, and returns them.
func SetPassword(ctx context.Context, accounts Accounts, hash string) ([]account.Person, error) {
	people := People()
	for i, p := range people {
		stored, err := accounts.Person(ctx, account.System, p.Username)
		if err != nil {
			return nil, err
		}
		stored.Password = hash
		if people[i], err = accounts.PutPerson(ctx, account.System, stored); err != nil {
			return nil, err
		}
	}
	return people, nil
}
