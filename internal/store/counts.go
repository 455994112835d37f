package store

import (
	"math"
	"math/bits"
	"slices"
	"sync"

	"berth/scheduler"
	"berth/scheduler/policy"
	"berth/testbeds"
)

// counts remembers what the requests of subjects count, so that a decision asks the database for nothing that this process knows. It follows the
// change log like the ledger: what the process commits is handed to it, what others did it reads before it is asked.
//
// What it holds of a request is the state of some number of the log, and never older than upTo. It may be newer than what the asking transaction saw
// at its beginning, as every statement of it is.
type counts struct {
	mu       sync.Mutex
	upTo     int64
	subjects map[policy.Subject]map[span]*tally
	known    map[int64]*countedRequest // by number: those of which something was remembered
	early    map[int64]news            // commits whose predecessors are not known yet, by the number that they follow
	size     int
}

// span is a span of time in seconds; the zero span stands for the requests of a person that are not over.
type span struct{ from, to int64 }

func spanOf(s testbeds.Slot) span { return span{seconds(s.Start), seconds(s.End)} }

// tally holds what the requests of a subject count in a span, by their numbers.
type tally struct {
	of      map[int64]scheduler.Charged
	since   int64               // what came up to this number was there to be read
	loading bool                // by a reader, who has not put it yet
	later   []scheduler.Request // what happened since the reader began

	sums map[string]*kept // by the names of what is counted
}

// kept is a sum over a tally, with what it sums up.
type kept struct {
	by  scheduler.Counting
	sum total
}

// maxKept bounds the sums over a tally: when it is reached all of them go. Each revision of a policy has its own.
const maxKept = 100

// total is a sum of numbers of 64 bits, exact as long as it is not read.
type total struct{ high, low uint64 }

func (s *total) more(n int64) {
	var carry uint64
	s.low, carry = bits.Add64(s.low, uint64(n), 0)
	s.high += carry
}

func (s *total) less(n int64) {
	var borrow uint64
	s.low, borrow = bits.Sub64(s.low, uint64(n), 0)
	s.high -= borrow
}

// number returns the sum, or the largest number.
func (s total) number() int64 {
	if s.high > 0 || s.low > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(s.low)
}

// countedRequest is a request of which something was remembered: the number of its last change, and its subjects then.
type countedRequest struct {
	sequence int64
	of       []policy.Subject
}

// news are the requests that a transaction changed.
type news struct {
	last     int64
	requests []scheduler.Request
}

const (
	// maxCounts bounds what is remembered of requests: when it is reached all of it goes.
	maxCounts = 100_000
	// maxEarly bounds the commits that wait for their predecessors.
	maxEarly = 64
	// maxBehind bounds the numbers of the change log that are followed; a process that is further behind begins anew.
	maxBehind = 2000
)

// whose lists the subjects that a request counts for.
func whose(r scheduler.Request) []policy.Subject {
	list := []policy.Subject{{Per: policy.PerPerson, Name: r.Experimenter}, {Per: policy.PerExperiment, Name: r.Experimented()}}
	if r.Organisation != "" {
		list = append(list, policy.Subject{Per: policy.PerOrganisation, Name: r.Organisation})
	}
	return list
}

// counts reports whether a request is one of a span's.
func (x span) counts(r scheduler.Request) bool {
	if x == (span{}) {
		return r.Status.Live()
	}
	return seconds(r.Slot.Start) < x.to && seconds(r.Slot.End) > x.from && r.Status != scheduler.Rejected && r.Status != scheduler.Cancelled
}

// get adds up what is remembered of a subject in a span, as of a number of the change log or later, without some requests.
func (c *counts) get(s policy.Subject, x span, at int64, by scheduler.Counting, without []int64) (sum total, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.subjects[s][x]
	if t == nil || t.loading || c.upTo < at {
		return sum, false
	}
	sum = t.total(by)
	for _, n := range without {
		if x, there := t.of[n]; there {
			sum.less(by.Of(x))
		}
	}
	return sum, true
}

// total adds up all of it, once.
func (t *tally) total(by scheduler.Counting) total {
	k := t.sums[by.Name]
	if k == nil {
		if t.sums == nil || len(t.sums) >= maxKept {
			t.sums = map[string]*kept{}
		}
		k = &kept{by: by}
		t.sums[by.Name] = k
		for _, c := range t.of {
			k.sum.more(by.Of(c))
		}
	}
	return k.sum
}

