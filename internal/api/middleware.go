package api

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"berth/scheduler/trace"
)

// call holds the facts about one call; the sign-in adds the actor.
type call struct {
	mu   sync.Mutex
	user string
}

type callKey struct{}

func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

func noted(ctx context.Context, username string) {
	if c := callOf(ctx); c != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.user = username
	}
}

// trace answers each call with its id, by which a user's complaint can be found in the logs.
func (a *api) trace(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := trace.Ensured(r.Context())
		w.Header().Set("X-Request-Id", trace.Of(ctx).ID)
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, callKey{}, &call{})))
	})
}

// logged writes one line per call, with the route's pattern instead of the address, which may hold a secret.
func (a *api) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := a.o.Clock()
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		next.ServeHTTP(ww, r)
		level := slog.LevelInfo
		if ww.Status() >= http.StatusInternalServerError {
			level = slog.LevelError
		}
		c := callOf(r.Context())
		c.mu.Lock()
		user := c.user
		c.mu.Unlock()
		a.log.Log(r.Context(), level, "call", "method", r.Method, "route", pattern(r), "status", ww.Status(), "bytes", ww.BytesWritten(),
			"took", a.o.Clock().Sub(start).Round(time.Microsecond), "user", user, "from", r.RemoteAddr)
	})
}

// pattern returns the pattern of the route that a call took.
func pattern(r *http.Request) string {
	if p := chi.RouteContext(r.Context()).RoutePattern(); p != "" {
		return p
	}
	return "none"
}

// recovered answers a panic as an internal error; an aborted connection is cut, as intended.
func (a *api) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			a.log.ErrorContext(r.Context(), "panic", "value", p, "stack", string(debug.Stack()))
			a.traced(r.Context(), newProblem(http.StatusInternalServerError, "an internal error")).write(w)
		}()
		next.ServeHTTP(w, r)
	})
}

// secured sets the security headers for browsers.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}
