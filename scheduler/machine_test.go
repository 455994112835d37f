package scheduler_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"berth/scheduler"
	"berth/testbeds"
)

// TestNothingThatPeopleDoOverbooks lets random people do random things, right and wrong ones. After each of them the sweep of Verify
// finds nothing, a process that has just started says the same as one that followed, and the change log has no gaps.
func TestNothingThatPeopleDoOverbooks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{house: emptyHouse(t, rt), rt: rt}
		m.furnish()
		for range 4 {
			m.submit(rt)
		}
		rt.Repeat(map[string]func(*rapid.T){
			"submit": m.submit, "submit more": m.submit, "edit": m.edit, "schedule": m.schedule, "grant": m.grant, "displace": m.displace,
			"override": m.override, "reject": m.reject, "accept": m.accept, "approve": m.approval, "move": m.move, "extend": m.extend,
			"run": m.run, "finish": m.finish, "step": m.step, "assign": m.assign, "alter": m.alter, "wait": m.wait, "": m.check,
		})
	})
}

// machine does things at random. Whether they are refused is not its business; what they leave behind is.
type machine struct {
	*house
	rt       *rapid.T
	requests []string
	closures []string
}

func (m *machine) ctx() context.Context { return m.t.Context() }

func (m *machine) one(rt *rapid.T, of []string) string {
	if len(of) == 0 {
		rt.Skip("there is none yet")
	}
	return rapid.SampledFrom(of).Draw(rt, "which")
}

func (m *machine) somebody(rt *rapid.T) scheduler.Actor {
	// Mostly somebody who may do much, or there would be little to see.
	return as(rapid.SampledFrom([]string{"adele", "adele", "adele", "monika", "monika", "maeve", "hector", "paddy", "oskar", "marco"}).Draw(rt, "who"))
}

// among is a request in one of the statuses.
func (m *machine) among(rt *rapid.T, statuses ...scheduler.Status) scheduler.Request {
	var ids []string
	for _, r := range m.store.state.Load().requests {
		if slices.Contains(statuses, r.Status) {
			ids = append(ids, r.ID)
		}
	}
	slices.Sort(ids)
	return m.get(m.one(rt, ids)).Request
}

// slot is one of some hours of the next two days, in quarters of an hour.
func (m *machine) slot(rt *rapid.T) testbeds.Slot {
	quarter := 15 * time.Minute
	start := m.clock.Truncate(quarter).Add(time.Duration(rapid.IntRange(0, 120).Draw(rt, "start")) * quarter)
	return testbeds.NewSlot(start, time.Duration(rapid.IntRange(1, 24).Draw(rt, "length"))*quarter)
}

func (m *machine) perhaps(rt *rapid.T) bool { return rapid.Bool().Draw(rt, "perhaps") }

func (m *machine) rarely(rt *rapid.T) bool { return rapid.IntRange(0, 3).Draw(rt, "rarely") == 3 }

// met accepts whatever a user may be told, and nothing else.
func (m *machine) met(rt *rapid.T, what string, err error) {
	if err != nil && scheduler.CodeOf(err) == "" {
		rt.Fatalf("%s: internal error %v", what, err)
	}
	if err == nil {
		rt.Logf("%s done at %s", what, m.clock.Format("02 15:04"))
	}
}

func (m *machine) submit(rt *rapid.T) {
	in := wants(rapid.SampledFrom([]string{"marathon", "hydra", "c2gran", "video", "new"}).Draw(rt, "nsd"), m.slot(rt))
	in.Anyway = m.perhaps(rt)
	out, err := m.Submit(m.ctx(), as(rapid.SampledFrom([]string{"maeve", "hector"}).Draw(rt, "experimenter")), in)
	m.met(rt, "submit", err)
	if err == nil {
		m.requests = append(m.requests, out.Request.ID)
	}
}

func (m *machine) edit(rt *rapid.T) {
	slot := m.slot(rt)
	in := scheduler.Edit{Slot: &slot, Anyway: m.perhaps(rt), DryRun: m.perhaps(rt)}
	if m.perhaps(rt) {
		in.Placement = &testbeds.Placement{"all": rapid.SampledFrom([]string{"cloud/small", "cloud/big", "radio/iris"}).Draw(rt, "where")}
	}
	_, err := m.Edit(m.ctx(), m.somebody(rt), m.one(rt, m.requests), in)
	m.met(rt, "edit", err)
}

