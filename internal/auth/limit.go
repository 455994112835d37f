package auth

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// Bounds on wrong attempts to sign in, each in a window of time.
const (
	failWindow = 5 * time.Minute
	maxPair    = 20  // at one account from one address
	maxAddress = 100 // from one address, at accounts without a success there
	maxAccount = 200 // at one account, from addresses without a success
	maxTokens  = 20  // unknown tokens and feeds, from one address; valid ones always pass
	maxOld     = 10  // at the present password, when it is changed
)

// patience is the delay that a wrong attempt beyond the limit causes to the next one, for people who are not
// refused.
const patience = 2 * time.Second

// limit is a bound on one key. A patient one does not refuse: beyond it attempts take their turn.
type limit struct {
	key     string
	most    int
	patient bool
}

// limiter bounds wrong attempts. An attempt is reserved before it is checked, and settled afterwards: of simultaneous attempts, only as
// many are checked as may be wrong, and the others wait for their results.
type limiter struct {
	clock  func() time.Time
	mu     sync.Mutex
	counts map[string]*count
	prune  int // number of counts at which the ended ones are dropped
}

type count struct {
	wrong   int
	flying  int           // attempts in progress
	until   time.Time     // end of the window
	next    time.Time     // time of the next patient attempt
	settled chan struct{} // closed, and replaced, when an attempt is settled
}

const fewCounts = 50_000

func newLimiter(clock func() time.Time) *limiter {
	return &limiter{clock: clock, counts: map[string]*count{}, prune: fewCounts}
}

// reserve begins an attempt under all of the limits. The error is TooMany if one of them is reached, or the context's.
func (l *limiter) reserve(ctx context.Context, limits ...limit) error {
	for {
		settled, next, err := l.try(limits)
		if err != nil || settled == nil {
			return err
		}
		turn := time.NewTimer(next)
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case <-settled:
		case <-turn.C:
		}
		if turn.Stop(); err != nil {
			return err
		}
	}
}

// try reserves an attempt, or returns what to wait for: another attempt's result, or a duration.
func (l *limiter) try(limits []limit) (settled <-chan struct{}, next time.Duration, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	for _, x := range limits {
		if c := l.at(x.key, now); c.wrong >= x.most && !x.patient {
			return nil, 0, TooMany{c.until.Sub(now)}
		}
	}
	for _, x := range limits {
		switch c := l.at(x.key, now); {
		case c.wrong >= x.most && c.flying == 0 && now.Before(c.next):
			return c.settled, c.next.Sub(now), nil
		case c.wrong >= x.most && c.flying > 0, c.wrong < x.most && c.wrong+c.flying >= x.most:
			return c.settled, failWindow, nil
		}
	}
	for _, x := range limits {
		l.at(x.key, now).flying++
	}
	return nil, 0, nil
}

// at returns the count of a key in the present window.
func (l *limiter) at(key string, now time.Time) *count {
	c := l.counts[key]
	if c == nil {
		l.tidy(now)
		c = &count{settled: make(chan struct{})}
		l.counts[key] = c
	}
	if !now.Before(c.until) {
		c.wrong = 0
	}
	return c
}

// tidy drops ended counts now and then, so that the cost grows with the attempts, not with their square.
func (l *limiter) tidy(now time.Time) {
	if len(l.counts) < l.prune {
		return
	}
	for key, c := range l.counts {
		if c.flying == 0 && !now.Before(c.until) {
			delete(l.counts, key)
		}
	}
	l.prune = max(fewCounts, 2*len(l.counts))
}

// settle ends an attempt, and returns the number of wrong ones at the first of the limits.
func (l *limiter) settle(wrong bool, limits ...limit) (sofar int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	for i, x := range limits {
		c := l.at(x.key, now)
		c.flying--
		if wrong {
			c.add(now)
		}
		if i == 0 {
			sofar = c.wrong
		}
		close(c.settled)
		c.settled = make(chan struct{})
	}
	return sofar
}

func (c *count) add(now time.Time) {
	if c.wrong == 0 {
		c.until = now.Add(failWindow)
	}
	c.wrong++
	c.next = now.Add(patience)
}

// forgive resets a count after a right password.
func (l *limiter) forgive(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.counts[key]; c != nil {
		c.wrong = 0
	}
}

// wrong counts attempts that cost nothing to check and need no reservation, and returns the time to wait after too many.
func (l *limiter) wrong(x limit) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	c := l.at(x.key, now)
	if c.wrong >= x.most {
		return c.until.Sub(now)
	}
	c.add(now)
	return 0
}

// origin names the source of a call at the precision of the limits: an IPv4 address, or the IPv6 network that one household or host
// usually has.
func origin(r *http.Request) string { return originOf(r.RemoteAddr) }

func originOf(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if addr = addr.Unmap().WithZone(""); addr.Is4() {
		return addr.String()
	}
	return netip.PrefixFrom(addr, 64).Masked().String()
}
