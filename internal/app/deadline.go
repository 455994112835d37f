package app

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"berth/internal/dav"
)

// How long a call may take. Whoever asks gets an answer, or is told to come again, before they give up by themselves: the database's own
// bounds (internal/store) are shorter, so that mostly it is an answer.
const (
	decideWithin = 9 * time.Second
	loadWithin   = writeTimeout - 5*time.Second // a whole facility or catalogue, with all bookings that it would break
	sendFor      = 5 * time.Minute              // a calendar of any size, to a client that is slow
)

// open are the addresses that stay open for ever; they end when the server does.
var open = []string{eventsPath, "/changes"}

// loads are those that take whole files.
var loads = []string{"/api/v1/facility", "/api/v1/catalogue"}

// within gives every call the time that its kind may take.
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

// bound is how long a call may take; 0 for as long as it stays.
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
