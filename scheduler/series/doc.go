// Package series works out when a repeated experiment takes place, and how a series could be granted otherwise. It is pure: it knows the model and the
// wall clock, and asks its caller what fits.
//
// A Plan says when: a first time on the wall clock of a zone, a length, a recurrence rule, days that are left out. Expand turns it into occurrences,
// each with its place: 1 for the first. The wall clock stays the same when the clocks change, as people expect of "every Tuesday at nine"; the rules
// for times that a change of the clocks skips or repeats are those of testbeds/wallclock.
//
// A Change says what is to be different: all occurrences shifted alike on the wall clock, some left out, some moved alone. The same change can be
// checked, submitted, granted and moved to.
//
// Suggest finds ways to grant a series that does not fit as it is: other changes, ranked by one cost, the same as that of alternatives of a single
// request (hours of shift). The cost of a way adds up the costs of its occurrences; one that is left out costs as much as one that is shortened to
// nothing.
package series
