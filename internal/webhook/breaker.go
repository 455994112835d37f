package webhook

import (
	"berth/internal/retry"
	"fmt"
	"sync"
	"time"
)

// A circuit breaker for each address: after some failures in a row it is left alone for a while, which doubles with each further one. An
// address that does not answer costs its owner's other webhooks little then, and those of others nothing.
const (
	tripAfter    = 3
	mostBreakers = 10_000 // addresses that fail at the same time; beyond, those that rest no longer are forgotten
)

var rest = retry.BackOff{First: 30 * time.Second, Longest: 15 * time.Minute}

// errResting says that an address is left alone.
type errResting struct{ until time.Time }

func (e errResting) Error() string {
	return fmt.Sprintf("its address failed %d times in a row or more and is left alone until %s", tripAfter, e.until.UTC().Format(time.RFC3339))
}

// breakers are those of all addresses that failed lately.
type breakers struct {
	mu sync.Mutex
	of map[string]*breaker
}

type breaker struct {
	failures int64
	until    time.Time // it rests
}

// rests is until when an address is left alone; the zero time where it is not.
func (b *breakers) rests(address string, now time.Time) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	if x := b.of[address]; x != nil && now.Before(x.until) {
		return x.until
	}
	return time.Time{}
}

// failed counts a failure. Of attempts that began before the address rests, those that end while it does are not counted.
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

// closed forgets the failures of an address: it answered, or its owner has done something about it.
func (b *breakers) closed(address string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.of, address)
}
