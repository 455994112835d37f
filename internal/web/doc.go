// Package web serves the pages for people: the schedule, the choice of a slot, requests and decisions about them, testbeds, calendars,
// accounts, administration. The server draws every page, and all of them work without scripts. The package asks the scheduler, and decides
// nothing itself.
package web
