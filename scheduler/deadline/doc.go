// Package deadline works out until when a decision is to be made, and what happens on the way there: those who were asked are reminded, others are asked
// as well, and at the end it has passed, or counts as made where its testbed says so. It is arithmetic alone, on instants; it reads no clock.
//
//	asked                    reminded       escalated        passed
//	  ├───────────────────────────┼──────────────┼──────────────┼───── notice ─────┤ setup begins
//	  0                         half      three quarters        1
package deadline
