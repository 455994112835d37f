package proof

import "time"

// closing is how long after its end a slot of which nobody reported anything stays open.
const closing = 7 * 24 * time.Hour

// timely judges whether people were told of each deadline that has passed, and whether none is left open that counts as decided.
func (p *Proof) timely(r Request) {
	for _, c := range r.Clocks {
		switch passed := !p.o.Now.Before(c.At); {
		case c.Passed && c.Default:
			p.say(r, "%s was to count as decided at %s, and is open", c.What, instant(c.At))
		case c.Passed && !passed:
			p.say(r, "%s is marked as overdue, and has until %s", c.What, instant(c.At))
		case passed && !c.Passed && !p.waits(r):
			p.say(r, "%s was due at %s, and nobody was told that it is overdue", c.What, instant(c.At))
		}
	}
}

// late judges slots of which nobody reported the start: what was given back, what is flagged, and what should have been closed.
func (p *Proof) late(r Request) {
	plan := r.Slot
	if r.Granted != nil {
		plan = *r.Granted
	}
	if r.Unreported && r.Stage != Scheduled {
		p.say(r, "is flagged as unreported, and is not waiting to be started")
	}
	if r.Unreported && p.o.Now.Before(plan.Start) {
		p.say(r, "is flagged as unreported, and its slot begins at %s", instant(plan.Start))
	}
	if at := r.Released; at != nil && r.Stage != Over {
		switch {
		case r.Stage != Scheduled:
			p.say(r, "the rest of its slot was given back at %s, and it has been started", instant(*at))
		case r.Slot.End.After(*at):
			p.say(r, "the rest of its slot was given back at %s, and it has it until %s", instant(*at), instant(r.Slot.End))
		case !plan.End.After(*at) || !plan.Start.Before(*at):
			p.say(r, "the rest of its slot was given back at %s, and it was granted %s", instant(*at), plan)
		}
	}
	if r.Stage == Scheduled && !p.o.Now.Before(plan.End.Add(closing)) && !p.waits(r) {
		p.say(r, "nobody reported anything about it since %s, and it is not closed", instant(plan.End))
	}
}
