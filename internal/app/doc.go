// Package app builds the parts of Berth, starts them and stops them. It is the only place that knows all of them, and the only one that
// reads the clock.
//
//	settings ──► Open ──► store ── scheduler.Service ── auth
//	                                     │
//	             New, Start ─────────────┼── api (HTTP server)
//	                                     └── jobs (due work, deliveries, polls)
//
// The part started last stops first. A stop lets requests in progress finish, for a bounded time; cutting them off after that loses
// nothing, since every decision is one transaction.
package app
