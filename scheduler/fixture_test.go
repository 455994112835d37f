package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"berth/internal/story/memory"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// morning is a Monday on which every test begins.
var morning = time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)

// failer is the part of testing.T and rapid.T that the fixture needs.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// house is a service over a small federation, with people, and a clock that stands still until it is moved.
type house struct {
	*scheduler.Service
	failer
	t     interface{ Context() context.Context }
	store *memory.Store
	clock time.Time
	ids   atomic.Int64
	log   strings.Builder
	out   *slog.Logger // into log

	atOnce   int           // due requests that are read at once
	claimFor time.Duration // how long an offer to one who waits is held
	tried    func(scheduler.Tried)
}

func newHouse(t testing.TB) *house {
	h := emptyHouse(t, t)
	h.furnish()
	return h
}

func emptyHouse(t interface{ Context() context.Context }, f failer) *house {
	h := &house{failer: f, t: t, store: memory.New(), clock: morning}
	h.out = slog.New(slog.NewTextHandler(&h.log, nil))
	h.Service = h.another()
	return h
}

// another returns one more service over the same store, as another process would have.
func (h *house) another() *scheduler.Service {
	return scheduler.New(h.store, scheduler.Options{Log: h.out, DueAtOnce: h.atOnce, ClaimFor: h.claimFor, Tried: h.tried, Clock: func() time.Time { return h.clock }, NewID: func() string {
		return fmt.Sprintf("00000000-0000-4000-8000-%012d", h.ids.Add(1))
	}})
}

// furnish stores people, facility and catalogue.
func (h *house) furnish() {
	h.Helper()
	for _, p := range people() {
		h.putPerson(withoutTestbeds(p))
	}
	if _, err := h.PutFacility(h.t.Context(), account.System, facility(), scheduler.ChangeOptions{}); err != nil {
		h.Fatalf("facility: %v", err)
	}
	if _, err := h.PutCatalogue(h.t.Context(), account.System, catalogue(), scheduler.ChangeOptions{}); err != nil {
		h.Fatalf("catalogue: %v", err)
	}
	for _, p := range people() {
		if len(p.Testbeds) > 0 {
			p.Revision = h.person(p.Username).Revision
			h.putPerson(p)
		}
	}
}

func (h *house) person(name string) (p account.Person) {
	h.Helper()
	if err := h.store.View(h.t.Context(), func(tx scheduler.Reader) (err error) {
		p, err = tx.Person(h.t.Context(), name)
		return err
	}); err != nil {
		h.Fatalf("person %s: %v", name, err)
	}
	return p
}

func (h *house) putPerson(p account.Person) {
	h.Helper()
	p.Revision++
	if err := h.store.Change(h.t.Context(), nil, func(tx scheduler.Tx) error { return tx.PutPerson(h.t.Context(), p) }); err != nil {
		h.Fatalf("person %s: %v", p.Username, err)
	}
}

// withoutTestbeds returns the person as they can be before there is a facility.
func withoutTestbeds(p account.Person) account.Person {
	if len(p.Testbeds) > 0 {
		p.Testbeds, p.Roles = nil, []account.Role{account.RoleExperimenter}
	}
	return p
}

func people() []account.Person {
	person := func(username string, testbeds []string, roles ...account.Role) account.Person {
		return account.Person{Username: username, Name: "The " + username, Organisation: "House", Roles: roles, Testbeds: testbeds}
	}
	return []account.Person{
		person("maeve", nil, account.RoleExperimenter),
		person("hector", nil, account.RoleExperimenter),
		person("monika", nil, account.RoleMentor),
		person("marco", nil, account.RoleMentor),
		person("paddy", []string{"radio"}, account.RoleProvider),
		person("carla", []string{"cloud"}, account.RoleProvider),
		person("oskar", nil, account.RoleOperator),
		person("adele", nil, account.RoleAdministrator),
	}
}

// as returns the actor of that name.
func as(username string) account.Actor {
	list := people()
	i := slices.IndexFunc(list, func(p account.Person) bool { return p.Username == username })
	return account.ActorOf(list[i])
}

