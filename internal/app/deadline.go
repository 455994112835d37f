package app

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"berth/internal/dav"
)

// The longest time of a call. A client gets an answer, or the advice to come again, before it gives up by itself: the database's own bounds
// (internal/store) are shorter, so that it is mostly an answer.
const (
	decideWithin = 9 * time.Second
	loadWithin   = writeTimeout - 5*time.Second // a whole facility or catalogue, with all bookings that it would break
	sendFor      = 5 * time.Minute              // a calendar of any size, to a slow client
)

// open lists the addresses that stay open for ever; they end with the server.
var open = []string{eventsPath, "/changes"}

// loads lists the addresses that take whole files.
var loads = []string{"/api/v1/facility", "/api/v1/catalogue"}

// within bounds the time of every call, by its kind.
func within(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		longest := bound(r)
		if longest == 0 {
			next.ServeHTTP(w, r)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), longest)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// bound returns the time of a call; 0 for no bound.
func bound(r *http.Request) time.Duration {
	switch {
	case slices.Contains(open, r.URL.Path):
		return 0
	case slices.Contains(loads, r.URL.Path):
		return loadWithin
	case sent(r):
		return sendFor
	default:
		return decideWithin
	}
}

// sent reports whether the answer is a calendar, written while it is made.
func sent(r *http.Request) bool {
	switch r.Method {
	case "PROPFIND", "REPORT":
		return true
	case http.MethodGet, http.MethodHead:
		return slices.ContainsFunc(dav.Paths, func(path string) bool { return strings.HasPrefix(path, "/") && strings.HasPrefix(r.URL.Path, path) })
	default:
		return false
	}
}