func (m *machine) schedule(rt *rapid.T) {
	in := scheduler.Schedule{DryRun: m.rarely(rt)}
	if m.perhaps(rt) {
		slot := m.slot(rt)
		in.Slot, in.Override = &slot, &scheduler.Override{Mode: scheduler.OverrideApprovals, Reason: "agreed on the phone"}
	}
	_, err := m.Schedule(m.ctx(), m.somebody(rt), m.one(rt, m.requests), in)
	m.met(rt, "schedule", err)
}

// grant gives a slot as somebody who may, whatever the testbeds say.
func (m *machine) grant(rt *rapid.T) {
	o := &scheduler.Override{Mode: scheduler.OverrideApprovals, Reason: "agreed on the phone"}
	_, err := m.Schedule(m.ctx(), as("adele"), m.among(rt, scheduler.UnderReview).ID, scheduler.Schedule{Override: o})
	m.met(rt, "grant", err)
}

// displace sends everybody away who is in the way.
func (m *machine) displace(rt *rapid.T) {
	r := m.among(rt, scheduler.UnderReview)
	o := &scheduler.Override{Mode: scheduler.OverrideDisplace, Reason: "it has to be"}
	for _, c := range m.get(r.ID).Fit.Conflicts {
		for _, taker := range c.TakenBy {
			id := fmt.Sprint(taker.Request)
			if taker.Request != 0 && !slices.Contains(o.Displace, id) {
				o.Displace = append(o.Displace, id)
			}
		}
	}
	if len(o.Displace) == 0 {
		rt.Skip("nobody is in its way")
	}
	_, err := m.Schedule(m.ctx(), as("adele"), r.ID, scheduler.Schedule{Override: o})
	m.met(rt, "displace", err)
}

func (m *machine) override(rt *rapid.T) {
	o := &scheduler.Override{Reason: "it has to be", Mode: rapid.SampledFrom([]scheduler.OverrideMode{
		scheduler.OverrideDisplace, scheduler.OverrideOverbook, scheduler.OverrideApprovals}).Draw(rt, "mode")}
	id := m.one(rt, m.requests)
	if o.Mode == scheduler.OverrideDisplace {
		o.Displace = rapid.SliceOfNDistinct(rapid.SampledFrom(m.requests), 1, 2, rapid.ID[string]).Draw(rt, "displace")
	}
	_, err := m.Schedule(m.ctx(), m.somebody(rt), id, scheduler.Schedule{Override: o})
	m.met(rt, "override "+string(o.Mode), err)
}

func (m *machine) reject(rt *rapid.T) {
	in := scheduler.Reject{Reason: "no", Count: rapid.IntRange(0, 3).Draw(rt, "offers")}
	in.HoldFor.Clock = time.Duration(rapid.IntRange(1, 30).Draw(rt, "hold")) * time.Hour
	if m.perhaps(rt) {
		in.Count, in.Offers = 0, []testbeds.Alternative{{Slot: m.slot(rt)}, {Slot: m.slot(rt)}}
	}
	_, err := m.Reject(m.ctx(), m.somebody(rt), m.one(rt, m.requests), in)
	m.met(rt, "reject", err)
}

func (m *machine) accept(rt *rapid.T) {
	r := m.get(m.one(rt, m.requests))
	if len(r.Offers) == 0 {
		rt.Skip("it has no offers")
	}
	offer := rapid.SampledFrom(r.Offers).Draw(rt, "offer")
	out, err := m.AcceptOffer(m.ctx(), m.somebody(rt), r.ID, offer.ID, m.perhaps(rt))
	m.met(rt, "accept", err)
	if err == nil && !out.DryRun {
		m.requests = append(m.requests, out.Created.ID)
	}
}

func (m *machine) approval(rt *rapid.T) {
	testbed := rapid.SampledFrom([]string{"radio", "cloud"}).Draw(rt, "testbed")
	decision := rapid.SampledFrom([]scheduler.Decision{scheduler.Approved, scheduler.Approved, scheduler.Refused}).Draw(rt, "decision")
	_, err := m.Approve(m.ctx(), m.somebody(rt), m.one(rt, m.requests), testbed, scheduler.Approve{Decision: decision, Reason: "so"})
	m.met(rt, "approve", err)
}

