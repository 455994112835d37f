// Package large fills databases for measurements: many requests over many testbeds, as years of use would leave them. berth verify accepts the
// result.
package large

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"berth/internal/store"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// Size says how much there is, and around which instant.
type Size struct {
	Testbeds int
	Requests int // each with a booking, spread over 60 days before and 600 days after Now
	Now      time.Time
	People   int // experimenters; default 100
	Progress func(done int)
}

// Names of people. Experimenters are called user0, user1 and so on.
const (
	Administrator = "ada"
	Mentor        = "grace"
)

// atOnce is the number of requests in one transaction.
const atOnce = 500

// Fill writes a facility, people and requests into an empty store. The same size gives the same content, except for UUIDs.
func Fill(ctx context.Context, s *store.Store, o Size) error {
	if o.People == 0 {
		o.People = 100
	}
	o.Now = o.Now.UTC().Truncate(time.Hour)
	f := filling{Size: o, random: rand.New(rand.NewPCG(1, 2))}
	if err := s.Change(ctx, scheduler.AllTestbeds, func(tx scheduler.Tx) error { return f.begin(ctx, tx) }); err != nil {
		return err
	}
	for done := 0; done < o.Requests; done += atOnce {
		var part []testbeds.Slot
		var where []int
		for i := done; i < min(done+atOnce, o.Requests); i++ {
			part, where = append(part, f.slot()), append(where, i%o.Testbeds)
		}
		err := s.Change(ctx, scheduler.AllTestbeds, func(tx scheduler.Tx) error {
			for i, slot := range part {
				if err := f.add(ctx, tx, done+i, where[i], slot); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if o.Progress != nil {
			o.Progress(min(done+atOnce, o.Requests))
		}
	}
	return nil
}

type filling struct {
	Size
	random *rand.Rand
}

// Testbed returns the id of a testbed by its place.
func Testbed(i int) string { return fmt.Sprintf("site%04d", i) }

// The facility: each testbed has a VIM, and radios without names, enough for all requests on it.
func (f filling) facility() testbeds.Facility {
	room := int64(20 + f.Requests/f.Testbeds/20) // requests at a time: about one in a thousand of a testbed's
	var all testbeds.Facility
	for i := range f.Testbeds {
		id := Testbed(i)
		all.Testbeds = append(all.Testbeds, testbeds.Testbed{
			ID: id, Name: "Testbed " + id, Organisation: fmt.Sprintf("Organisation %d", i%50), Timezone: "Europe/Athens", Features: []string{"5g", "sdr"},
			VIMs:     []testbeds.VIM{{ID: "main", Type: "openstack", Capacity: testbeds.Quantities{"vcpu": 8 * room, "memory_mb": 16384 * room, "disk_gb": 100 * room}}},
			Devices:  []testbeds.Device{{ID: "usrp", Name: "USRP B210", Count: 2 * room}},
			Closures: []testbeds.Closure{{ID: "upkeep", Summary: "Upkeep", Start: testbeds.LocalTime{Time: time.Date(2026, 1, 4, 3, 0, 0, 0, time.UTC)}, Duration: testbeds.Period{Clock: 2 * time.Hour}, RRule: "FREQ=WEEKLY", VIMs: []string{"main"}, Capacity: testbeds.Quantities{"vcpu": 1}}},
		})
	}
	return all
}

func (f filling) catalogue() testbeds.Catalogue {
	var c testbeds.Catalogue
	for i := range f.Testbeds {
		c.VNFs = append(c.VNFs, testbeds.VNF{ID: fmt.Sprintf("core%04d", i), Name: "5G core", Size: testbeds.Quantities{"vcpu": 4, "memory_mb": 8192, "disk_gb": 40}, Onboarded: []string{Testbed(i) + "/main"}})
		c.NSDs = append(c.NSDs, testbeds.NSD{ID: service(i), Name: "5G core at " + Testbed(i), Members: []testbeds.Member{{Index: "1", VNF: fmt.Sprintf("core%04d", i)}},
			Placement: testbeds.Placement{testbeds.PlaceAll: Testbed(i) + "/main"}, Devices: []testbeds.DeviceNeed{{Testbed: Testbed(i), Device: "usrp", Count: 1}}})
	}
	return c
}

func service(i int) string { return fmt.Sprintf("core_at_%04d", i) }

func (f filling) begin(ctx context.Context, tx scheduler.Tx) error {
	all := f.facility()
	if bad := append(all.Validate(), f.catalogue().Validate(all)...); len(bad) > 0 {
		return fmt.Errorf("the facility breaks rules: %v", bad)
	}
	if err := tx.PutFacility(ctx, all); err != nil {
		return err
	}
	if err := tx.PutCatalogue(ctx, f.catalogue()); err != nil {
		return err
	}
	people := []account.Person{
		{Username: Administrator, Name: "Ada", Roles: []account.Role{account.RoleAdministrator, account.RoleOperator, account.RoleMentor}},
		{Username: Mentor, Name: "Grace", Roles: []account.Role{account.RoleMentor}},
	}
	for i := range f.People {
		people = append(people, account.Person{Username: f.experimenter(i), Name: fmt.Sprintf("User %d", i), Roles: []account.Role{account.RoleExperimenter}, Organisation: fmt.Sprintf("Organisation %d", i%50)})
	}
	for _, p := range people {
		p.Email, p.Revision, p.Created = p.Username+"@example.org", 1, f.Now.AddDate(0, 0, -90)
		if err := tx.PutPerson(ctx, p); err != nil {
			return err
		}
	}
	return tx.AddEvent(ctx, scheduler.Event{At: f.Now.AddDate(0, 0, -90), Kind: scheduler.EventFacility, Action: scheduler.ActionFacility, Text: "filled"})
}

func (f filling) experimenter(i int) string { return fmt.Sprintf("user%d", i%f.People) }

// slot returns one of log-normal length, six hours in the median, away from now.
func (f *filling) slot() testbeds.Slot {
	length := time.Duration(6*math.Exp(f.random.NormFloat64())) * time.Hour
	length = min(max(length, time.Hour), 20*24*time.Hour)
	start := f.Now.Add(time.Duration(f.random.IntN(660*24)-60*24) * time.Hour)
	s := testbeds.Slot{Start: start, End: start.Add(length)}
	if s.Start.Before(f.Now.Add(48*time.Hour)) && s.End.After(f.Now.Add(-24*time.Hour)) {
		s = testbeds.Slot{Start: s.Start.Add(24 * 24 * time.Hour), End: s.End.Add(24 * 24 * time.Hour)}
	}
	return s
}

var words = []string{"latency", "slicing", "handover", "video", "drone", "factory", "vehicle", "massive mimo", "edge", "orchestration"}

// add writes a request as it is after its grant, or after its end.
func (f filling) add(ctx context.Context, tx scheduler.Tx, i, where int, slot testbeds.Slot) error {
	testbed := Testbed(where)
	over := slot.End.Before(f.Now)
	asked := slot.Start.AddDate(0, 0, -7)
	if asked.After(f.Now) {
		asked = f.Now
	}
	e := testbeds.Experiment{
		Components: []testbeds.Component{{Member: "1", VNF: fmt.Sprintf("core%04d", where), Size: testbeds.Quantities{"vcpu": 4, "memory_mb": 8192, "disk_gb": 40}, Onboarded: []string{testbed + "/main"}}},
		Placement:  testbeds.Placement{"1": testbed + "/main"},
		Devices:    []testbeds.DeviceNeed{{Testbed: testbed, Device: "usrp", Count: 1}},
	}
	r := scheduler.Request{
		ID: uuid.NewString(), Name: fmt.Sprintf("%s trial %d", words[i%len(words)], i), NSD: service(where), Organisation: fmt.Sprintf("Organisation %d", i%50),
		Experimenter: f.experimenter(i), Mentor: Mentor, Status: scheduler.Scheduled, Slot: slot, Requested: &slot, Components: e.Components, Devices: e.Devices,
		Placement: e.Placement, Demand: e.Demand(), Approvals: []scheduler.Approval{{Testbed: testbed, Policy: testbeds.ApprovalInformed}},
		Scheduled: &slot, Created: asked, Updated: asked,
	}
	entries := []scheduler.Entry{
		{At: asked, Actor: r.Experimenter, Action: scheduler.ActionSubmit, To: scheduler.UnderReview, Text: r.Name + ", " + slot.String()},
		{At: asked, Actor: Mentor, Action: scheduler.ActionSchedule, From: scheduler.UnderReview, To: scheduler.Scheduled, Text: "granted " + slot.String()},
	}
	if over {
		r.Status, r.Updated = scheduler.Completed, slot.End
		r.Actual = &scheduler.Actual{Start: new(slot.Start), End: new(slot.End)}
		entries = append(entries, scheduler.Entry{At: slot.End, Actor: Administrator, Action: scheduler.ActionComplete, From: scheduler.Running, To: scheduler.Completed})
	} else {
		r.Occupied, r.Due = &slot, new(slot.Start.Add(-24*time.Hour))
	}
	if err := tx.CreateRequest(ctx, &r); err != nil {
		return err
	}
	b := testbeds.Booking{Request: r.Number, Strength: testbeds.Firm, Slot: slot}
	for _, n := range r.Demand {
		b.Claims = append(b.Claims, testbeds.Claim{Need: n, From: slot.Start, To: slot.End})
	}
	if err := tx.PutBooking(ctx, r.ID, &b); err != nil {
		return err
	}
	r.Booking, r.Revision = b.ID, 1
	if err := tx.UpdateRequest(ctx, r); err != nil {
		return err
	}
	for _, entry := range entries {
		entry.Request = r.ID
		if err := tx.AddEntry(ctx, &entry); err != nil {
			return err
		}
		if err := tx.AddEvent(ctx, scheduler.Event{At: entry.At, Kind: scheduler.EventRequest, Action: entry.Action, Actor: entry.Actor, Request: r.ID, Number: r.Number,
			From: entry.From, Status: entry.To, Testbeds: []string{testbed}, Text: entry.Text}); err != nil {
			return err
		}
	}
	return nil
}
