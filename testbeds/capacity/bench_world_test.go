package capacity

import (
	"fmt"
	"iter"
	"time"

	"berth/testbeds"
	"berth/testbeds/capacity/workload"
)

// The benchmarks' testbed has eight kinds: a VIM of five quantities and three devices. See package workload for what is booked on it.

var benchHorizon = testbeds.Slot{Start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(workload.Horizon) * time.Second)}

var (
	benchQuantities = [workload.Quantities]string{"vcpu", "memory_mb", "storage_gb", "gpus", "floating_ips"}
	benchDevices    = [workload.Kinds - workload.Quantities]string{"radio", "usrp", "enodeb"}
)

// benchWorld is a federation of equal testbeds with as many bookings each.
type benchWorld struct {
	facility testbeds.Facility
	load     *workload.Workload
	fed      *Federation
	ids      []string
}

func newBenchWorld(t interface{ Fatal(...any) }, sites, n int) *benchWorld {
	w := &benchWorld{load: workload.New(n)}
	for i := range sites {
		w.ids = append(w.ids, fmt.Sprintf("t%03d", i))
		w.facility.Testbeds = append(w.facility.Testbeds, w.testbed(w.ids[i]))
	}
	fed, err := NewFederation(w.facility, benchHorizon)
	if err != nil {
		t.Fatal(err)
	}
	w.fed = fed
	fed.LoadFrom(w.bookings())
	return w
}

// testbed writes the closures and the capacity of the workload as a facility does.
func (w *benchWorld) testbed(id string) testbeds.Testbed {
	local := func(seconds int64) testbeds.LocalTime {
		return testbeds.LocalTime{Time: benchHorizon.Start.Add(time.Duration(seconds) * time.Second)}
	}
	hours := func(n time.Duration) testbeds.Period { return testbeds.Period{Clock: n * time.Hour} }
	v, later := testbeds.VIM{ID: "pool", Capacity: testbeds.Quantities{}}, testbeds.Quantities{}
	for k, q := range benchQuantities {
		v.Capacity[q] = w.load.Capacity[k]
		if k < 2 { // a fifth of it comes half-way
			v.Capacity[q], later[q] = w.load.Capacity[k]-w.load.Capacity[k]/5, w.load.Capacity[k]
		}
	}
	t := testbeds.Testbed{ID: id, Name: id, Timezone: "UTC", Features: []string{"sdr"}, VIMs: []testbeds.VIM{v},
		CapacityChanges: []testbeds.CapacityChange{{From: local(workload.Horizon / 2), VIM: "pool", Capacity: later}},
		Closures:        []testbeds.Closure{{Summary: "maintenance", Start: local(workload.Day), Duration: hours(8), RRule: "FREQ=DAILY;INTERVAL=35"}},
		Opening: []testbeds.Closure{{Summary: "hours", Start: local(8 * workload.Hour), Duration: hours(12), RRule: "FREQ=WEEKLY;BYDAY=TH,FR,SA,SU,MO",
			Devices: []string{"enodeb"}}}}
	for k, d := range benchDevices {
		t.Devices = append(t.Devices, testbeds.Device{ID: d, Count: workload.PoolSize[k]})
	}
	return t
}

// bookings makes the bookings of all testbeds, one after the other.
func (w *benchWorld) bookings() iter.Seq[testbeds.Booking] {
	return func(yield func(testbeds.Booking) bool) {
		for i, id := range w.ids {
			for j := range w.load.Bookings {
				if !yield(w.booking(id, int64(i*len(w.load.Bookings)+j+1), &w.load.Bookings[j])) {
					return
				}
			}
		}
	}
}

func (w *benchWorld) booking(testbed string, id int64, c *workload.Claim) testbeds.Booking {
	b := testbeds.Booking{ID: id, Request: id, Strength: testbeds.Firm, Slot: benchSlot(c), Claims: make([]testbeds.Claim, 0, workload.Kinds)}
	add := func(r testbeds.Resource, n int64) {
		if n > 0 {
			b.Claims = append(b.Claims, testbeds.Claim{Need: testbeds.Need{Resource: r, Amount: n}, From: b.Slot.Start, To: b.Slot.End})
		}
	}
	for k, q := range benchQuantities {
		add(testbeds.Resource{Testbed: testbed, VIM: "pool", Quantity: q}, c.Need[k])
	}
	for k, d := range benchDevices {
		add(testbeds.Resource{Testbed: testbed, Device: d}, c.Need[workload.Quantities+k])
	}
	return b
}

func benchSlot(c *workload.Claim) testbeds.Slot {
	return testbeds.Slot{Start: benchHorizon.Start.Add(time.Duration(c.From) * time.Second), End: benchHorizon.Start.Add(time.Duration(c.To) * time.Second)}
}

// question is an experiment and a slot that may be free for it or not.
type question struct {
	e testbeds.Experiment
	s testbeds.Slot
}

// questions makes n questions with a member, and now and then devices, on each of some testbeds.
func (w *benchWorld) questions(ids []string, n int) []question {
	all := make([]question, n)
	for i := range all {
		all[i].e.Placement = testbeds.Placement{}
		for j, id := range ids {
			c := w.load.Ask()
			if j == 0 {
				all[i].s = benchSlot(&c)
			}
			m := testbeds.Component{Member: fmt.Sprint(j), VNF: "vnf", Size: testbeds.Quantities{}, Onboarded: []string{id + "/pool"}}
			for k, q := range benchQuantities {
				m.Size[q] = c.Need[k]
			}
			all[i].e.Components = append(all[i].e.Components, m)
			all[i].e.Placement[m.Member] = id + "/pool"
			for k, d := range benchDevices {
				if need := c.Need[workload.Quantities+k]; need > 0 {
					all[i].e.Devices = append(all[i].e.Devices, testbeds.DeviceNeed{Testbed: id, Device: d, Count: need})
				}
			}
		}
	}
	return all
}
