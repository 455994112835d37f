package intake

import "time"

// Follow says how far what is changed in a portal becomes steps of requests. A portal does not say who changed an order.
type Follow string

const (
	FollowNothing  Follow = "nothing"  // every change there is put back
	FollowProgress Follow = "progress" // what runs there: INSTANTIATING to COMPLETED, and FAILED, with the rights of an operator
	FollowAll      Follow = "all"      // also decisions, with the rights of the request's mentor, and withdrawals, with those of its experimenter
)

// Follows lists the ways to follow a portal.
var Follows = []Follow{FollowNothing, FollowProgress, FollowAll}

// Settings describe one portal.
type Settings struct {
	Name   string            // as the settings call it
	Kind   string            // "5ginfire" or "openslice"
	Via    string            // as histories call it, such as "portal 5ginfire"
	Site   string            // its address, for people
	Pages  string            // address of Berth's own pages, without a trailing slash
	VIMs   map[string]string // "testbed/vim" by a name that the portal has for it, beside those that the facility knows
	Follow Follow
	Poll   time.Duration
}
