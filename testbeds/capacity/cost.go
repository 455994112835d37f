package capacity

import "time"

// The costs of alternatives, in hours of shift: an experimenter with a choice takes the cheaper one. A shift costs its length, in either
// direction. The other weights say how many hours a user would rather wait than accept the change.
const (
	CostShift      = 1.0  // per hour, earlier or later
	CostShorten    = 2.0  // per hour lost
	CostDevice     = 12.0 // per unit given up
	CostVIM        = 3.0  // per member that runs on another VIM of the same testbed
	CostTestbed    = 8.0  // per member or device that moves to another testbed
	CostSplit      = 2.0  // per additional VIM over which the members are spread
	costPrecision  = 1e4  // costs are rounded to this fraction, so that equal ones compare equal
	secondsPerHour = float64(time.Hour / time.Second)
)

// hours returns a length in hours, without sign.
func hours(d time.Duration) float64 { return d.Abs().Seconds() / secondsPerHour }
