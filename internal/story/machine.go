package story

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// machine takes random steps, and remembers the facts needed to judge their results.
type machine struct {
	*scheduler.Service
	t     testing.TB
	rt    *rapid.T
	o     Options
	store scheduler.Store
	clock time.Time
	ids   int
	log   strings.Builder

	before snapshot
	events []scheduler.Event
	step   string // the last step
	taken  int    // steps so far
	found  map[string]bool

	closures  []closure
	approved  map[string]map[string]agreement // by request and testbed, the subject of the provider's approval
	overruled map[string]bool                 // requests that were started by an override
	ruled     *ruling                         // the policy in force, as the story knows it
	asked     []question                      // submissions with a key, for repetition
}

// closure is one that the story has added.
type closure struct{ testbed, id string }

// agreement is the subject of a provider's approval.
type agreement struct {
	slot   testbeds.Slot
	demand testbeds.Demand
}

func newMachine(t testing.TB, rt *rapid.T, o Options) *machine {
	m := &machine{t: t, rt: rt, o: o, store: o.Open(t), clock: morning, found: map[string]bool{},
		approved: map[string]map[string]agreement{}, overruled: map[string]bool{}}
	m.Service = m.another()
	return m
}

// another makes one more service over the same store, like another process.
func (m *machine) another() *scheduler.Service {
	log := slog.New(slog.NewTextHandler(&m.log, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return scheduler.New(m.store, scheduler.Options{Log: log, CareAtOnce: 2, Clock: func() time.Time { return m.clock }, NewID: func() string {
		m.ids++
		return fmt.Sprintf("00000000-0000-4000-8000-%012d", m.ids)
	}})
}

func (m *machine) ctx() context.Context { return m.t.Context() }

// broken reports a broken invariant.
func (m *machine) broken(invariant, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !strings.HasPrefix(invariant, os.Getenv(only)) {
		return
	}
	if m.o.Found == nil {
		m.rt.Fatalf("%s, after %s at %s: %s", invariant, m.step, m.clock.Format(time.RFC3339), text)
	}
	if !m.found[invariant] {
		m.found[invariant] = true
		m.o.Found(Finding{invariant, m.step, text})
	}
}

// met accepts the errors that users may get from a step, and no others.
func (m *machine) met(rt *rapid.T, step string, err error) bool {
	m.step = step
	if err != nil && scheduler.CodeOf(err) == "" {
		m.broken("internal error", "%v", err)
	}
	if err == nil {
		rt.Logf("%s: %s", m.clock.Format("2006-01-02 15:04"), step)
	}
	return err == nil
}

func (m *machine) furnish() {
	for _, p := range people() {
		q := p
		if len(q.Testbeds) > 0 {
			q.Testbeds, q.Roles = nil, []account.Role{account.RoleExperimenter}
		}
		m.putPerson(q)
	}
	_, err := m.PutFacility(m.ctx(), account.System, facility(), scheduler.ChangeOptions{})
	m.must(err)
	_, err = m.PutCatalogue(m.ctx(), account.System, catalogue(), scheduler.ChangeOptions{})
	m.must(err)
	for _, p := range people() {
		if len(p.Testbeds) > 0 {
			m.must(m.store.View(m.ctx(), func(tx scheduler.Reader) error {
				stored, err := tx.Person(m.ctx(), p.Username)
				p.Revision = stored.Revision
				return err
			}))
			m.putPerson(p)
		}
	}
}

func (m *machine) putPerson(p account.Person) {
	p.Revision++
	m.must(m.store.Change(m.ctx(), nil, func(tx scheduler.Tx) error { return tx.PutPerson(m.ctx(), p) }))
}

func (m *machine) must(err error) {
	if err != nil {
		m.rt.Fatalf("after %s: %v", m.step, err)
	}
}

// as returns the actor of that name.
func as(username string) account.Actor {
	list := people()
	i := slices.IndexFunc(list, func(p account.Person) bool { return p.Username == username })
	return account.ActorOf(list[i])
}
