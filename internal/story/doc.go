// Package story tells random stories about a small federation to the service, over any scheduler.Store: people ask, grant, move, shorten
// and overrun, providers agree and refuse, the facility changes under what is booked, and time passes, by minutes and by months.
//
// Whether a step is refused is seldom a story's business. What it leaves behind is: after each step the rows of the store (requests,
// bookings, events, facility, catalogue) are compared with the invariants of docs/consistency.md. The comparison is written from
// nothing: it uses the types of testbeds and scheduler, and none of the code with which they decide.
//
// How many stories are told is set by BERTH_TEST_STORIES (make soak); a failure names the seed that tells it again. With
// BERTH_TEST_INVARIANT only those invariants are judged whose names begin so.
package story
