package story

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"berth/scheduler"
	"berth/testbeds"
)

// wants returns a submission by NSD, assigned to monika.
func wants(nsd string, slot testbeds.Slot) scheduler.Submission {
	return scheduler.Submission{Name: nsd, Mentor: "monika", Ask: scheduler.Ask{NSD: nsd, Slot: slot}}
}

func (m *machine) submit(rt *rapid.T) {
	in := wants(rapid.SampledFrom([]string{"marathon", "hydra", "c2gran", "c2gran", "video", "video", "probe", "new"}).Draw(rt, "nsd"), m.slot(rt))
	in.Anyway = m.perhaps(rt)
	if in.NSD != "video" && m.perhaps(rt) {
		in.Devices = m.devices(rt)
	}
	who := rapid.SampledFrom([]string{"maeve", "hector"}).Draw(rt, "experimenter")
	if m.rarely(rt) {
		in.Key, in.Fingerprint = fmt.Sprintf("key %d", len(m.asked)), "same"
	}
	out, err := m.Submit(m.ctx(), as(who), in)
	if m.met(rt, "submit", err) && in.Key != "" {
		m.asked = append(m.asked, question{who, in, out.Request.ID})
	}
}

// giant requests more than an int32 can count.
func (m *machine) giant(rt *rapid.T) {
	in := wants("", m.slot(rt))
	in.Name, in.Anyway, in.Placement = "giant", true, testbeds.Placement{"all": "cloud/big"}
	for i := range rapid.SampledFrom([]int{1, 3, 5, 100}).Draw(rt, "components") {
		in.Components = append(in.Components, testbeds.Component{Member: fmt.Sprint(i), Size: testbeds.Quantities{"vcpu": testbeds.MaxAmount}, Onboarded: []string{"cloud/big"}})
	}
	out, err := m.Submit(m.ctx(), as("hector"), in)
	if m.met(rt, "submit a giant", err) && m.perhaps(rt) {
		_, err = m.Schedule(m.ctx(), as("adele"), out.Request.ID, scheduler.Schedule{Override: m.reason(scheduler.OverrideOverbook)})
		m.met(rt, "overbook with a giant", err)
	}
}

// question is a submission with a key, and its result.
type question struct {
	who  string
	in   scheduler.Submission
	made string
}

// repeat submits again with an earlier key: the answer must be the earlier one, whatever has happened since.
func (m *machine) repeat(rt *rapid.T) {
	q := one(rt, "which", m.asked)
	out, err := m.Submit(m.ctx(), as(q.who), q.in)
	m.met(rt, "repeat a submission", err)
	if err != nil || out.Request.ID != q.made {
		m.broken("repeat", "the second submission with key %q made %q, %v; the first one %q", q.in.Key, out.Request.ID, err, q.made)
	}
}

func (m *machine) edit(rt *rapid.T) {
	r := m.under(rt)
	in := scheduler.Edit{Anyway: m.perhaps(rt), DryRun: m.rarely(rt)}
	switch rapid.IntRange(0, 2).Draw(rt, "what") {
	case 0:
		slot := m.slot(rt)
		in.Slot = &slot
	case 1:
		in.Placement = &testbeds.Placement{"all": rapid.SampledFrom([]string{"cloud/small", "cloud/big", "radio/iris", "lab/bench"}).Draw(rt, "where")}
	case 2:
		devices := m.devices(rt)
		in.Devices = &devices
	}
	_, err := m.Edit(m.ctx(), as("adele"), r.ID, in)
	m.met(rt, fmt.Sprintf("edit #%d", r.Number), err)
}

// onto edits a held request onto units that another one has then, whether that fits or not. Without a held request beside such units, it
// first makes one for a radio.
func (m *machine) onto(rt *rapid.T) {
	m.now(rt)
	beside := func(r scheduler.Request) bool { return r.HoldUntil != nil && len(m.before.units(r)) > 0 }
	if !slices.ContainsFunc(m.before.requests, beside) {
		m.holdBeside(rt)
	}
	r := m.such(rt, beside)
	devices := slices.Clone(r.Devices)
	units := m.before.units(r)
	devices[0].Units = units[:min(len(units), int(devices[0].Count))]
	_, err := m.Edit(m.ctx(), as("adele"), r.ID, scheduler.Edit{Devices: &devices, Anyway: true})
	m.met(rt, fmt.Sprintf("edit #%d onto units of others", r.Number), err)
}

// holdBeside makes an offer hold one radio throughout the slot of a request with named ones.
func (m *machine) holdBeside(rt *rapid.T) {
	var list []testbeds.Slot
	for _, b := range m.before.blocking() {
		if b.Slot.Start.After(m.clock) && slices.ContainsFunc(b.Claims, func(c testbeds.Claim) bool { return c.Device == "usrp" && len(c.Units) > 0 }) {
			list = append(list, b.Slot)
		}
	}
	in := wants("c2gran", one(rt, "beside", list))
	in.Devices = []testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: 1}}
	out, err := m.Submit(m.ctx(), as("hector"), in)
	if m.met(rt, "submit beside named units", err) {
		m.take(rt, out.Request, testbeds.Alternative{Slot: in.Slot})
	}
	m.before = m.look()
}

// units lists the units that others have in the slot of a request for radios.
func (s snapshot) units(r scheduler.Request) []string {
	if len(r.Devices) == 0 || r.Devices[0].Device != "usrp" {
		return nil
	}
	for _, b := range s.blocking() {
		for _, c := range b.Claims {
			if c.Device == "usrp" && b.ID != r.Booking && b.Slot.Overlaps(r.Slot) && len(c.Units) > 0 {
				return c.Units
			}
		}
	}
	return nil
}

// under draws a request under review, usually one whose slot is held.
func (m *machine) under(rt *rapid.T) scheduler.Request {
	held := func(r scheduler.Request) bool { return r.Status == scheduler.UnderReview && r.HoldUntil != nil }
	if slices.ContainsFunc(m.before.requests, held) && !m.rarely(rt) {
		return m.such(rt, held)
	}
	return m.among(rt, scheduler.UnderReview)
}

func (m *machine) words(rt *rapid.T) {
	r := m.under(rt)
	name := r.Name + "'"
	_, err := m.Edit(m.ctx(), as("adele"), r.ID, scheduler.Edit{Name: &name})
	m.met(rt, fmt.Sprintf("edit the words of #%d", r.Number), err)
}

func (m *machine) assign(rt *rapid.T) {
	mentor := rapid.SampledFrom([]string{"monika", "marco", "maeve"}).Draw(rt, "mentor")
	_, err := m.Assign(m.ctx(), m.somebody(rt), m.any(rt).ID, scheduler.Assign{Mentor: mentor})
	m.met(rt, "assign", err)
}
