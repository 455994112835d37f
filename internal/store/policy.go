package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"

	"berth/scheduler"
	"berth/scheduler/policy"
	"berth/testbeds"
)

// Policy reads a revision of the policy, 0 for the last one; a database without a policy has an empty one of revision 0.
func (r *reader) Policy(ctx context.Context, revision int64) (scheduler.StoredPolicy, error) {
	text, err := one(ctx, r.tx, fmt.Sprintf("revision %d of the policy", revision), words,
		`SELECT document FROM policies WHERE revision = $1 OR $2 = 0 ORDER BY revision DESC LIMIT 1`, revision, revision)
	if revision == 0 && scheduler.CodeOf(err) == scheduler.CodeNotFound {
		return scheduler.StoredPolicy{}, nil
	}
	if err != nil {
		return scheduler.StoredPolicy{}, err
	}
	return parsed[scheduler.StoredPolicy]("policy", text)
}

// PutPolicy stores the next revision of the policy.
func (w *writer) PutPolicy(ctx context.Context, p scheduler.StoredPolicy) error {
	text, err := document("policy", p)
	if err != nil {
		return err
	}
	_, err = w.exec(ctx, "policy", `INSERT INTO policies (revision, document) VALUES ($1, $2)`, p.Revision, text)
	return err
}

// Open counts the requests of a person that are not over.
func (r *reader) Open(ctx context.Context, experimenter string) (int64, error) {
	return one(ctx, r.tx, "number", number, `SELECT COUNT(*) FROM requests WHERE experimenter = $1 AND status IN (`+places(2, len(scheduler.Live))+`)`,
		append([]any{experimenter}, anys(scheduler.Live)...)...)
}

// chargedDocument is the part of a request's document that quotas read.
type chargedDocument struct {
	Status    scheduler.Status  `json:"status"`
	Slot      testbeds.Slot     `json:"slot"`
	Scheduled *testbeds.Slot    `json:"scheduled"`
	Actual    *scheduler.Actual `json:"actual"`
	Demand    testbeds.Demand   `json:"demand"`
}

// charges remembers what requests count, so that a decision parses no documents that another one has parsed. What a transaction has changed itself is
// not kept: it may never be committed.
type charges struct {
	mu sync.Mutex
	of map[chargeKey]scheduler.Charged
}

type chargeKey struct{ number, revision, sequence int64 }

// maxCharges bounds what is remembered: when it is reached all of it goes.
const maxCharges = 50_000

func (c *charges) get(k chargeKey) (x scheduler.Charged, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	x, ok = c.of[k]
	return x, ok
}

func (c *charges) put(k chargeKey, x scheduler.Charged) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil || len(c.of) >= maxCharges {
		c.of = map[chargeKey]scheduler.Charged{}
	}
	c.of[k] = x
}

// subjectColumns name the column of a request that holds each kind of subject.
var subjectColumns = map[policy.Per]string{policy.PerPerson: "experimenter", policy.PerExperiment: "experiment", policy.PerOrganisation: "organisation"}

// longestSubject bounds what an index of PostgreSQL takes, in bytes. Names that people may give are shorter.
const longestSubject = 1000

