package web

import (
	"html"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
)

// justNow is how long after a step its author is told what it did.
const justNow = 10 * time.Minute

// confirmed says what the reader's last step with a request did, and who is told. It speaks of what stands in the history, and of nothing that an
// address says; empty where the last step was somebody else's, or long ago.
func (x reader) confirmed(who account.Actor, r scheduler.Request, entries []scheduler.Entry, n names) string {
	if len(entries) == 0 {
		return ""
	}
	last := entries[len(entries)-1]
	if last.Actor != who.Username || x.now.Sub(last.At) > justNow {
		return ""
	}
	told := n.told(who, r)
	switch last.Action {
	case scheduler.ActionSchedule:
		return "Scheduled for " + x.slot(r.Slot) + ". " + told
	case scheduler.ActionMove:
		return "Moved to " + x.slot(r.Slot) + ". " + told
	case scheduler.ActionProposeMove:
		if r.PendingMove != nil {
			return "The move to " + x.slot(r.PendingMove.Slot) + " waits for the approval of " + strings.Join(n.Beds(missing(r.PendingMove.Approvals)), " and ") + ". " + told
		}
	case scheduler.ActionReject:
		return "Rejected, " + strings.TrimSuffix(offering(r, n), ".") + ". " + told
	case scheduler.ActionApprove:
		if bed, how, ok := strings.Cut(last.Text, " "); ok {
			return sentenceCase(approving(how)) + " for " + n.Bed(bed) + ". " + told
		}
	case scheduler.ActionAssign:
		if r.Mentor == who.Username {
			return "You are its mentor now. " + told
		}
		return n.Person(r.Mentor) + " is its mentor now. " + told
	case scheduler.ActionConfirm:
		return "Kept: you said that it is still needed. " + told
	case scheduler.ActionCancel:
		return "Cancelled; its capacity is free again. " + told
	case scheduler.ActionStart, scheduler.ActionComplete, scheduler.ActionFail:
		return "Reported: it is " + phrases.Status(r.Status) + ". " + told
	case scheduler.ActionAcceptOffer, scheduler.ActionSubmit:
		if r.HoldUntil != nil {
			return "You took the offer. " + x.slot(r.Slot) + " is held for you until " + x.at(*r.HoldUntil) + ". " + told
		}
	case scheduler.ActionWait:
		return "It is on the waitlist now. You are told when something comes free for it."
	case scheduler.ActionStopWaiting:
		return "It no longer waits. " + told
	case scheduler.ActionEdit:
		return "Changed. " + told
	}
	return sentenceCase(html.UnescapeString(string(x.happened(last, n)))) + ". " + told
}

// offering says how many slots are held for whom.
func offering(r scheduler.Request, n names) string {
	open := 0
	for _, o := range r.Offers {
		if o.State == scheduler.OfferOpen {
			open++
		}
	}
	switch open {
	case 0:
		return "without an offer"
	case 1:
		return "and another slot is held for " + n.Person(r.Experimenter)
	}
	return "and " + numbered(open) + " other slots are held for " + n.Person(r.Experimenter)
}

// numbered writes a small number as a word.
func numbered(n int) string {
	words := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
	return words[min(n, len(words)-1)]
}

// told names those who hear of a step with a request: its experimenter, its mentor and its testbeds, the reader aside.
func (n names) told(who account.Actor, r scheduler.Request) string {
	var list []string
	for _, person := range []string{r.Experimenter, r.Mentor} {
		if name := n.Person(person); person != "" && person != who.Username && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	for _, id := range r.Demand.Testbeds() {
		if !who.Provides(id) {
			list = append(list, n.Bed(id))
		}
	}
	switch len(list) {
	case 0:
		return ""
	case 1:
		return list[0] + " is told."
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1] + " are told."
}
