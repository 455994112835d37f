package phrases

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// News says what an event brought to a request.
type News struct {
	First string   // the first words: "Scheduled: Thu 26 Nov, 09:00–13:00"
	More  []string // sentences
}

// By says who took a step, and in which other system; empty for Berth itself.
func By(e scheduler.Event) string {
	who := Who(e)
	if who == account.System.Name {
		return ""
	}
	if e.Via != "" {
		who += " in " + e.Via
	}
	return "By " + who
}

// State words where a request is in its life: "Scheduled: Thu 26 Nov, 09:00–13:00".
func (x Reader) State(r scheduler.Request) string {
	return upper(Status(r.Status)) + ": " + x.Slot(r.Slot)
}

// News words an event for the reader; r is the request as it is now.
func (x Reader) News(e scheduler.Event, r scheduler.Request) News {
	if words, known := news[e.Action]; known {
		return words(x, e, r)
	}
	return News{First: upper(x.Said(e.Text))}
}

// news words the events of each action; the others are worded by their text.
var news = map[scheduler.Action]func(Reader, scheduler.Event, scheduler.Request) News{
	scheduler.ActionSubmit:      during("Requested"),
	scheduler.ActionEdit:        during("Changed"),
	scheduler.ActionSchedule:    during("Scheduled"),
	scheduler.ActionReject:      rejected,
	scheduler.ActionAcceptOffer: taken,
	scheduler.ActionApprove:     approved,
	scheduler.ActionMove:        moved,
	scheduler.ActionProposeMove: proposed,
	scheduler.ActionDisplace:    displaced,
	scheduler.ActionCancel:      during("Cancelled"),
	scheduler.ActionStart:       started,
	scheduler.ActionComplete:    completed,
	scheduler.ActionFail:        during("Failed"),
	scheduler.ActionFlag:        flagged,
	scheduler.ActionAssign:      assigned,
	scheduler.ActionWait: func(x Reader, e scheduler.Event, _ scheduler.Request) News {
		return News{First: "On the waitlist: it " + x.Said(e.Text)}
	},
	scheduler.ActionStopWaiting: func(x Reader, e scheduler.Event, _ scheduler.Request) News {
		return News{First: "Off the waitlist: " + x.Said(e.Text)}
	},
	scheduler.ActionPriority: func(_ Reader, e scheduler.Event, _ scheduler.Request) News {
		return News{First: "Another priority: " + e.Text}
	},
	scheduler.ActionOffer:       offered,
	scheduler.ActionOfferExpire: expired,
	scheduler.ActionOverrun:     overrun,
	scheduler.ActionUnits: func(x Reader, e scheduler.Event, _ scheduler.Request) News {
		return News{First: "Units chosen: " + e.Text}
	},
	scheduler.ActionFeedback:   func(_ Reader, e scheduler.Event, _ scheduler.Request) News { return News{First: Who(e) + " wrote:"} },
	scheduler.ActionRemind:     reminded,
	scheduler.ActionOfferEnds:  offerEnds,
	scheduler.ActionDecideSoon: due("To be decided by "),
	scheduler.ActionEscalate:   due("Still to be decided, by "),
	scheduler.ActionOverdue:    due("Overdue: it was to be decided by "),
	scheduler.ActionAskNeeded: func(x Reader, _ scheduler.Event, r scheduler.Request) News {
		return News{"Still needed? " + x.Slot(r.Slot), []string{"If not, give it back: others may be waiting for it."}}
	},
	scheduler.ActionConfirm: func(x Reader, _ scheduler.Event, r scheduler.Request) News {
		return News{First: "Still needed: " + x.Slot(r.Slot)}
	},
	scheduler.ActionUnreported: func(x Reader, _ scheduler.Event, r scheduler.Request) News {
		return News{"Nobody reported its start: " + x.Slot(granted(r)), []string{"It should run by now. Whoever knows says what happened, with the real times."}}
	},
	scheduler.ActionRelease: released,
	scheduler.ActionNoShow: func(x Reader, _ scheduler.Event, r scheduler.Request) News {
		return News{"Closed as a no-show: " + x.Slot(granted(r)), []string{"Nobody reported anything about it within seven days."}}
	},
}

// during makes the wording of an event that is said by a word and a slot.
func during(word string) func(Reader, scheduler.Event, scheduler.Request) News {
	return func(x Reader, e scheduler.Event, r scheduler.Request) News {
		return News{word + ": " + x.Slot(slotOf(e, r)), overridden(e.Text)}
	}
}

