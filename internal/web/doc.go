// Package web is what people see without a program of their own: the schedule, choosing a slot, requests and what can be decided about them,
// testbeds, calendars, accounts, administration. Every page is drawn by the server and works without scripts; it asks the scheduler, and decides
// nothing itself.
package web