func (m *machine) move(rt *rapid.T) {
	id := m.one(rt, m.requests)
	slot := m.slot(rt)
	if m.perhaps(rt) { // another end only
		r := m.get(id)
		slot.Start = r.Slot.Start
		slot.End = r.Slot.End.Add(time.Duration(rapid.IntRange(-8, 8).Draw(rt, "quarters")) * 15 * time.Minute)
	}
	in := scheduler.Move{Slot: &slot}
	if m.rarely(rt) {
		in.Override = &scheduler.Override{Mode: scheduler.OverrideOverbook, Reason: "it has to be"}
	}
	_, err := m.Move(m.ctx(), m.somebody(rt), id, in)
	m.met(rt, "move", err)
}

// extend moves the end of what is granted or runs.
func (m *machine) extend(rt *rapid.T) {
	r := m.among(rt, scheduler.Scheduled, scheduler.Instantiating, scheduler.Running)
	slot := r.Slot
	slot.End = slot.End.Add(time.Duration(rapid.IntRange(-8, 16).Draw(rt, "quarters")) * 15 * time.Minute)
	_, err := m.Move(m.ctx(), as("adele"), r.ID, scheduler.Move{Slot: &slot})
	m.met(rt, "extend", err)
}

// run lets time pass until a slot begins, and starts what has it.
func (m *machine) run(rt *rapid.T) {
	r := m.among(rt, scheduler.Scheduled)
	if r.Slot.Start.After(m.clock) {
		m.clock = r.Slot.Start
		m.pass(rt)
	}
	_, err := m.Start(m.ctx(), as("oskar"), r.ID, scheduler.Step{})
	m.met(rt, "run", err)
}

func (m *machine) finish(rt *rapid.T) {
	r := m.among(rt, scheduler.Instantiating, scheduler.Running, scheduler.Terminating)
	state := scheduler.Completed
	if r.Status == scheduler.Running && m.perhaps(rt) {
		state = scheduler.Terminating
	}
	_, err := m.Complete(m.ctx(), as("oskar"), r.ID, scheduler.Step{State: state})
	m.met(rt, "finish", err)
}

// alter changes the facility in one of several ways.
func (m *machine) alter(rt *rapid.T) {
	rapid.SampledFrom([]func(*rapid.T){m.close, m.close, m.reopen, m.resize}).Draw(rt, "how")(rt)
}

func (m *machine) step(rt *rapid.T) {
	type take func(context.Context, scheduler.Actor, string, scheduler.Step) (scheduler.Outcome, error)
	name := rapid.SampledFrom([]string{"start", "start", "start", "complete", "fail", "cancel"}).Draw(rt, "step")
	do := map[string]take{"start": m.Start, "complete": m.Complete, "fail": m.Fail, "cancel": m.Cancel}[name]
	state := map[string]scheduler.Status{"start": scheduler.Instantiating, "complete": scheduler.Terminating}[name]
	if m.perhaps(rt) {
		state = ""
	}
	_, err := do(m.ctx(), m.somebody(rt), m.one(rt, m.requests), scheduler.Step{State: state, Reason: "it was time"})
	m.met(rt, name, err)
}

func (m *machine) assign(rt *rapid.T) {
	mentor := rapid.SampledFrom([]string{"monika", "marco", "maeve"}).Draw(rt, "mentor")
	_, err := m.Assign(m.ctx(), m.somebody(rt), m.one(rt, m.requests), scheduler.Assign{Mentor: mentor})
	m.met(rt, "assign", err)
}

func (m *machine) close(rt *rapid.T) {
	s := m.slot(rt)
	c := testbeds.Closure{Summary: "painters", Start: testbeds.LocalTime{Time: s.Start}, Duration: testbeds.Period{Clock: s.Duration()}}
	if m.perhaps(rt) {
		c.Devices, c.Count = []string{"usrp"}, 1
	}
	c, _, err := m.AddClosure(m.ctx(), m.somebody(rt), "radio", c, scheduler.ChangeOptions{Force: m.perhaps(rt)}, scheduler.Creation{})
	m.met(rt, "close", err)
	if err == nil {
		m.closures = append(m.closures, c.ID)
	}
}

func (m *machine) reopen(rt *rapid.T) {
	id := m.one(rt, m.closures)
	_, err := m.DeleteClosure(m.ctx(), m.somebody(rt), "radio", id, scheduler.ChangeOptions{})
	m.met(rt, "reopen", err)
	if err == nil {
		m.closures = slices.DeleteFunc(m.closures, func(c string) bool { return c == id })
	}
}

