package scheduler

// Action is a step in the life of a request, or something else that is done to one.
type Action string

const (
	ActionSubmit      Action = "submit"
	ActionEdit        Action = "edit" // while under review
	ActionSchedule    Action = "schedule"
	ActionReject      Action = "reject"
	ActionAcceptOffer Action = "accept_offer"
	ActionApprove     Action = "approve"      // or refuse, for one testbed
	ActionMove        Action = "move"         // another slot or placement; longer, shorter
	ActionProposeMove Action = "propose_move" // a move that waits for approvals, or that lapsed
	ActionCancel      Action = "cancel"
	ActionStart       Action = "start"    // INSTANTIATING or RUNNING
	ActionComplete    Action = "complete" // TERMINATING or COMPLETED
	ActionFail        Action = "fail"
	ActionAssign      Action = "assign" // a mentor
	ActionFeedback    Action = "feedback"
	ActionRemark      Action = "remark"      // what was asked for in a calendar client, and why it was not done
	ActionTicket      Action = "ticket"      // which one follows the request
	ActionTicketNote  Action = "ticket_note" // something that readers of the ticket have to know, such as why it was put back
	ActionView        Action = "view"

	// Taken by decisions on other requests, or by time.
	ActionDisplace    Action = "displace" // back to review, its slot given to another
	ActionFlag        Action = "flag"     // a facility change broke its booking
	ActionOfferExpire Action = "offer_expire"
	ActionOverrun     Action = "overrun"
	ActionUnits       Action = "assign_units"
	ActionRemind      Action = "remind"
	ActionOfferEnds   Action = "offer_ends" // nobody has taken it yet
	ActionDigest      Action = "digest"     // of the days ahead, for operators

	// On the facility and the people.
	ActionFacility Action = "facility" // replace facility or catalogue
	ActionTestbed  Action = "testbed"  // change one testbed, its closures
	ActionPeople   Action = "people"   // see and change people
	ActionVerify   Action = "verify"
)

// words is the action as a verb in a sentence.
func (a Action) words() string {
	switch a {
	case ActionAcceptOffer:
		return "accept an offer of"
	case ActionFeedback:
		return "comment on"
	default:
		return string(a)
	}
}