// facility has a radio testbed whose providers must agree, with four named USRPs and some setup, and a cloud that is only informed.
func facility() testbeds.Facility {
	return testbeds.Facility{Testbeds: []testbeds.Testbed{
		{ID: "radio", Name: "Radio hall", Timezone: "Europe/Dublin", Features: []string{"sdr"}, Providers: []string{"paddy"},
			Setup: testbeds.Period{Clock: 30 * time.Minute}, Teardown: testbeds.Period{Clock: 15 * time.Minute},
			VIMs:    []testbeds.VIM{{ID: "iris", Capacity: testbeds.Quantities{"vcpu": 32}}},
			Devices: []testbeds.Device{{ID: "usrp", Count: 4, Units: []string{"u1", "u2", "u3", "u4"}}}},
		{ID: "cloud", Name: "Cloud", Timezone: "Europe/Madrid", Approval: testbeds.ApprovalInformed, Providers: []string{"carla"},
			VIMs: []testbeds.VIM{{ID: "big", Capacity: testbeds.Quantities{"vcpu": 64}}, {ID: "small", Capacity: testbeds.Quantities{"vcpu": 8}}}},
		{ID: "spare", Name: "Spare room", Timezone: "UTC", VIMs: []testbeds.VIM{{ID: "one", Capacity: testbeds.Quantities{"vcpu": 4}}}},
	}}
}

// radioOnly returns the catalogue without the part that runs in the cloud.
func radioOnly() testbeds.Catalogue {
	c := catalogue()
	return testbeds.Catalogue{VNFs: c.VNFs[:1], NSDs: c.NSDs[:3]}
}

func catalogue() testbeds.Catalogue {
	radios := func(n int64) []testbeds.DeviceNeed {
		return []testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: n}}
	}
	nsd := func(id, vnf, where string, devices []testbeds.DeviceNeed) testbeds.NSD {
		return testbeds.NSD{ID: id, Members: []testbeds.Member{{Index: "1", VNF: vnf}}, Placement: testbeds.Placement{"all": where}, Devices: devices}
	}
	return testbeds.Catalogue{
		VNFs: []testbeds.VNF{
			{ID: "radio_vnf", Size: testbeds.Quantities{"vcpu": 4}, Requires: []string{"sdr"}, Onboarded: []string{"radio/iris"}},
			{ID: "video_vnf", Size: testbeds.Quantities{"vcpu": 8}, Onboarded: []string{"cloud/big", "cloud/small"}},
			{ID: "new_vnf", Size: testbeds.Quantities{"vcpu": 1}, Onboarded: []string{}},
		},
		NSDs: []testbeds.NSD{
			nsd("marathon", "radio_vnf", "radio/iris", radios(4)),
			nsd("hydra", "radio_vnf", "radio/iris", radios(3)),
			nsd("c2gran", "radio_vnf", "radio/iris", radios(2)),
			nsd("video", "video_vnf", "cloud/big", nil),
			nsd("new", "new_vnf", "cloud/big", nil),
		},
	}
}

// hours returns the slot that begins so many hours after the first morning and lasts so many.
func hours(from, length float64) testbeds.Slot {
	hour := func(n float64) time.Duration { return time.Duration(n * float64(time.Hour)) }
	return testbeds.NewSlot(morning.Add(hour(from)), hour(length))
}

// wants returns a submission by NSD, assigned to monika.
func wants(nsd string, slot testbeds.Slot) scheduler.Submission {
	return scheduler.Submission{Name: nsd, Mentor: "monika", Ask: scheduler.Ask{NSD: nsd, Slot: slot}}
}

// ok fails the test where a step went wrong.
func (h *house) ok(out scheduler.Outcome, err error) scheduler.Request {
	h.Helper()
	if err != nil {
		h.Fatalf("%v%s", err, reasons(err))
	}
	return out.Request
}

func reasons(err error) string {
	e, ok := errors.AsType[*scheduler.Error](err)
	if !ok || e.Verdict == nil {
		return ""
	}
	return fmt.Sprintf("; problems %v, conflicts %v", e.Verdict.Problems, e.Verdict.Conflicts)
}

// submitted returns a request of maeve's, submitted whether it fits or not.
func (h *house) submitted(nsd string, slot testbeds.Slot) scheduler.Request {
	h.Helper()
	in := wants(nsd, slot)
	in.Anyway = true
	return h.ok(h.Submit(h.t.Context(), as("maeve"), in))
}

