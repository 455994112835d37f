package web

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/scheduler"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// localTime is the form in which browsers write the value of an input for a date and a time.
const localTime = "2006-01-02T15:04"

// readTime reads an instant in the form of an input, in the clock time of a zone, or in full.
func readTime(field, text string, zone *time.Location) (time.Time, error) {
	text = strings.TrimSpace(text)
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC(), nil
	}
	for _, form := range []string{localTime, localTime + ":05", "2006-01-02 15:04", time.DateOnly} {
		wall, err := time.ParseInLocation(form, text, zone)
		if err != nil {
			continue
		}
		if wall.Format(form) != text { // the clock skips this time
			return time.Time{}, invalid(field, "%s does not exist in %s: the clocks go forward then", text, zone)
		}
		return wall.UTC(), nil
	}
	return time.Time{}, invalid(field, "must be a date and a time such as 2026-11-24T09:00")
}

// readSlot reads start and end of a form; ok is false if both are empty.
func readSlot(form url.Values, zone *time.Location) (s testbeds.Slot, ok bool, err error) {
	start, end := form.Get("start"), form.Get("end")
	if start == "" && end == "" {
		return s, false, nil
	}
	if s.Start, err = readTime("start", start, zone); err != nil {
		return s, false, err
	}
	s.End, err = readTime("end", end, zone)
	return s, err == nil, err
}

// readActual reads the actual times; nil if the form has none.
func readActual(form url.Values, zone *time.Location) (*scheduler.Actual, error) {
	var a scheduler.Actual
	for field, to := range map[string]**time.Time{"actual_start": &a.Start, "actual_end": &a.End} {
		if form.Get(field) == "" {
			continue
		}
		t, err := readTime(field, form.Get(field), zone)
		if err != nil {
			return nil, err
		}
		*to = &t
	}
	if a.Start == nil && a.End == nil {
		return nil, nil
	}
	return &a, nil
}

// readZone reads the zone that a form names, by default the reader's.
func readZone(form url.Values, usual *time.Location) (*time.Location, error) {
	name := form.Get("zone")
	if name == "" {
		return usual, nil
	}
	zone, err := wallclock.Zone(name)
	if err != nil {
		return nil, invalid("zone", "there is no time zone %q", name)
	}
	return zone, nil
}

func number(form url.Values, field string) (int64, error) {
	text := form.Get(field)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, invalid(field, "must be a number")
	}
	return n, nil
}

// placement reads the places of members: fields such as place.1, and place.all for all of them.
func placement(form url.Values) testbeds.Placement {
	p := testbeds.Placement{}
	for name, values := range form {
		if member, ok := strings.CutPrefix(name, "place."); ok && values[0] != "" {
			p[member] = values[0]
		}
	}
	if len(p) == 0 {
		return nil
	}
	return p
}

// devices reads the devices that replace those of a service: fields such as device.wins-5g/usrp-n210 with a count. Without any it returns
// nil: the service's own.
func devices(form url.Values) (list []testbeds.DeviceNeed, err error) {
	for _, name := range slices.Sorted(maps.Keys(form)) {
		at, ok := strings.CutPrefix(name, "device.")
		if !ok {
			continue
		}
		testbed, device, ok := strings.Cut(at, "/")
		n, err := number(form, name)
		if err != nil || !ok {
			return nil, invalid(name, "must be a number of devices, in a field such as device.wins-5g/usrp-n210")
		}
		if list == nil {
			list = []testbeds.DeviceNeed{}
		}
		if n > 0 {
			list = append(list, testbeds.DeviceNeed{Testbed: testbed, Device: device, Count: n})
		}
	}
	return list, nil
}
