package story

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

const (
	quarter = 15 * time.Minute
	day     = 24 * time.Hour
)

func (m *machine) perhaps(rt *rapid.T) bool { return rapid.Bool().Draw(rt, "perhaps") }

func (m *machine) rarely(rt *rapid.T) bool { return rapid.IntRange(0, 3).Draw(rt, "rarely") == 3 }

// one draws from a list that must not be empty.
func one[T any](rt *rapid.T, what string, of []T) T {
	if len(of) == 0 {
		rt.Skip("there is none yet")
	}
	return of[rapid.IntRange(0, len(of)-1).Draw(rt, what)]
}

// somebody draws an actor, mostly one with many rights, or most steps would be refused.
func (m *machine) somebody(rt *rapid.T) account.Actor {
	return as(rapid.SampledFrom([]string{"adele", "adele", "adele", "monika", "monika", "maeve", "hector", "paddy", "oskar", "marco"}).Draw(rt, "who"))
}

// any draws a request in any state.
func (m *machine) any(rt *rapid.T) scheduler.Request { return one(rt, "which", m.before.requests) }

// among draws a request in one of the statuses.
func (m *machine) among(rt *rapid.T, statuses ...scheduler.Status) scheduler.Request {
	return m.such(rt, func(r scheduler.Request) bool { return slices.Contains(statuses, r.Status) })
}

// such draws a request that passes a test.
func (m *machine) such(rt *rapid.T, take func(scheduler.Request) bool) scheduler.Request {
	var list []scheduler.Request
	for _, r := range m.before.requests {
		if take(r) {
			list = append(list, r)
		}
	}
	return one(rt, "which", list)
}

// quarters draws a duration from a to b quarters of an hour.
func (m *machine) quarters(rt *rapid.T, a, b int) time.Duration {
	return time.Duration(rapid.IntRange(a, b).Draw(rt, "quarters")) * quarter
}

// slot draws a slot soon, beside or within a booking, in the next day, or a long one.
func (m *machine) slot(rt *rapid.T) testbeds.Slot {
	now := m.clock.Truncate(quarter).Add(quarter)
	length := m.quarters(rt, 1, 20)
	switch kind := rapid.IntRange(0, 19).Draw(rt, "kind of slot"); {
	case kind < 4:
		return testbeds.NewSlot(now.Add(m.quarters(rt, 0, 8)), length)
	case kind < 10:
		return m.beside(rt, now, length)
	case kind < 15:
		return m.over(rt, now, length)
	case kind == 15:
		return testbeds.NewSlot(now.Add(m.quarters(rt, 0, 96)), time.Duration(rapid.IntRange(100, 366).Draw(rt, "days"))*day)
	default:
		return testbeds.NewSlot(now.Add(m.quarters(rt, 0, 96)), length)
	}
}

// over draws a slot that begins during a booking, or a little before.
func (m *machine) over(rt *rapid.T, now time.Time, length time.Duration) testbeds.Slot {
	start := now
	if list := m.before.blocking(); len(list) > 0 {
		s := one(rt, "over", list).Slot
		start = s.Start.Add(time.Duration(rapid.IntRange(-1, 3).Draw(rt, "part")) * s.Duration() / 4).Truncate(quarter)
	}
	if start.Before(now) {
		start = now
	}
	return testbeds.NewSlot(start, length)
}

// beside draws a slot that begins around the end of a booking.
func (m *machine) beside(rt *rapid.T, now time.Time, length time.Duration) testbeds.Slot {
	start := now
	if list := m.before.blocking(); len(list) > 0 {
		b := one(rt, "beside", list)
		start = span(b).End.Add(m.quarters(rt, -2, 4))
	}
	if start.Before(now) {
		start = now
	}
	return testbeds.NewSlot(start, length)
}

// devices draws the radios of a request, pinned to units or not.
func (m *machine) devices(rt *rapid.T) []testbeds.DeviceNeed {
	count := int64(rapid.IntRange(1, 4).Draw(rt, "count"))
	need := testbeds.DeviceNeed{Testbed: "radio", Device: "usrp", Count: count}
	if m.perhaps(rt) {
		need.Units = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"u1", "u2", "u3", "u4"}), 1, int(count), rapid.ID[string]).Draw(rt, "units")
		slices.Sort(need.Units)
	}
	return []testbeds.DeviceNeed{need}
}

// phone is the reason of every override in a story.
const phone = "agreed on the phone"

func (m *machine) reason(mode scheduler.OverrideMode) *scheduler.Override {
	return &scheduler.Override{Mode: mode, Reason: phone}
}
