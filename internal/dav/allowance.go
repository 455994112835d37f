package dav

import "sync"

// allowance bounds the bytes held at once, in all and by one person, so that one user cannot take all the memory.
type allowance struct {
	all, each int64

	mu    sync.Mutex
	taken int64
	of    map[string]int64
}

func newAllowance(all, each int64) *allowance {
	return &allowance{all: all, each: each, of: map[string]int64{}}
}

// take reserves n bytes more for a user, and reports whether the bounds allow it.
func (a *allowance) take(who string, n int64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.taken+n > a.all || a.of[who]+n > a.each {
		return false
	}
	a.taken += n
	a.of[who] += n
	return true
}

// give returns reserved bytes.
func (a *allowance) give(who string, n int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.taken -= n
	if a.of[who] -= n; a.of[who] <= 0 {
		delete(a.of, who)
	}
}
