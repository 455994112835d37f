package dav

import "sync"

// allowance bounds how many bytes are held at once, in all and by one person, so that nobody takes the memory of all.
type allowance struct {
	all, each int64

	mu    sync.Mutex
	taken int64
	of    map[string]int64
}

func newAllowance(all, each int64) *allowance {
	return &allowance{all: all, each: each, of: map[string]int64{}}
}

// take reports whether somebody may hold n bytes more; then they do.
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

// give returns what was taken.
func (a *allowance) give(who string, n int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.taken -= n
	if a.of[who] -= n; a.of[who] <= 0 {
		delete(a.of, who)
	}
}
