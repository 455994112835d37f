// Package lateness works out what time does to a slot that nobody reports as started: when people are asked whether it is still needed, when it is
// unreported, when the rest of it is given back, and when it is closed as a no-show. It is arithmetic alone, on instants; it reads no clock.
//
//	          ask            slot begins   unreported     released                       slot ends              closed
//	───────────┼──────────────────┼─────────────┼─────────────┼───────────────────────────────┼───────── … ────────┼──▶
//	           ◀──  ask_ahead  ───▶◀── grace ───▶             │                               ◀──  seven days  ────▶
//	                              ◀─ release_after, or a quarter ─▶
//
// A request keeps the terms that its testbeds had when it was granted, as it keeps setup and teardown.
package lateness
