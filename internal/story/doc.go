// Package story runs random stories about a small federation through the service, over any scheduler.Store: people request, grant, move,
// shorten and overrun, providers approve and refuse, the facility changes under its bookings, and time passes, by minutes and by months.
//
// Stories seldom judge whether a step is refused. They judge the state after it: after each step the rows of the store (requests,
// bookings, events, facility, catalogue) are compared with the invariants of docs/consistency.md. The comparison is independent: it uses
// the types of testbeds and scheduler, and none of the code that decides.
//
// BERTH_TEST_STORIES sets the number of stories (make soak); a failure names the seed that repeats it. With BERTH_TEST_INVARIANT only
// the invariants are judged whose names begin so.
package story
