package tmf685

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"berth/scheduler"
	"berth/testbeds"
)

// demands is one ResourceCapacityDemand, or a list of those that must be free together.
type demands []demand

// UnmarshalJSON reads both forms.
func (d *demands) UnmarshalJSON(raw []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) {
		return json.Unmarshal(raw, (*[]demand)(d))
	}
	var one demand
	if err := json.Unmarshal(raw, &one); err != nil {
		return err
	}
	*d = demands{one}
	return nil
}

// availability is the answer to an AvailabilityCheck.
type availability struct {
	Type         string          `json:"@type"`
	ID           string          `json:"id"`
	Demand       json.RawMessage `json:"resourceCapacityDemand"`
	Available    bool            `json:"available"`          // all that was asked for, at once
	Amounts      []poolAmount    `json:"availableAmount"`    // of each pool, the most at once
	Resources    []reference     `json:"availableResources"` // of those asked for, else of the pools
	Messages     []string        `json:"messages,omitempty"`
	Alternatives []alternative   `json:"alternatives,omitempty"`
	Period       period          `json:"applicableTimePeriod"`
}

type poolAmount struct {
	Pool   string `json:"resourcePool"`
	Amount int64  `json:"capacityAmount"`
}

// maxUnits bounds the units that are looked at one by one.
const maxUnits = 200

// checkAvailability answers whether something can be reserved, what of it is free, and what would fit instead.
func (s *server) checkAvailability(c call) error {
	var raw struct {
		Demand json.RawMessage `json:"resourceCapacityDemand"`
	}
	if err := c.read(&raw); err != nil {
		return err
	}
	var asked demands
	if len(raw.Demand) > 0 && string(raw.Demand) != "null" {
		if err := json.Unmarshal(raw.Demand, &asked); err != nil {
			return malformed(err)
		}
	}
	f, _, err := s.requests.Facility(c.Context(), c.actor)
	if err != nil {
		return err
	}
	list := pools(f)
	var bad faults
	slot := asked.slot(s, &bad)
	items := make([]item, len(asked))
	for i, d := range asked {
		items[i] = item{Capacity: d}
		if p, ok := find(list, d.Pool.ID); ok && p.what.VIM != "" && d.Amount == nil {
			items[i].Capacity.Amount = new(int64(1)) // is there anything left of it?
		}
	}
	q := wishOf("resourceCapacityDemand", items, list, nil, &bad).ask(slot)
	if err := bad.err(); err != nil {
		return err
	}
	verdict, err := s.requests.Check(c.Context(), c.actor, q)
	if err != nil {
		return err
	}
	out := availability{Type: "AvailabilityCheck", ID: uuid.NewString(), Demand: raw.Demand, Available: verdict.Fits, Amounts: []poolAmount{}, Resources: []reference{}, Period: periodOf(slot)}
	if !verdict.Fits {
		if err := s.instead(c, q, &out); err != nil {
			return err
		}
	}
	for _, d := range asked {
		p, _ := find(list, d.Pool.ID)
		if err := s.free(c, p, d, slot, &out); err != nil {
			return err
		}
	}
	return c.one(http.StatusOK, out)
}

// slot returns the one period of all demands.
func (d demands) slot(s *server, bad *faults) (slot testbeds.Slot) {
	const field = "applicableTimePeriod"
	if len(d) == 0 || d[0].Period == nil {
		bad.add("resourceCapacityDemand."+field, "is missing: from when and until when")
		return slot
	}
	for i, x := range d {
		if x.Period == nil {
			continue
		}
		at := fmt.Sprintf("resourceCapacityDemand[%d].%s", i, field)
		this := slotOf(at+".fromDateTime", x.Period.From, at+".endDateTime", x.Period.End, s.o.Clock(), bad)
		if i > 0 && !this.Equal(slot) {
			bad.add(at, "must be the period of the first: all of them are wanted at once")
			continue
		}
		slot = this
	}
	return slot
}

// instead says what is in the way, and what would fit.
func (s *server) instead(c call, q scheduler.Ask, out *availability) error {
	found, verdict, err := s.requests.Suggest(c.Context(), c.actor, q)
	if err != nil {
		return err
	}
	out.Messages = verdict.Reasons(len(verdict.Conflicts))
	for _, a := range found {
		out.Alternatives = append(out.Alternatives, alternativeOf(a, q.Components))
	}
	return nil
}

// free adds what of one pool is free in the slot.
func (s *server) free(c call, p pool, d demand, slot testbeds.Slot, out *availability) error {
	most, err := s.most(c, p, slot)
	if err != nil {
		return err
	}
	out.Amounts = append(out.Amounts, poolAmount{p.ID, most})
	wanted := append(append([]reference{}, d.Pool.Resources...), d.Resources...)
	if len(wanted) == 0 {
		wanted = p.Capacity.Resources
	}
	left := most // of those without names any will do
	for i, r := range wanted {
		if i == maxUnits {
			break
		}
		unit, isUnit := p.unit(r.ID)
		if !isUnit || !p.named {
			if left > 0 {
				out.Resources = append(out.Resources, r)
			}
			if isUnit {
				left--
			}
			continue
		}
		q := wish{devices: []testbeds.DeviceNeed{{Testbed: p.what.Testbed, Device: p.what.Device, Count: 1, Units: []string{unit}}}}.ask(slot)
		verdict, err := s.requests.Check(c.Context(), c.actor, q)
		if err != nil {
			return err
		}
		if verdict.Fits {
			out.Resources = append(out.Resources, reference{ID: p.ID + ":" + unit, Name: unit, Referred: "Device"})
		}
	}
	return nil
}

// most returns the largest amount of a pool that is free throughout the slot: what is left where all of it is asked for.
func (s *server) most(c call, p pool, slot testbeds.Slot) (int64, error) {
	if p.Capacity.Amount == 0 {
		return 0, nil
	}
	var w wish
	if p.what.Device != "" {
		w.devices = []testbeds.DeviceNeed{{Testbed: p.what.Testbed, Device: p.what.Device, Count: p.Capacity.Amount}}
	} else {
		vim := p.what.Testbed + "/" + p.what.VIM
		w.components = []testbeds.Component{{Member: "1", Size: testbeds.Quantities{p.what.Quantity: p.Capacity.Amount}, Onboarded: []string{vim}}}
		w.placement = testbeds.Placement{"1": vim}
	}
	verdict, err := s.requests.Check(c.Context(), c.actor, w.ask(slot))
	if err != nil {
		return 0, err
	}
	left := p.Capacity.Amount
	for _, x := range verdict.Conflicts {
		if x.Resource == p.what {
			left = min(left, max(0, x.Free))
		}
	}
	for _, x := range verdict.Problems {
		if x.Rule == testbeds.RuleCapacity {
			left = min(left, x.Most)
		}
	}
	return left, nil
}
