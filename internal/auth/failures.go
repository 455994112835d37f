package auth

import (
	"sync"
	"time"
)

// failures counts failed attempts to sign in, per address and per account, in windows of time.
type failures struct {
	mu     sync.Mutex
	counts map[string]count
}

type count struct {
	n     int
	until time.Time // the window's end
}

const (
	failWindow = 5 * time.Minute
	failMax    = 20
	failKeys   = 50_000 // beyond which ended windows are dropped
)

func newFailures() *failures { return &failures{counts: map[string]count{}} }

// wait is how long somebody with these keys has to wait before the next attempt; 0 for not at all.
func (f *failures) wait(now time.Time, keys ...string) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	var wait time.Duration
	for _, k := range keys {
		if c := f.counts[k]; c.n >= failMax && now.Before(c.until) {
			wait = max(wait, c.until.Sub(now))
		}
	}
	return wait
}

func (f *failures) add(now time.Time, keys ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.counts) > failKeys {
		for k, c := range f.counts {
			if !now.Before(c.until) {
				delete(f.counts, k)
			}
		}
	}
	for _, k := range keys {
		c := f.counts[k]
		if !now.Before(c.until) {
			c = count{until: now.Add(failWindow)}
		}
		c.n++
		f.counts[k] = c
	}
}
