package story

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"berth/scheduler"
	"berth/testbeds"
)

// change puts a testbed that a step has altered, and judges the answer.
func (m *machine) change(rt *rapid.T, what, id string, alter func(t *testbeds.Testbed)) {
	m.now(rt)
	f, _, err := m.Facility(m.ctx(), as("adele"))
	m.must(err)
	i := slices.IndexFunc(f.Testbeds, func(t testbeds.Testbed) bool { return t.ID == id })
	if i < 0 {
		rt.Skip("there is no such testbed")
	}
	alter(&f.Testbeds[i])
	out, err := m.PutTestbed(m.ctx(), as("adele"), f.Testbeds[i], m.options(rt))
	if m.met(rt, "change "+what+" of "+id, err) {
		m.previewed(out)
	}
}

// options mostly force a change, whatever bookings it breaks.
func (m *machine) options(rt *rapid.T) scheduler.ChangeOptions {
	return scheduler.ChangeOptions{Force: !m.rarely(rt), Reason: "it has to be"}
}

func (m *machine) testbed(rt *rapid.T) string {
	return rapid.SampledFrom([]string{"radio", "radio", "cloud", "lab"}).Draw(rt, "testbed")
}

func (m *machine) buffers(rt *rapid.T) {
	length := func() testbeds.Period {
		return testbeds.Period{Clock: time.Duration(rapid.SampledFrom([]int{0, 1, 2, 8, 16}).Draw(rt, "quarters")) * quarter}
	}
	m.change(rt, "setup and teardown", m.testbed(rt), func(t *testbeds.Testbed) {
		t.Setup, t.Teardown = length(), length()
		if len(t.Devices) > 0 && m.rarely(rt) {
			t.Devices[0].Setup = new(length())
		}
	})
}

func (m *machine) features(rt *rapid.T) {
	m.change(rt, "features", rapid.SampledFrom([]string{"radio", "lab"}).Draw(rt, "testbed"), func(t *testbeds.Testbed) {
		if len(t.Features) > 0 {
			t.Features = nil
		} else {
			t.Features = []string{"sdr"}
		}
	})
}

func (m *machine) hosts(rt *rapid.T) {
	m.change(rt, "hosts", "cloud", func(t *testbeds.Testbed) {
		if t.VIMs[0].Hosts != nil {
			t.VIMs[0].Hosts = nil
		} else {
			t.VIMs[0].Hosts = []testbeds.Host{{Count: 16, Size: testbeds.Quantities{"vcpu": 4}}}
		}
	})
}

func (m *machine) policy(rt *rapid.T) {
	m.change(rt, "policy", m.testbed(rt), func(t *testbeds.Testbed) {
		if t.Policy() == testbeds.ApprovalRequired {
			t.Approval = testbeds.ApprovalInformed
		} else {
			t.Approval = testbeds.ApprovalRequired
		}
	})
}

func (m *machine) resize(rt *rapid.T) {
	m.change(rt, "capacity", m.testbed(rt), func(t *testbeds.Testbed) {
		t.VIMs[0].Capacity = testbeds.Quantities{"vcpu": int64(rapid.SampledFrom([]int{4, 8, 16, 64}).Draw(rt, "vcpu"))}
	})
}

// removeUnit takes radios out of the hall, or brings them all back, with the closures that name them.
func (m *machine) removeUnit(rt *rapid.T) {
	units := facility().Testbeds[0].Devices[0].Units
	units = units[:rapid.SampledFrom([]int{2, 3, 4, 4}).Draw(rt, "units")]
	m.change(rt, "units", "radio", func(t *testbeds.Testbed) {
		t.Devices[0].Units, t.Devices[0].Count = units, int64(len(units))
		t.Closures = slices.DeleteFunc(slices.Clone(t.Closures), func(c testbeds.Closure) bool {
			return slices.ContainsFunc(c.Units, func(u string) bool { return !slices.Contains(units, u) })
		})
	})
}

// recatalogue changes the places at which a function is onboarded.
func (m *machine) recatalogue(rt *rapid.T) {
	c := catalogue()
	if m.perhaps(rt) {
		c.VNFs[1].Onboarded = []string{"cloud/small"}
	}
	if m.rarely(rt) {
		c.VNFs[0].Requires = []string{"sdr", "dpdk"}
	}
	m.now(rt)
	out, err := m.PutCatalogue(m.ctx(), as("adele"), c, m.options(rt))
	if m.met(rt, "change the catalogue", err) {
		m.previewed(out)
	}
}

