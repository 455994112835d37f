package testbeds

import (
	"fmt"
	"slices"
	"strings"

	"berth/testbeds/plain"
)

// Verdict answers "does this experiment fit that slot?": yes, or every obstacle. Problems never go away by waiting; conflicts are busy
// times.
type Verdict struct {
	Fits       bool       `json:"ok"`
	Problems   []Problem  `json:"problems,omitempty"`
	Conflicts  []Conflict `json:"conflicts,omitempty"`
	Contenders []Taker    `json:"contenders,omitempty"` // requests under review that want the same capacity
	Longest    *Slot      `json:"longest,omitempty"`    // the longest free slot from the requested start, where the slot does not fit
	Truncated  bool       `json:"truncated,omitempty"`  // more conflicts than are listed
}

// Reasons says in sentences what is in the way, and not who has the capacity: at most the given number of conflicts, a word about the others, then
// the problems.
func (v Verdict) Reasons(conflicts int) []string {
	var list []string
	for i, c := range v.Conflicts {
		if i == conflicts {
			list = append(list, "and "+plain.Count(len(v.Conflicts)-i, "more conflict"))
			break
		}
		c.TakenBy, c.More = nil, 0
		list = append(list, c.String())
	}
	for _, p := range v.Problems {
		list = append(list, p.Message)
	}
	return list
}

// Rule names the reason why a component or a device can never run at its placement.
type Rule string

const (
	RuleNotPlaced       Rule = "not_placed"
	RuleUnknownTestbed  Rule = "unknown_testbed"
	RuleUnknownVIM      Rule = "unknown_vim"
	RuleUnknownDevice   Rule = "unknown_device"
	RuleUnknownUnit     Rule = "unknown_unit"
	RuleUnknownQuantity Rule = "unknown_quantity"
	RuleNotOnboarded    Rule = "not_onboarded"
	RuleMissingFeature  Rule = "missing_feature"
	RuleLargestHost     Rule = "largest_host"
	RuleCapacity        Rule = "capacity" // more than there ever is
	RuleHorizon         Rule = "horizon"  // beyond the time that can be booked
)

// Problem is a static limit: it holds at every time.
type Problem struct {
	Rule     Rule   `json:"rule"`
	Member   string `json:"member,omitempty"`
	VNF      string `json:"vnf,omitempty"`
	Testbed  string `json:"testbed,omitempty"`
	VIM      string `json:"vim,omitempty"`
	Device   string `json:"device,omitempty"`
	Quantity string `json:"quantity,omitempty"` // of the VIM
	Needed   int64  `json:"needed,omitempty"`   // of the quantity or the device
	Most     int64  `json:"most,omitempty"`     // that there ever is of it
	Message  string `json:"message"`
}

// Conflict is one resource being short during one interval.
type Conflict struct {
	Resource Resource `json:"resource"`
	Interval Slot     `json:"interval"` // clipped to the slot with setup and teardown
	Needed   int64    `json:"needed"`
	Free     int64    `json:"free"` // the least in the interval; negative where more is booked than there is
	ShortBy  int64    `json:"short_by"`
	Units    []string `json:"units,omitempty"` // asked for by name, and not free in the interval
	TakenBy  []Taker  `json:"taken_by"`
	More     int      `json:"more,omitempty"` // takers that are not listed
}

// TakerKind tells bookings from the reasons for missing capacity.
type TakerKind string

const (
	TakerBooking        TakerKind = "booking"
	TakerClosure        TakerKind = "closure"
	TakerOutsideOpening TakerKind = "outside_opening"
	TakerCapacityChange TakerKind = "capacity_change"
	TakerOccurrence     TakerKind = "occurrence" // another one of a series that is not submitted; it has no number
)

// Taker is a booking, a closure or a change that takes capacity during a conflict.
type Taker struct {
	Kind     TakerKind `json:"kind"`
	Booking  int64     `json:"booking,omitempty"`
	Request  int64     `json:"request,omitempty"` // 0 where the reader may not know
	Strength Strength  `json:"strength,omitempty"`
	Summary  string    `json:"summary,omitempty"` // of a closure or an occurrence; of a booking only as much as the reader may know
	Amount   int64     `json:"amount"`
	Units    []string  `json:"units,omitempty"`
	Interval Slot      `json:"interval"`
}

// Name names the taker in a sentence: "#12", "#…" where the reader may not know the request, or the summary of a closure or an occurrence.
func (t Taker) Name() string {
	switch {
	case t.Kind != TakerBooking:
		return t.Summary
	case t.Request == 0:
		return "#…"
	default:
		return fmt.Sprintf("#%d", t.Request)
	}
}

