package scheduler

import (
	"context"
	"time"

	"berth/scheduler/account"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// Preference says which of the free slots people like best.
type Preference struct {
	WorkingHours bool           // only slots in the working hours of all testbeds that take part
	Zone         *time.Location // whose days and full hours count; nil for UTC
}

// maxWindows limits the free times among which slots are chosen.
const maxWindows = 400

// NextFree lists slots of q.Duration within a span in which the experiment could run, at most one for each day, from full hours on where there is
// room. It returns the codes of Windows.
func (s *Service) NextFree(ctx context.Context, a account.Actor, q Ask, span testbeds.Slot, p Preference, limit int) ([]testbeds.Slot, error) {
	windows, err := s.Windows(ctx, a, q, span, maxWindows)
	if err != nil {
		return nil, err
	}
	if p.Zone == nil {
		p.Zone = time.UTC
	}
	likes := func(testbeds.Slot) bool { return true }
	if p.WorkingHours {
		zones, err := s.zones(ctx, q)
		if err != nil {
			return nil, err
		}
		likes = func(x testbeds.Slot) bool {
			for _, zone := range zones {
				if !wallclock.Working(x.Start, x.End, zone) {
					return false
				}
			}
			return true
		}
	}
	return spread(windows, max(q.Duration.Exact(), time.Minute), p.Zone, likes, limit), nil
}

// zones returns the time zones of the testbeds that an experiment would use.
func (s *Service) zones(ctx context.Context, q Ask) (zones []*time.Location, err error) {
	err = s.snapshot(ctx, func(_ Reader, w snapshot) error {
		var bad faults
		for _, id := range experiment(q, w, &bad).Demand().Testbeds() {
			t, _ := w.fed.Testbed(id)
			zone, err := wallclock.Zone(t.Timezone)
			if err != nil {
				zone = time.UTC
			}
			zones = append(zones, zone)
		}
		return bad.err()
	})
	return zones, err
}

// spread chooses slots of a length in free times: the first one of each day that is liked.
func spread(windows []testbeds.Slot, length time.Duration, zone *time.Location, likes func(testbeds.Slot) bool, limit int) (list []testbeds.Slot) {
	taken := map[string]bool{}
	for _, free := range windows {
		for at := free.Start; len(list) < limit && !at.Add(length).After(free.End); at = nextHour(at, zone) {
			slot, day := testbeds.NewSlot(at, length), at.In(zone).Format(time.DateOnly)
			if full := nextHour(at.Add(-time.Second), zone); !full.Equal(at) && !full.Add(length).After(free.End) {
				continue // there is room from the full hour on
			}
			if !taken[day] && likes(slot) {
				taken[day] = true
				list = append(list, slot)
			}
		}
	}
	return list
}

// nextHour returns the first full hour of a zone's clocks after an instant.
func nextHour(t time.Time, zone *time.Location) time.Time {
	local := t.In(zone)
	past := time.Duration(local.Minute())*time.Minute + time.Duration(local.Second())*time.Second + time.Duration(local.Nanosecond())
	return t.Add(time.Hour - past)
}
