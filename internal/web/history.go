package web

import (
	"html/template"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"berth/testbeds/plain"
)

// told is one thing that happened to a request, as a sentence.
type told struct {
	At    time.Time
	Who   string
	What  template.HTML // follows the name
	Quote string        // the reason that they gave
	Times int           // that it happened, if more than once in a row
}

// history words what happened to a request, the newest first. What Berth itself repeats in a row, as its reminders, is told once.
func (x reader) history(entries []scheduler.Entry, n names) (list []told) {
	entries = slices.DeleteFunc(slices.Clone(entries), func(e scheduler.Entry) bool { return e.Action == scheduler.ActionFeedback }) // the thread has these
	for i, e := range entries {
		if i > 0 && e.Actor == account.System.Username && e.Actor == entries[i-1].Actor && e.Action == entries[i-1].Action {
			last := &list[len(list)-1]
			last.At, last.What, last.Times = e.At, x.happened(e, n), last.Times+1
			continue
		}
		t := told{At: e.At, Who: n.Person(e.Actor), What: x.happened(e, n), Quote: e.Reason, Times: 1}
		if e.Via != "" {
			t.What += markup(", in %s", strings.ToUpper(e.Via[:1])+e.Via[1:])
		}
		if e.Series != nil && e.Series.Of > 1 {
			t.What += markup(", together with %s of its series", plain.Count(e.Series.Of-1, "other occurrence"))
		}
		list = append(list, t)
	}
	slices.Reverse(list)
	return list
}

// happened words one entry, in words that follow a name. Texts of the rules that it does not know stand as they are.
func (x reader) happened(e scheduler.Entry, n names) template.HTML {
	text := x.humane(e.Text)
	switch e.Action {
	case scheduler.ActionSubmit:
		if at := phrases.SlotsIn(e.Text); len(at) > 0 {
			return markup("asked for %s", x.slot(at[len(at)-1]))
		}
	case scheduler.ActionSchedule:
		slot, how, _ := strings.Cut(strings.TrimPrefix(text, "granted "), ", override: ")
		return markup("scheduled it for %s%s", slot, overridden[how])
	case scheduler.ActionEdit:
		if slot, ok := strings.CutPrefix(text, "now "); ok {
			return markup("changed it; it now asks for %s", slot)
		}
		return "changed its name or description"
	case scheduler.ActionReject:
		return markup("rejected it, %s", strings.Replace(text, "no offers", "without an offer", 1))
	case scheduler.ActionApprove:
		if bed, how, ok := strings.Cut(text, " "); ok {
			return markup("%s", approving(how)+" for "+n.Bed(bed)+beyond(how))
		}
	case scheduler.ActionAssign:
		from, to, _ := strings.Cut(strings.TrimPrefix(text, "from "), " to ")
		if to == e.Actor {
			return markup("took it over from %s", n.Person(from))
		}
		return markup("made %s its mentor", n.Person(to))
	case scheduler.ActionWait:
		return markup("put it on the waitlist: it %s", text)
	case scheduler.ActionOffer:
		return markup("%s", text)
	case scheduler.ActionStopWaiting:
		return markup("took it off the waitlist: %s", text)
	case scheduler.ActionAcceptOffer:
		if strings.HasPrefix(text, "took offer") {
			return markup("%s", text)
		}
	case scheduler.ActionDecideSoon, scheduler.ActionEscalate, scheduler.ActionOverdue:
		if bed, rest, ok := strings.Cut(strings.TrimPrefix(text, phrases.ApprovalOf), " "); ok && strings.HasPrefix(text, phrases.ApprovalOf) {
			text = phrases.ApprovalOf + n.Bed(bed) + " " + rest
		}
		return markup("%s: %s", phrases.Did(e.Action), text)
	case scheduler.ActionAskNeeded, scheduler.ActionConfirm, scheduler.ActionUnreported, scheduler.ActionNoShow:
		return markup("%s", phrases.Did(e.Action))
	case scheduler.ActionRelease:
		_, free, _ := strings.Cut(text, ": ")
		return markup("gave the rest of its slot back: %s", free)
	case scheduler.ActionDisplace:
		return "gave its slot to another request"
	case scheduler.ActionOverrun:
		if until, ok := strings.CutPrefix(text, "occupies its capacity until "); ok {
			return markup("extended its slot, as it still runs: until %s", until)
		}
	case scheduler.ActionRemind:
		return markup("reminded its people%s", after(text))
	case scheduler.ActionStart:
		if e.To == scheduler.Instantiating {
			return markup("began to instantiate it%s", after(text))
		}
		return markup("reported that it runs%s", after(text))
	case scheduler.ActionComplete:
		if e.To == scheduler.Terminating {
			return markup("began to tear it down%s", after(text))
		}
		return markup("reported its end%s", after(text))
	}
	return markup("%s%s", phrases.Did(e.Action), after(text))
}

// overridden says at whose cost a slot was granted.
var overridden = map[string]string{"": "", string(scheduler.OverrideDisplace): ", in the place of others", string(scheduler.OverrideOverbook): ", beyond what there is",
	string(scheduler.OverrideApprovals): ", without a missing approval", string(scheduler.OverridePolicy): ", against the policy"}

// approving is the decision with which the words of an approval begin, and beyond is what follows it.
func approving(how string) string { first, _, _ := strings.Cut(how, " "); return first }

func beyond(how string) string {
	if _, rest, ok := strings.Cut(how, " "); ok {
		return ": " + rest
	}
	return ""
}

func after(text string) string {
	if text == "" {
		return ""
	}
	return ": " + text
}

// Again says how often something happened in a row; empty for once.
func (t told) Again() string {
	if t.Times < 2 {
		return ""
	}
	return plain.Count(t.Times, "time")
}

// turn finds the entry with which a request came into its present status.
func turn(entries []scheduler.Entry, to scheduler.Status) (e scheduler.Entry, ok bool) {
	for _, e := range slices.Backward(entries) {
		if e.To == to && (e.From != to || e.Action == scheduler.ActionSubmit) {
			return e, true
		}
	}
	return e, false
}