// String words the conflict as one sentence: "hall iris memory: short by 20 GB (40 GB needed, 20 GB free), 2026-… – 2026-…;
// taken by #7".
func (c Conflict) String() string {
	return fmt.Sprintf("%s: %s, %s%s", c.Resource.Words(), c.Shortage(), c.Interval, c.Cause())
}

// Shortage says how much of the resource is missing, without the time: "short by 1 (3 needed, 2 free)", "short by 28 GB (8 GB needed, overbooked by
// 20 GB)"; of what was asked for by name, which: "n210-1 is not free".
func (c Conflict) Shortage() string {
	if len(c.Units) == 0 {
		return c.missing()
	}
	named := strings.Join(c.Units, ", ") + " is not free"
	if len(c.Units) > 1 {
		named = strings.Join(c.Units, ", ") + " are not free"
	}
	if n := int64(len(c.Units)); n == c.Needed && n == c.ShortBy {
		return named
	}
	return c.missing() + ", " + named
}

// missing says the figures of a shortage.
func (c Conflict) missing() string {
	size := func(n int64) string { return plain.Size(c.Resource.Quantity, n) }
	left := size(c.Free) + " free"
	switch {
	case c.Free < 0:
		left = "overbooked by " + size(-c.Free)
	case c.Free == 0:
		left = "none free"
	}
	return fmt.Sprintf("short by %s (%s needed, %s)", size(c.ShortBy), size(c.Needed), left)
}

// Cause says why the capacity of a conflict is missing, to stand behind the rest of its sentence: "; taken by #26 MARATHON, 2 other experiments",
// "; outside laboratory hours"; empty where nothing is known.
func (c Conflict) Cause() string {
	var takers, times []string
	unnamed := c.More
	for _, t := range c.TakenBy {
		switch {
		case t.Kind == TakerOutsideOpening || t.Kind == TakerCapacityChange:
			times = append(times, t.Summary)
		case t.Kind == TakerClosure:
			takers = append(takers, "a closure ("+t.Summary+")")
		case t.Kind == TakerOccurrence:
			takers = append(takers, t.Summary)
		case t.Request == 0:
			unnamed++
		default:
			takers = append(takers, strings.TrimSpace(fmt.Sprintf("#%d %s", t.Request, t.Summary))+c.held(t))
		}
	}
	switch {
	case unnamed == 1 && len(takers) == 0:
		takers = append(takers, "another experiment")
	case unnamed == 1:
		takers = append(takers, "one more experiment")
	case unnamed > 1:
		takers = append(takers, fmt.Sprintf("%d other experiments", unnamed))
	}
	cause := ""
	if len(takers) > 0 {
		cause = "; taken by " + strings.Join(takers, ", ")
	}
	if len(times) > 0 {
		cause += "; " + strings.Join(times, ", ")
	}
	return cause
}

// held says which of the units that a conflict is about a taker has; empty for none.
func (c Conflict) held(t Taker) string {
	var list []string
	for _, u := range c.Units {
		if slices.Contains(t.Units, u) {
			list = append(list, u)
		}
	}
	if len(list) == 0 || len(c.TakenBy) == 1 && len(list) == len(c.Units) {
		return "" // it is said already
	}
	return " (" + strings.Join(list, ", ") + ")"
}

// Alternative is another way to grant a request. It passed Check when it was found.
type Alternative struct {
	Slot      Slot         `json:"slot"`
	Placement Placement    `json:"placement,omitempty"`
	Devices   []DeviceNeed `json:"devices,omitempty"`
	Changes   []Change     `json:"changes"`
	Cost      float64      `json:"cost"` // in hours of shift, see capacity.CostShift
}

// ChangeKind says in which way an alternative differs from the request.
type ChangeKind string

const (
	ChangeShift   ChangeKind = "shift"
	ChangeShorten ChangeKind = "shorten"
	ChangeDevices ChangeKind = "fewer_devices"
	ChangeVIM     ChangeKind = "vim"     // other VIM of the same testbed
	ChangeTestbed ChangeKind = "testbed" // other testbed
	ChangeSplit   ChangeKind = "split"   // members that were together are apart
)

// Change is one difference, in words and in figures.
type Change struct {
	Kind    ChangeKind `json:"kind"`
	Seconds int64      `json:"seconds,omitempty"` // of a shift (negative: earlier) or lost by shortening
	Member  string     `json:"member,omitempty"`
	From    string     `json:"from,omitempty"`
	To      string     `json:"to,omitempty"`
	Text    string     `json:"text"`
}
