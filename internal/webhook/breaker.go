package webhook

import (
	"berth/internal/retry"
	"fmt"
	"sync"
	"time"
)

// A circuit breaker for each address: after several failures in a row Berth makes no calls to it for a while, which doubles with each
// further failure. A dead address then delays its owner's other webhooks little, and those of others not at all.
const (
	tripAfter    = 3
	mostBreakers = 10_000 // addresses failing at the same time; beyond, those whose rest is over are forgotten
)

var rest = retry.BackOff{First: 30 * time.Second, Longest: 15 * time.Minute}

// errResting says that an address is resting.
type errResting struct{ until time.Time }

func (e errResting) Error() string {
	return fmt.Sprintf("its address failed at least %d times in a row and gets no calls until %s", tripAfter, e.until.UTC().Format(time.RFC3339))
}

// breakers counts the recent failures of all addresses.
type breakers struct {
	mu sync.Mutex
	of map[string]*breaker
}

type breaker struct {
	failures int64
	until    time.Time // end of its rest
}

// rests returns the end of an address's rest; the zero time if it is not resting.
func (b *breakers) rests(address string, now time.Time) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	if x := b.of[address]; x != nil && now.Before(x.until) {
		return x.until
	}
	return time.Time{}
}

// failed counts a failure. Failures during the rest, of attempts that began before it, do not count.
func (b *breakers) failed(address string, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	x := b.of[address]
	if x == nil {
		b.tidy(now)
		x = &breaker{}
		b.of[address] = x
	}
	if now.Before(x.until) {
		return
	}
	if x.failures++; x.failures >= tripAfter {
		x.until = now.Add(rest.After(x.failures - tripAfter + 1))
	}
}

func (b *breakers) tidy(now time.Time) {
	if b.of == nil {
		b.of = map[string]*breaker{}
	}
	if len(b.of) < mostBreakers {
		return
	}
	for address, x := range b.of {
		if !now.Before(x.until) {
			delete(b.of, address)
		}
	}
}

// closed forgets the failures of an address, after a success or a change by its owner.
func (b *breakers) closed(address string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.of, address)
}