// slotOf returns the slot that an event is about: the last one in its text, else the request's.
func slotOf(e scheduler.Event, r scheduler.Request) testbeds.Slot {
	if list := SlotsIn(e.Text); len(list) > 0 {
		return list[len(list)-1]
	}
	return r.Slot
}

// overridden says against what a step was taken, by the end of its text.
func overridden(text string) []string {
	var list []string
	for _, o := range []struct {
		mode scheduler.OverrideMode
		said string
	}{
		{scheduler.OverrideDisplace, "Other requests made room for it."},
		{scheduler.OverrideOverbook, "More is booked now than there is."},
		{scheduler.OverrideApprovals, "It was decided without the approvals that are missing."},
		{scheduler.OverridePolicy, "It was decided against the policy."},
	} {
		if strings.Contains(text+",", ", override: "+string(o.mode)+",") {
			list = append(list, o.said)
		}
	}
	return list
}

func rejected(x Reader, e scheduler.Event, r scheduler.Request) News {
	n := News{First: "Rejected: " + x.Slot(r.Slot)}
	if until, ok := instantIn(e.Text); ok {
		count, _, _ := strings.Cut(e.Text, " ")
		word := count + " other slots are offered"
		if count == "1" {
			word = "Another slot is offered"
		}
		n.More = []string{word + ", held until " + x.At(until) + "."}
	}
	return n
}

// offered words an offer to a request that waited.
func offered(x Reader, e scheduler.Event, r scheduler.Request) News {
	n := News{First: "Something came free for it"}
	if list := SlotsIn(e.Text); len(list) > 0 {
		n.First = "Came free for it: " + x.Slot(list[len(list)-1])
	}
	if until, ok := instantIn(e.Text); ok {
		n.More = []string{"Held for it until " + x.At(until) + "; if it is not taken by then, it goes to the next who waits."}
	}
	return n
}

func taken(x Reader, e scheduler.Event, r scheduler.Request) News {
	if strings.HasPrefix(e.Text, "took offer") {
		n := News{First: "Offer taken: now " + x.Slot(slotOf(e, r))}
		if until, ok := instantIn(e.Text); ok {
			n.More = []string{"Held until " + x.At(until) + ", for its mentor to schedule it."}
		}
		return n
	}
	_, as, _ := strings.Cut(e.Text, " became ")
	return News{First: "Offer taken: it goes on as " + as}
}

func approved(x Reader, e scheduler.Event, _ scheduler.Request) News {
	testbed, decision, _ := strings.Cut(e.Text, " ")
	decision, move, isMove := strings.Cut(decision, " ")
	n := News{First: upper(decision) + " by " + x.Bed(testbed)}
	if isMove {
		n.First += ": " + x.Said(move)
	}
	return n
}

func moved(x Reader, e scheduler.Event, r scheduler.Request) News {
	n := News{"Moved: now " + x.Slot(slotOf(e, r)), overridden(e.Text)}
	switch list := SlotsIn(e.Text); {
	case len(list) != 2:
	case list[0].Equal(list[1]):
		n.First = "Placed elsewhere: " + x.Slot(list[1])
	default:
		n.More = append([]string{"It was " + x.Slot(list[0]) + "."}, n.More...)
	}
	return n
}

func proposed(x Reader, e scheduler.Event, r scheduler.Request) News {
	list := SlotsIn(e.Text)
	if len(list) != 2 { // the move cannot be made any more
		return News{"Not moved: " + x.Said(e.Text), []string{"It keeps " + x.Slot(r.Slot) + "."}}
	}
	_, once, _ := strings.Cut(e.Text, ", once ")
	return News{"Move proposed: to " + x.Slot(list[1]), []string{"It keeps " + x.Slot(list[0]) + " until " + once + "."}}
}

func displaced(x Reader, _ scheduler.Event, r scheduler.Request) News {
	return News{"Slot lost: " + x.Slot(r.Slot), []string{"Another request was given its slot; it is under review again."}}
}

func started(x Reader, e scheduler.Event, r scheduler.Request) News {
	n := News{First: "Running: until " + x.At(r.Slot.End), More: overridden(e.Text)}
	if e.Status == scheduler.Instantiating {
		n.First = "Being deployed: " + x.Slot(r.Slot)
	}
	return n
}

func completed(x Reader, e scheduler.Event, r scheduler.Request) News {
	n := News{First: "Completed: " + x.Slot(r.Slot)}
	if e.Status == scheduler.Terminating {
		n.First = "Being torn down: " + x.Slot(r.Slot)
	}
	if e.Text != "" && (r.Scheduled == nil || r.Slot.End.Before(r.Scheduled.End)) {
		n.More = []string{"It ended early; the rest of its slot is free."}
	}
	if e.From == scheduler.Cancelled {
		n.More = []string{"It was closed as a no-show; now what really happened is known, and counts."}
	}
	return n
}