// load begins to read what a subject's requests count; it is false where somebody else does. What happens until put is kept for it.
func (c *counts) load(s policy.Subject, x span, at int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.upTo < at || c.subjects[s][x] != nil {
		return false
	}
	if c.size >= maxCounts {
		c.forget()
	}
	if c.subjects == nil {
		c.subjects, c.known = map[policy.Subject]map[span]*tally{}, map[int64]*countedRequest{}
	}
	if c.subjects[s] == nil {
		c.subjects[s] = map[span]*tally{}
	}
	c.subjects[s][x] = &tally{loading: true, since: c.upTo}
	c.size++
	return true
}

// put remembers what was read since load, unless reading it failed.
func (c *counts) put(s policy.Subject, x span, list []scheduler.Charged, read bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.subjects[s][x]
	if t == nil || !t.loading {
		return // all of it was forgotten meanwhile
	}
	if !read {
		delete(c.subjects[s], x)
		c.size--
		return
	}
	t.of, t.loading = make(map[int64]scheduler.Charged, len(list)), false
	c.size += len(list)
	for _, r := range list {
		t.of[r.Number] = r
		c.note(r.Number, s)
	}
	for _, r := range t.later {
		t.take(r, x, s)
	}
	t.later = nil
}

// note takes note of a request that is in a tally of a subject.
func (c *counts) note(number int64, s policy.Subject) {
	k := c.known[number]
	if k == nil {
		k = &countedRequest{}
		c.known[number] = k
		c.size++
	}
	if !slices.Contains(k.of, s) {
		k.of = append(k.of, s)
	}
}

// forget drops everything; what is read from then on is right again.
func (c *counts) forget() {
	c.subjects, c.known, c.early, c.size = nil, nil, nil, 0
}

// behind returns the number after which the log must be read to reach another one; ok is false where nothing need be read.
func (c *counts) behind(at int64) (after int64, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.subjects) == 0 || at-c.upTo > maxBehind {
		c.forget()
		c.upTo = max(c.upTo, at)
	}
	return c.upTo, c.upTo < at
}

// follow takes over requests that changed after upTo was read by behind, as they are now; all up to a number are among them.
func (c *counts) follow(list []scheduler.Request, upTo int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range list {
		c.apply(r)
	}
	c.upTo = max(c.upTo, upTo)
	c.next()
}

// committed takes over what a transaction of this process changed.
func (c *counts) committed(x scheduler.Committed, list []scheduler.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.subjects) == 0 {
		c.early = nil
		c.upTo = max(c.upTo, x.Last)
	}
	if c.upTo >= x.Last {
		return
	}
	if c.early == nil || len(c.early) >= maxEarly {
		c.early = map[int64]news{}
	}
	for i := range list {
		list[i].Sequence = x.Last
	}
	c.early[x.After] = news{x.Last, list}
	c.next()
}

// next applies the commits whose turn has come.
func (c *counts) next() {
	for {
		n, ok := c.early[c.upTo]
		if !ok {
			break
		}
		delete(c.early, c.upTo)
		for _, r := range n.requests {
			c.apply(r)
		}
		c.upTo = n.last
	}
	for after, n := range c.early {
		if n.last <= c.upTo {
			delete(c.early, after)
		}
	}
}

// apply takes over a request, unless something newer of it is known.
func (c *counts) apply(r scheduler.Request) {
	k := c.known[r.Number]
	if k != nil && k.sequence > r.Sequence {
		return
	}
	of := whose(r)
	if k == nil && !slices.ContainsFunc(of, func(s policy.Subject) bool { return len(c.subjects[s]) > 0 }) {
		return
	}
	var left []policy.Subject
	if k != nil {
		left = slices.DeleteFunc(k.of, func(s policy.Subject) bool { return slices.Contains(of, s) })
	} else {
		c.size++
	}
	c.known[r.Number] = &countedRequest{r.Sequence, of}
	for _, s := range append(left, of...) {
		for x, t := range c.subjects[s] {
			switch before := len(t.of); {
			case r.Sequence <= t.since:
			case t.loading:
				t.later = append(t.later, r)
			default:
				t.take(r, x, s)
				c.size += len(t.of) - before
			}
		}
	}
}

// take puts a request into the tally, or takes it out.
func (t *tally) take(r scheduler.Request, x span, s policy.Subject) {
	if was, there := t.of[r.Number]; there {
		for _, k := range t.sums {
			k.sum.less(k.by.Of(was))
		}
		delete(t.of, r.Number)
	}
	if !x.counts(r) || !countedFor(r, s) {
		return
	}
	is := chargedOf(r)
	t.of[r.Number] = is
	for _, k := range t.sums {
		k.sum.more(k.by.Of(is))
	}
}

func chargedOf(r scheduler.Request) scheduler.Charged {
	return scheduler.Charged{Number: r.Number, Status: r.Status, Slot: r.Slot, Scheduled: r.Scheduled, Actual: r.Actual, Demand: r.Demand}
}
