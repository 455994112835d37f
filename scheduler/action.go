package scheduler

// Action is a step in the life of a request, or another thing that happens to one.
type Action string

const (
	ActionSubmit      Action = "submit"
	ActionEdit        Action = "edit" // while under review
	ActionSchedule    Action = "schedule"
	ActionReject      Action = "reject"
	ActionAcceptOffer Action = "accept_offer"
	ActionApprove     Action = "approve"      // or refuse, for one testbed
	ActionMove        Action = "move"         // another slot or placement; longer, shorter
	ActionProposeMove Action = "propose_move" // a move that waits for approvals, or has lapsed
	ActionCancel      Action = "cancel"
	ActionStart       Action = "start"    // INSTANTIATING or RUNNING
	ActionComplete    Action = "complete" // TERMINATING or COMPLETED
	ActionFail        Action = "fail"
	ActionAssign      Action = "assign"  // a mentor
	ActionConfirm     Action = "confirm" // its slot is still needed
	ActionFeedback    Action = "feedback"
	ActionRemark      Action = "remark"      // a change in a calendar client that was refused, and why
	ActionTicket      Action = "ticket"      // the ticket that follows the request
	ActionTicketNote  Action = "ticket_note" // a note for readers of the ticket, such as why it was put back
	ActionWait        Action = "wait"        // on the waitlist
	ActionStopWaiting Action = "stop_waiting"
	ActionPriority    Action = "prioritise"
	ActionView        Action = "view"

	// Steps that follow from decisions on other requests, or from time.
	ActionDisplace    Action = "displace" // back to review, its slot given to another
	ActionFlag        Action = "flag"     // a facility change broke its booking, or its deployment is not as it should be
	ActionOffer       Action = "offer"    // capacity came back for a request that waits
	ActionOfferExpire Action = "offer_expire"
	ActionOverrun     Action = "overrun"
	ActionUnits       Action = "assign_units"
	ActionRemind      Action = "remind"
	ActionOfferEnds   Action = "offer_ends"  // it was not taken yet
	ActionDigest      Action = "digest"      // of the days ahead, for operators
	ActionAskNeeded   Action = "ask_needed"  // whether its slot is still needed
	ActionUnreported  Action = "unreported"  // its slot has begun, and nobody has reported that
	ActionRelease     Action = "release"     // the rest of its slot was given back, because nobody had reported its start
	ActionDecideSoon  Action = "decide_soon" // a reminder of a deadline
	ActionEscalate    Action = "escalate"    // others are told of a deadline
	ActionOverdue     Action = "overdue"     // a deadline has passed
	ActionNoShow      Action = "no_show"     // closed without any report

	// Changes of the facility and the people.
	ActionFacility Action = "facility" // replace facility or catalogue
	ActionTestbed  Action = "testbed"  // change one testbed, its closures
	ActionPeople   Action = "people"   // see and change people
	ActionVerify   Action = "verify"
)

// words returns the action as a verb for a sentence.
func (a Action) words() string {
	switch a {
	case ActionAcceptOffer:
		return "accept an offer of"
	case ActionFeedback:
		return "comment on"
	case ActionWait:
		return "put on the waitlist"
	case ActionStopWaiting:
		return "take off the waitlist"
	default:
		return string(a)
	}
}