// approve gives every approval that a request needs.
func (h *house) approve(r scheduler.Request) {
	h.Helper()
	for _, a := range r.Approvals {
		h.ok(h.Approve(h.t.Context(), as("adele"), r.ID, a.Testbed, scheduler.Approve{Decision: scheduler.Approved}))
	}
}

// scheduled returns a request of maeve's with its approvals and its slot.
func (h *house) scheduled(nsd string, slot testbeds.Slot) scheduler.Request {
	h.Helper()
	r := h.submitted(nsd, slot)
	h.approve(r)
	return h.ok(h.Schedule(h.t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
}

// rejected returns a request of maeve's that was rejected with offers.
func (h *house) rejected(nsd string, slot testbeds.Slot, offers int) scheduler.Request {
	h.Helper()
	r := h.submitted(nsd, slot)
	return h.ok(h.Reject(h.t.Context(), as("monika"), r.ID, scheduler.Reject{Reason: "no", Count: offers}))
}

// at moves the clock to so many hours after the first morning, and handles everything due.
func (h *house) at(from float64) *house {
	h.Helper()
	h.clock = hours(from, 1).Start
	if _, _, err := h.RunDue(h.t.Context()); err != nil {
		h.Fatalf("what is due: %v", err)
	}
	return h
}

// put changes the facility, whatever it breaks, and returns the broken bookings.
func (h *house) put(f testbeds.Facility) scheduler.FacilityChange {
	h.Helper()
	out, err := h.PutFacility(h.t.Context(), as("adele"), f, scheduler.ChangeOptions{Force: true, Reason: "so"})
	if err != nil {
		h.Fatalf("facility: %v", err)
	}
	return out
}

// running returns a request of maeve's that was scheduled and started at the beginning of its slot.
func (h *house) running(nsd string, slot testbeds.Slot) scheduler.Request {
	h.Helper()
	r := h.scheduled(nsd, slot)
	h.clock = slot.Start
	h.at(slot.Start.Sub(morning).Hours())
	return h.ok(h.Start(h.t.Context(), as("oskar"), r.ID, scheduler.Step{}))
}

// booking returns the booking of a request, as it is stored.
func (h *house) booking(r scheduler.Request) testbeds.Booking {
	h.Helper()
	b := h.store.Booking(h.store.Rows().Requests[r.ID].Booking)
	if b.Released {
		h.Fatalf("the booking of #%d was released", r.Number)
	}
	return b.Booking
}

// reminders returns the texts of the reminders of a request.
func (h *house) reminders(id string) []string {
	h.Helper()
	var list []string
	for _, e := range h.history(id) {
		if e.Action == scheduler.ActionRemind {
			list = append(list, e.Text)
		}
	}
	return list
}

// byHand returns an override that overbooks.
func byHand(mode scheduler.OverrideMode) *scheduler.Override {
	return &scheduler.Override{Mode: mode, Reason: "agreed on the phone"}
}

// clean fails the test where Verify finds a fault in the store.
func (h *house) clean() {
	h.Helper()
	v, err := h.Verify(h.t.Context())
	if err != nil {
		h.Fatalf("verify: %v", err)
	}
	if !v.Clean() {
		h.Fatalf("verify: overcommitments %+v, inconsistencies %v", v.Overcommitments, v.Inconsistencies)
	}
}

func (h *house) get(id string) scheduler.View {
	h.Helper()
	v, err := h.Get(h.t.Context(), as("adele"), id)
	if err != nil {
		h.Fatalf("get %s: %v", id, err)
	}
	return v
}

func (h *house) history(id string) []scheduler.Entry {
	h.Helper()
	page, err := h.History(h.t.Context(), as("adele"), id, "", 100)
	if err != nil {
		h.Fatalf("history of %s: %v", id, err)
	}
	return page.Items
}

// refused returns the error of a step that must be refused with a code.
func (h *house) refused(code scheduler.Code, err error) *scheduler.Error {
	h.Helper()
	e, ok := errors.AsType[*scheduler.Error](err)
	if !ok || e.Code != code {
		h.Fatalf("got %v (%s), want %s", err, scheduler.CodeOf(err), code)
	}
	return e
}
