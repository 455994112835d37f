// Package waitlist holds the rules by which those who wait for capacity get it: who comes first, and how long an offer holds. It is pure: it reads no
// clock and knows no requests.
package waitlist
