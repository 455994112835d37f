// Package app builds the parts of Berth, starts them and stops them. It is the only place that knows all of them, and the only one
// that reads the clock.
//
//	settings ──► Open ──► store ── scheduler.Service ── auth
//	                                     │
//	             New, Start ─────────────┼── api (HTTP server)
//	                                     └── duties (what time brings)
//
// What was started last is stopped first. A stop lets requests under way come to their end, for a bounded time; what is cut off after
// that has lost nothing, since every decision is one transaction.
package app