func flagged(x Reader, e scheduler.Event, r scheduler.Request) News {
	if lost, ok := strings.CutPrefix(e.Text, "the facility changed: "); ok {
		return News{"It no longer has what it needs: " + x.Slot(r.Slot), []string{"What is missing: " + x.Said(lost) + "."}}
	}
	return News{First: upper(x.Said(e.Text))}
}

func assigned(_ Reader, e scheduler.Event, r scheduler.Request) News {
	from, to, ok := strings.Cut(strings.TrimPrefix(e.Text, "from "), " to ")
	n := News{First: "New mentor: " + to}
	switch {
	case !ok:
		n.First = "New mentor: " + r.Mentor
	case from != "nobody":
		n.More = []string{"Before it was " + from + "."}
	}
	return n
}

func expired(x Reader, e scheduler.Event, r scheduler.Request) News {
	switch list := strings.Fields(e.Text); {
	case !strings.HasPrefix(e.Text, "offer"):
		return News{"No longer held: " + x.Slot(r.Slot), []string{"It was not scheduled in time, and others can have the slot now. It stays under review."}}
	case strings.HasSuffix(e.Text, "no longer waits"):
		return News{"Offer expired: the slot goes to the next who waits", []string{"It no longer waits; its experimenter can let it wait again."}}
	case strings.HasSuffix(e.Text, "behind the others"):
		return News{"Offer missed: the slot goes to the next who waits", []string{"It waits on, behind the others."}}
	case len(list) > 2:
		return News{First: "Offers expired: the slots are no longer held"}
	}
	return News{First: "Offer expired: the slot is no longer held"}
}

func overrun(x Reader, e scheduler.Event, r scheduler.Request) News {
	until, own := instantIn(e.Text)
	if !own {
		return News{First: "May start late: the experiment before it still runs"}
	}
	n := News{First: "Still running: its capacity is kept until " + x.At(until)}
	if r.Scheduled != nil {
		n.More = []string{"It should have ended at " + x.At(r.Scheduled.End) + "."}
	}
	return n
}

func reminded(x Reader, e scheduler.Event, r scheduler.Request) News {
	if strings.HasPrefix(e.Text, "tear down") {
		return News{First: "Ends soon: " + x.At(r.Slot.End)}
	}
	return News{First: "Begins soon: " + x.Slot(r.Slot)}
}

func offerEnds(x Reader, e scheduler.Event, _ scheduler.Request) News {
	n := News{First: "An offer ends soon"}
	if at, ok := instantIn(e.Text); ok {
		n.First = "An offer ends soon: " + x.At(at)
	}
	return n
}

// granted returns the slot as it was granted, even if it was cut off since.
func granted(r scheduler.Request) testbeds.Slot {
	if r.Scheduled != nil {
		return *r.Scheduled
	}
	return r.Slot
}

func released(x Reader, e scheduler.Event, r scheduler.Request) News {
	n := News{"Rest of the slot given back: " + x.Slot(granted(r)), []string{"Nobody reported its start."}}
	if until, ok := instantIn(e.Text); ok {
		n.More = []string{"Nobody reported its start, and the time until " + x.At(until) + " is free again. A late start takes it, if it is still free then."}
	}
	return n
}

// ApprovalOf begins the text of an event about the deadline of a testbed's approval.
const ApprovalOf = "the approval of "

// IsApproval reports whether an event about a deadline is about a testbed's approval, and not about the mentor's decision.
func IsApproval(e scheduler.Event) bool { return strings.HasPrefix(e.Text, ApprovalOf) }

// due makes the wording of an event about a deadline.
func due(first string) func(Reader, scheduler.Event, scheduler.Request) News {
	return func(x Reader, e scheduler.Event, r scheduler.Request) News {
		n := News{First: upper(x.Said(e.Text))}
		if at, ok := instantIn(e.Text); ok {
			n.First = first + x.At(at)
		}
		who := "Its mentor has yet to decide."
		if r.Mentor == "" {
			who = "It has no mentor yet: whoever takes it decides."
		}
		if IsApproval(e) {
			testbed, _, _ := strings.Cut(strings.TrimPrefix(e.Text, ApprovalOf), " ")
			who = "The approval of " + x.Bed(testbed) + " is missing."
		}
		n.More = []string{who}
		return n
	}
}

// upper makes the first letter of a sentence a capital.
func upper(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + text[size:]
}
