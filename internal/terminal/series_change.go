package terminal

import (
	"fmt"
	"strconv"
	"strings"

	"berth/internal/console"
	"berth/scheduler/series"
	"berth/testbeds"
)

// Differing says in what a series is to differ, as it was typed.
type Differing struct {
	Shift string   // all alike, such as "2h" or "-1d"
	Moves []string // those that go elsewhere alone, such as "3=fri 9-13"
	Skip  []int    // places that are left out
}

// change parses the change; the faults are added to those that there are.
func (c Differing) change(t Times, wrong *console.Faults) *series.Change {
	out := series.Change{Skip: c.Skip}
	if c.Shift != "" {
		text, earlier := strings.CutPrefix(strings.TrimSpace(c.Shift), "-")
		length, err := Length(text)
		wrong.Add("shift", err)
		if out.Shift = int(length.Minutes()); earlier {
			out.Shift = -out.Shift
		}
	}
	for _, text := range c.Moves {
		place, slot, _ := strings.Cut(text, "=")
		n, err := strconv.Atoi(strings.TrimSpace(place))
		if err != nil {
			wrong.Add("move", fmt.Errorf("%q does not begin with a place: write 3=fri 9-13", text))
			continue
		}
		to, err := t.Slot(slot)
		wrong.Add("move", err)
		out.Moves = append(out.Moves, series.Move{Place: n, Slot: to})
	}
	if out.IsZero() {
		return nil
	}
	return &out
}

// except parses the days without an occurrence.
func (n Repeated) except(t Times, wrong *console.Faults) (days []testbeds.LocalTime) {
	for _, text := range n.Except {
		_, day, err := t.moment(strings.Join(strings.Fields(text), " "))
		wrong.Add("except", err)
		days = append(days, testbeds.LocalTime{Time: day})
	}
	return days
}
