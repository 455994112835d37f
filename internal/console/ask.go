package console

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// Wish holds the flags of check and suggest, before parsing.
type Wish struct {
	NSD         string
	Placement   []string // member=testbed/vim, or testbed/vim for all members
	Devices     []string // testbed/device=count
	NoDevices   bool     // none, even if the NSD has some
	Slot        string   // START/END or START/DURATION
	From, To    string
	Window      string // like Slot
	Duration    string
	MinDuration string
	Limit       int
}

// Ask parses a wish.
func (w Wish) Ask() (scheduler.Ask, error) {
	var wrong Faults
	ask := scheduler.Ask{NSD: w.NSD, Limit: w.Limit}
	var err error
	ask.Placement, err = ParsePlacement(w.Placement)
	wrong.Add("placement", err)
	ask.Devices, err = ParseDevices(w.Devices)
	wrong.Add("device", err)
	if w.NoDevices {
		if len(w.Devices) > 0 {
			wrong.Add("no-devices", fmt.Errorf("contradicts --device"))
		}
		ask.Devices = []testbeds.DeviceNeed{}
	}
	ask.Slot, err = w.slot()
	wrong.Add("slot", err)
	if w.Window != "" {
		window, err := ParseSlot(w.Window)
		wrong.Add("window", err)
		ask.Window = &window
	}
	for _, p := range []struct {
		field, text string
		to          *testbeds.Period
	}{{"duration", w.Duration, &ask.Duration}, {"min-duration", w.MinDuration, &ask.MinDuration}} {
		if p.text != "" {
			wrong.Add(p.field, p.to.UnmarshalText([]byte(p.text)))
		}
	}
	if err := wrong.Err(); err != nil {
		return scheduler.Ask{}, err
	}
	return ask, nil
}

func (w Wish) slot() (testbeds.Slot, error) {
	switch {
	case w.Slot != "" && (w.From != "" || w.To != ""):
		return testbeds.Slot{}, fmt.Errorf("conflicts: give either --slot or --from and --to")
	case w.Slot != "":
		return ParseSlot(w.Slot)
	case w.From != "" && w.To != "":
		return ParseSlot(w.From + "/" + w.To)
	case w.From != "" && w.Duration != "":
		return ParseSlot(w.From + "/" + w.Duration)
	case w.From != "" || w.To != "":
		return testbeds.Slot{}, fmt.Errorf("needs both --from and --to")
	default:
		return testbeds.Slot{}, nil
	}
}

// ParseSlot reads START/END or START/DURATION, with RFC 3339 instants (the seconds may be left out) and an ISO 8601 duration.
func ParseSlot(s string) (testbeds.Slot, error) {
	from, to, ok := strings.Cut(s, "/")
	if !ok {
		return testbeds.Slot{}, fmt.Errorf("%q must be START/END or START/DURATION, such as 2027-01-11T09:00Z/PT8H", s)
	}
	start, err := parseInstant(from)
	if err != nil {
		return testbeds.Slot{}, err
	}
	if strings.HasPrefix(to, "P") {
		p, err := testbeds.ParsePeriod(to)
		return testbeds.NewSlot(start, p.Exact()), err
	}
	end, err := parseInstant(to)
	return testbeds.Slot{Start: start, End: end}, err
}

func parseInstant(s string) (time.Time, error) {
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(form, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not an instant with a zone such as 2027-01-11T09:00Z", s)
}

// ParsePlacement reads MEMBER=TESTBED/VIM, or TESTBED/VIM for all members.
func ParsePlacement(list []string) (testbeds.Placement, error) {
	if len(list) == 0 {
		return nil, nil
	}
	p := testbeds.Placement{}
	for _, item := range list {
		member, vim, ok := strings.Cut(item, "=")
		if !ok {
			member, vim = testbeds.PlaceAll, item
		}
		testbed, id, ok := strings.Cut(vim, "/")
		if !ok || member == "" || testbed == "" || id == "" {
			return nil, fmt.Errorf("%q must be MEMBER=TESTBED/VIM, or TESTBED/VIM for all members", item)
		}
		if _, twice := p[member]; twice {
			return nil, fmt.Errorf("member %q is placed twice", member)
		}
		p[member] = vim
	}
	return p, nil
}

// ParseDevices reads TESTBED/DEVICE=COUNT.
func ParseDevices(list []string) ([]testbeds.DeviceNeed, error) {
	var needs []testbeds.DeviceNeed
	for _, item := range list {
		what, count, ok := strings.Cut(item, "=")
		testbed, device, slash := strings.Cut(what, "/")
		n, err := strconv.ParseInt(count, 10, 64)
		if !ok || !slash || testbed == "" || device == "" || err != nil {
			return nil, fmt.Errorf("%q must be TESTBED/DEVICE=COUNT", item)
		}
		needs = append(needs, testbeds.DeviceNeed{Testbed: testbed, Device: device, Count: n})
	}
	return needs, nil
}
