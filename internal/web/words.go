package web

import (
	"fmt"
	"strings"

	"berth/scheduler"
	"berth/scheduler/phrases"
	"berth/testbeds"
	"berth/testbeds/plain"
)

// conflicts words the conflicts of a verdict: what can never work, and what is short, when, and by whose doing.
func (x reader) conflicts(v testbeds.Verdict) (lines []string) {
	for _, p := range v.Problems {
		lines = append(lines, p.Message)
	}
	for _, c := range v.Conflicts {
		lines = append(lines, x.conflict(c))
	}
	if v.Truncated {
		lines = append(lines, "and more")
	}
	return lines
}

func (x reader) conflict(c testbeds.Conflict) string {
	return c.Resource.Words() + " " + x.shortage(c)
}

// shortage words a conflict without its resource.
func (x reader) shortage(c testbeds.Conflict) string {
	return c.Shortage() + ", " + x.slot(c.Interval) + c.Cause()
}

// effects words the effects of a decision.
func (x reader) effects(before scheduler.Request, out scheduler.Outcome) (lines []string) {
	r := out.Request
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	if r.Status != before.Status {
		add("The request is %s, and would be %s.", phrases.Status(before.Status), phrases.Status(r.Status))
	}
	if !r.Slot.Equal(before.Slot) {
		add("Its slot would be %s, instead of %s.", x.slot(r.Slot), x.slot(before.Slot))
	}
	if r.Name != before.Name {
		add("It would be called %q, instead of %q.", r.Name, before.Name)
	}
	if r.Description != before.Description {
		add("Its description would change.")
	}
	if r.Mentor != before.Mentor {
		add("Its mentor would be %s.", r.Mentor)
	}
	lines = append(lines, placed(before, r)...)
	for i, a := range r.Approvals {
		if i < len(before.Approvals) && a.Decision != before.Approvals[i].Decision {
			what := string(a.Decision)
			if what == "" {
				what = "asked again"
			}
			add("%s would be %s.", a.Testbed, what)
		}
	}
	if m := r.PendingMove; m != nil && before.PendingMove == nil {
		add("It keeps its slot until the move to %s is approved.", x.slot(m.Slot))
	}
	for _, d := range out.Displaced {
		add("#%d %s would go back to review%s.", d.Number, d.Name, x.elsewhere(d.Alternatives))
	}
	if n := len(r.Overbooked); n > len(before.Overbooked) {
		for _, c := range r.Overbooked[n-1].Conflicts {
			add("Overbooked: %s.", x.conflict(c))
		}
	}
	if out.Created != nil {
		add("A new request would be created for %s.", x.slot(out.Created.Slot))
	}
	if len(lines) == 0 {
		lines = []string{"Nothing else would change."}
	}
	return lines
}

// further words what a decision does besides giving a slot.
func (p *deskPage) further(x reader, out scheduler.Outcome) (lines []string) {
	before, r := p.R.Request, out.Request
	lines = placed(before, r)
	for i, a := range r.Approvals {
		if a.Decision == scheduler.Overridden && (i >= len(before.Approvals) || before.Approvals[i].Decision != a.Decision) {
			lines = append(lines, "The approval of "+p.Names.Bed(a.Testbed)+" is passed over, and that is recorded.")
		}
	}
	for _, d := range out.Displaced {
		lines = append(lines, x.goes(d))
	}
	if n := len(r.Overbooked); n > len(before.Overbooked) {
		lines = append(lines, p.excess(x, testbeds.Verdict{Conflicts: r.Overbooked[n-1].Conflicts})...)
	}
	return lines
}

// placed words where components and devices would be, instead of where they are.
func placed(before, after scheduler.Request) (lines []string) {
	for _, c := range after.Components {
		if from, to := before.Placement[c.Member], after.Placement[c.Member]; from != to && to != "" {
			lines = append(lines, fmt.Sprintf("Component %s would run on %s, instead of %s.", strings.TrimSpace(c.Member+" "+c.VNF), to, from))
		}
	}
	if was, now := devicesOf(before.Devices), devicesOf(after.Devices); was != now {
		lines = append(lines, fmt.Sprintf("Its devices would be %s, instead of %s.", now, was))
	}
	return lines
}

func devicesOf(list []testbeds.DeviceNeed) string {
	var words []string
	for _, d := range list {
		words = append(words, fmt.Sprintf("%d × %s at %s", d.Count, d.Device, d.Testbed))
	}
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ", ")
}

// elsewhere names the places where a displaced request could go.
func (x reader) elsewhere(list []testbeds.Alternative) string {
	if len(list) == 0 {
		return ", and no other slot was found for it"
	}
	var slots []string
	for _, a := range list[:min(len(list), 3)] {
		slots = append(slots, x.slot(a.Slot))
	}
	return "; it could go to " + strings.Join(slots, ", or to ")
}

// competing says how many others want the same.
func competing(n int) string {
	if n == 1 {
		return "1 other request under review wants some of the same capacity: the first to be granted gets it."
	}
	return plain.Count(n, "other request") + " under review want some of the same capacity: the first to be granted gets it."
}
