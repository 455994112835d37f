package app

import (
	"net/http"
	"sync/atomic"
)

// gate keeps calls out until what answers them is there. Clients are told to come again soon.
type gate struct {
	open   atomic.Bool
	reason string // why it is shut
	always map[string]bool
}

// comeAgain is when a client may try again, in seconds.
const comeAgain = "2"

func (g *gate) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if g.open.Load() || g.always[r.URL.Path] {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Retry-After", comeAgain)
		http.Error(w, g.reason, http.StatusServiceUnavailable)
	})
}