func (m *machine) resize(rt *rapid.T) {
	f, _, err := m.Facility(m.ctx(), as("adele"))
	if err != nil {
		rt.Fatal(err)
	}
	t, ok := f.Testbed("cloud")
	if !ok {
		t = facility().Testbeds[1]
	}
	if m.rarely(rt) {
		_, err = m.PutCatalogue(m.ctx(), as("adele"), radioOnly(), scheduler.ChangeOptions{Force: m.perhaps(rt)})
		m.met(rt, "catalogue", err)
		_, err = m.DeleteTestbed(m.ctx(), as("adele"), "cloud", scheduler.ChangeOptions{Force: m.perhaps(rt)})
	} else {
		t.VIMs[0].Capacity = testbeds.Quantities{"vcpu": int64(rapid.IntRange(4, 64).Draw(rt, "vcpu"))}
		t.Setup = testbeds.Period{Clock: time.Duration(rapid.IntRange(0, 2).Draw(rt, "setup")) * 30 * time.Minute}
		t.Teardown = testbeds.Period{Clock: time.Duration(rapid.IntRange(0, 2).Draw(rt, "teardown")) * 30 * time.Minute}
		_, err = m.PutTestbed(m.ctx(), as("adele"), t, scheduler.ChangeOptions{Force: m.perhaps(rt)})
		m.met(rt, "resize", err)
		_, err = m.PutCatalogue(m.ctx(), as("adele"), catalogue(), scheduler.ChangeOptions{Force: m.perhaps(rt)})
	}
	m.met(rt, "resize", err)
}

func (m *machine) wait(rt *rapid.T) {
	m.clock = m.clock.Add(time.Duration(rapid.IntRange(1, 16).Draw(rt, "quarters")) * 15 * time.Minute)
	m.pass(rt)
}

func (m *machine) pass(rt *rapid.T) {
	if _, _, err := m.RunDue(m.ctx()); err != nil {
		rt.Fatalf("what is due: %v", err)
	}
}

func (m *machine) check(rt *rapid.T) {
	m.clean()
	state := m.store.state.Load()
	for i, e := range state.events {
		if e.Sequence != int64(i)+1 {
			rt.Fatalf("event %d has sequence %d", i, e.Sequence)
		}
	}
	slot := testbeds.NewSlot(m.clock.Truncate(time.Hour).Add(6*time.Hour), 5*time.Hour)
	for _, nsd := range []string{"c2gran", "video"} {
		ask := scheduler.Ask{NSD: nsd, Slot: slot}
		old, err := m.Check(m.ctx(), as("monika"), ask)
		fresh, freshErr := m.another().Check(m.ctx(), as("monika"), ask)
		if diff := cmp.Diff(fresh, old, cmpopts.SortSlices(func(a, b testbeds.Taker) bool { return a.Booking < b.Booking })); diff != "" || fmt.Sprint(err) != fmt.Sprint(freshErr) {
			rt.Fatalf("%s: the ledger is out of step (-fresh +old):\n%s%v, %v", nsd, diff, freshErr, err)
		}
	}
	m.due(rt, state)
}

// due makes sure that nothing that time brings is forgotten: right after RunDue nothing is due any more.
func (m *machine) due(rt *rapid.T, state *data) {
	if _, next, err := m.RunDue(m.ctx()); err != nil || next != nil && !next.After(m.clock) {
		rt.Fatalf("at %s something stays due at %v: %v\n%s", m.clock, next, err, m.log.String())
	}
	for _, r := range m.store.state.Load().requests {
		for _, o := range r.Offers {
			if o.State == scheduler.OfferOpen && !o.Expires.After(m.clock) {
				rt.Fatalf("offer %s of #%d has not expired", o.ID, r.Number)
			}
		}
		if slices.Contains([]scheduler.Status{scheduler.Instantiating, scheduler.Running}, r.Status) {
			b := m.store.state.Load().bookings[r.Booking].change.Booking
			if !b.Slot.End.After(m.clock) {
				rt.Fatalf("#%d is %s, but its booking ended at %s", r.Number, r.Status, b.Slot.End)
			}
		}
	}
	if len(state.entries) > len(m.store.state.Load().entries) {
		rt.Fatalf("the history became shorter")
	}
}