// drop takes the cloud out of the facility, or brings it back.
func (m *machine) drop(rt *rapid.T) {
	if !m.rarely(rt) {
		rt.Skip("it is seldom done")
	}
	if _, ok := m.before.facility.Testbed("cloud"); !ok {
		_, err := m.PutTestbed(m.ctx(), as("adele"), facility().Testbeds[1], scheduler.ChangeOptions{})
		m.met(rt, "bring the cloud back", err)
		_, err = m.PutCatalogue(m.ctx(), as("adele"), catalogue(), scheduler.ChangeOptions{Force: true})
		m.met(rt, "bring the catalogue back", err)
		return
	}
	c := catalogue()
	c.VNFs[1].Onboarded = []string{"lab/bench"}
	c.VNFs, c.NSDs = c.VNFs[:2], c.NSDs[:4]
	_, err := m.PutCatalogue(m.ctx(), as("adele"), c, scheduler.ChangeOptions{Force: true, Reason: "it goes"})
	m.met(rt, "take the cloud out of the catalogue", err)
	_, err = m.DeleteTestbed(m.ctx(), as("adele"), "cloud", scheduler.ChangeOptions{Force: true, Reason: "it goes"})
	m.met(rt, "take the cloud away", err)
}

// shut adds a closure, once or every day, and now and then requests it twice.
func (m *machine) shut(rt *rapid.T, testbed string, c testbeds.Closure) {
	s := m.slot(rt)
	c.Summary, c.Start = "painters", testbeds.LocalTime{Time: s.Start}
	c.Duration = testbeds.Period{Clock: min(s.Duration(), 100*day)}
	if m.rarely(rt) {
		c.Start.Time = m.clock.Add(-m.quarters(rt, 4, 200)).Truncate(quarter) // it began, or is over
		if m.perhaps(rt) {
			c.Duration.Clock = quarter
		}
	}
	if m.rarely(rt) {
		c.RRule = fmt.Sprintf("FREQ=DAILY;COUNT=%d", rapid.IntRange(2, 5).Draw(rt, "times"))
		c.Duration.Clock = time.Duration(rapid.SampledFrom([]int{2, 12, 30, 50}).Draw(rt, "hours")) * time.Hour
	}
	m.add(rt, testbed, c)
}

func (m *machine) add(rt *rapid.T, testbed string, c testbeds.Closure) {
	m.now(rt)
	c.Replace = m.way(rt)
	once := scheduler.Creation{Key: fmt.Sprintf("closure %d", m.ids), Fingerprint: "same"}
	o := m.options(rt)
	made, out, err := m.AddClosure(m.ctx(), as("adele"), testbed, c, o, once)
	if !m.met(rt, "close "+testbed, err) {
		return
	}
	m.previewed(out)
	m.closures = append(m.closures, closure{testbed, made.ID})
	if m.rarely(rt) {
		if m.perhaps(rt) { // the closure is deleted before its repetition
			m.open(rt, m.closures[len(m.closures)-1])
		}
		again, second, err := m.AddClosure(m.ctx(), as("adele"), testbed, c, o, once)
		if err != nil || again.ID != made.ID || second.Revision == 0 {
			m.broken("repeat", "the second closure has id %q at revision %d, %v; the first one %q at %d", again.ID, second.Revision, err, made.ID, out.Revision)
		}
	}
}

func (m *machine) close(rt *rapid.T) {
	kinds := []struct {
		testbed string
		what    testbeds.Closure
	}{
		{"radio", testbeds.Closure{}}, {"radio", testbeds.Closure{Devices: []string{"usrp"}}},
		{"radio", testbeds.Closure{Devices: []string{"usrp"}, Count: 1}}, {"radio", testbeds.Closure{Devices: []string{"usrp"}, Count: 2}},
		{"radio", testbeds.Closure{VIMs: []string{"iris"}, Capacity: testbeds.Quantities{"vcpu": 20}}},
		{"lab", testbeds.Closure{}}, {"cloud", testbeds.Closure{VIMs: []string{"big"}, Capacity: testbeds.Quantities{"vcpu": 30}}},
	}
	kind := one(rt, "what", kinds)
	m.shut(rt, kind.testbed, kind.what)
}

func (m *machine) closeUnits(rt *rapid.T) {
	units := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"u1", "u2", "u3", "u4"}), 1, 2, rapid.ID[string]).Draw(rt, "units")
	m.shut(rt, "radio", testbeds.Closure{Devices: []string{"usrp"}, Units: units})
}

func (m *machine) reopen(rt *rapid.T) {
	m.open(rt, one(rt, "closure", m.closures))
}

func (m *machine) open(rt *rapid.T, c closure) {
	m.now(rt)
	out, err := m.DeleteClosure(m.ctx(), as("adele"), c.testbed, c.id, m.options(rt))
	if m.met(rt, "reopen "+c.testbed, err) {
		m.previewed(out)
		m.closures = slices.DeleteFunc(m.closures, func(o closure) bool { return o == c })
	}
}