// subjectKey returns the name by which a subject's requests are found: the name itself, or its beginning with a hash of it.
func subjectKey(name string) string {
	if len(name) <= longestSubject {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return strings.ToValidUTF8(name[:longestSubject/2], "") + "#" + hex.EncodeToString(sum[:])
}

// Counted adds up what the requests of a subject count whose slots touch a span.
func (r *reader) Counted(ctx context.Context, s policy.Subject, span testbeds.Slot, by scheduler.Counting, except int64) (sum int64, err error) {
	list, err := r.charged(ctx, s, span, nil)
	for _, c := range list {
		if c.Number != except {
			sum = policy.Plus(sum, by.Of(c))
		}
	}
	return sum, err
}

// Counted sees what the transaction itself has changed, and asks the database only for what the process does not know.
func (w *writer) Counted(ctx context.Context, s policy.Subject, span testbeds.Slot, by scheduler.Counting, except int64) (int64, error) {
	return w.tallied(ctx, s, spanOf(span), by, except, func() (list []scheduler.Charged, err error) {
		return w.charged(ctx, s, span, func(id string) bool { return w.requests.seen[id] })
	})
}

// tallied adds up what a subject's requests count. read reads what is committed; what the transaction has changed itself may be missing there, or not
// be up to date: that is in memory, so that nothing need be written for it.
func (w *writer) tallied(ctx context.Context, s policy.Subject, x span, by scheduler.Counting, except int64, read func() ([]scheduler.Charged, error)) (int64, error) {
	without := []int64{except}
	for _, id := range w.requests.list {
		if n := w.latest[id].Number; n != except {
			without = append(without, n)
		}
	}
	sum, err := w.remembered(ctx, s, x, by, without, read)
	for _, id := range w.requests.list {
		if r := w.latest[id]; r.Number != except && countedFor(r, s) && x.counts(r) {
			sum.more(by.Of(chargedOf(r)))
		}
	}
	return sum.number(), err
}

// remembered adds up what the process remembers of a subject, without some requests, and reads it if that is nothing. A transaction that has written
// requests already sees its own, and neither remembers nor follows anything.
func (w *writer) remembered(ctx context.Context, s policy.Subject, x span, by scheduler.Counting, without []int64, read func() ([]scheduler.Charged, error)) (sum total, err error) {
	c, at := &w.s.counts, w.state.Sequence
	if w.stated && !w.spilled {
		if err := w.follow(ctx); err != nil {
			return sum, err
		}
	}
	if w.stated {
		if sum, ok := c.get(s, x, at, by, without); ok {
			return sum, nil
		}
	}
	var list []scheduler.Charged
	if w.stated && !w.spilled && c.load(s, x, at) {
		defer func() { c.put(s, x, list, err == nil) }()
	}
	err = w.out.aside(func() error {
		list, err = read()
		return err
	})
	for _, c := range list {
		if !slices.Contains(without, c.Number) {
			sum.more(by.Of(c))
		}
	}
	return sum, err
}

// follow brings what is remembered up to the state of the transaction.
func (w *writer) follow(ctx context.Context) error {
	at := w.state.Sequence
	after, behind := w.s.counts.behind(at)
	if !behind {
		return nil
	}
	var list []scheduler.Request
	err := w.out.aside(func() (err error) {
		list, err = w.reader.RequestsSince(ctx, after)
		return err
	})
	if err != nil {
		return fmt.Errorf("following what requests count: %w", err)
	}
	for _, r := range list {
		at = max(at, r.Sequence)
	}
	w.s.counts.follow(list, at)
	return nil
}

// countedFor reports whether a request is one of a subject's.
func countedFor(r scheduler.Request, s policy.Subject) bool {
	switch s.Per {
	case policy.PerExperiment:
		return r.Experimented() == s.Name
	case policy.PerOrganisation:
		return r.Organisation == s.Name
	}
	return r.Experimenter == s.Name
}

// once counts each request once.
var once = scheduler.Counting{Name: "once", Of: func(scheduler.Charged) int64 { return 1 }}

// Open counts like Counted.
func (w *writer) Open(ctx context.Context, experimenter string) (int64, error) {
	return w.tallied(ctx, policy.Subject{Per: policy.PerPerson, Name: experimenter}, span{}, once, 0, func() ([]scheduler.Charged, error) {
		return all(ctx, w.tx, func(s scan) (c scheduler.Charged, err error) { return c, s(&c.Number) },
			`SELECT number FROM requests WHERE experimenter = $1 AND status IN (`+places(2, len(scheduler.Live))+`) ORDER BY number`,
			append([]any{experimenter}, anys(scheduler.Live)...)...)
	})
}

func (r *reader) charged(ctx context.Context, s policy.Subject, span testbeds.Slot, own func(id string) bool) (list []scheduler.Charged, err error) {
	if s.Name == "" {
		return nil, nil
	}
	condition := subjectColumns[s.Per] + ` = $1`
	if s.Per == policy.PerOrganisation {
		condition += ` AND organisation <> ''` // which its index asks for
	}
	type missing struct {
		at  int
		key chargeKey
		own bool
	}
	var lacks []missing
	err = r.each(ctx, func(row scan) error {
		var k chargeKey
		var id string
		if err := row(&id, &k.number, &k.revision, &k.sequence); err != nil {
			return err
		}
		x, known := scheduler.Charged{Number: k.number}, false
		mine := own != nil && own(id)
		if !mine {
			x, known = r.s.charges.get(k)
		}
		if !known {
			x = scheduler.Charged{Number: k.number}
			lacks = append(lacks, missing{len(list), k, mine})
		}
		list = append(list, x)
		return nil
	}, `SELECT id, number, revision, sequence FROM requests WHERE `+condition+` AND starts < $2 AND ends > $3 AND status NOT IN ('REJECTED', 'CANCELLED')
		ORDER BY number`, subjectKey(s.Name), seconds(span.End), seconds(span.Start))
	if err != nil {
		return nil, fmt.Errorf("reading what requests count: %w", err)
	}
	for len(lacks) > 0 {
		part := lacks[:min(len(lacks), chunk)]
		lacks = lacks[len(part):]
		at := map[int64]missing{}
		var numbers []any
		for _, m := range part {
			at[m.key.number] = m
			numbers = append(numbers, m.key.number)
		}
		err := r.each(ctx, func(row scan) error {
			var n int64
			var text string
			if err := row(&n, &text); err != nil {
				return err
			}
			d, err := parsed[chargedDocument]("request", text)
			if err != nil {
				return err
			}
			m := at[n]
			x := scheduler.Charged{Number: n, Status: d.Status, Slot: d.Slot, Scheduled: d.Scheduled, Actual: d.Actual, Demand: d.Demand}
			if list[m.at] = x; !m.own {
				r.s.charges.put(m.key, x)
			}
			return nil
		}, `SELECT number, document FROM requests WHERE number IN (`+places(1, len(part))+`)`, numbers...)
		if err != nil {
			return nil, fmt.Errorf("reading what requests count: %w", err)
		}
	}
	return list, nil
}
