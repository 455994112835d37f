package scheduler

import (
	"context"
	"strings"
	"time"

	"berth/scheduler/policy"
	"berth/testbeds"
)

// StoredPolicy is a revision of the policy, as it was written.
type StoredPolicy struct {
	Revision int64     `json:"revision"`
	Text     string    `json:"text"`
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	Reason   string    `json:"reason,omitempty"`

	// File is the SHA-256 of the file that was last put in force at a start, with this revision or an earlier one; empty without any.
	File string `json:"file,omitempty"`
}

// PolicyReader reads the policy, and what requests count by it.
type PolicyReader interface {
	// Policy reads a revision of the policy, 0 for the one in force; without any policy that is an empty one of revision 0.
	Policy(ctx context.Context, revision int64) (StoredPolicy, error)
	// Open counts the requests of a person that are not over.
	Open(ctx context.Context, experimenter string) (int64, error)
	// Counted adds up what the requests of a subject count whose slots touch a span, by number, but for rejected and cancelled ones, and for one of
	// them; 0 for none. Within a transaction it sees what the transaction has written.
	Counted(ctx context.Context, s policy.Subject, span testbeds.Slot, by Counting, except int64) (int64, error)
}

// PolicyWriter changes the policy.
type PolicyWriter interface {
	// PutPolicy stores the next revision of the policy.
	PutPolicy(ctx context.Context, p StoredPolicy) error
}

// Counting says what a request counts: never less than nothing, and always the same for what is Charged and the name, so that sums can be kept. Its
// sums stop at the largest number.
type Counting struct {
	Name string
	Of   func(Charged) int64
}

// Charged is what quotas need to know of a request.
type Charged struct {
	Number    int64
	Status    Status
	Slot      testbeds.Slot
	Scheduled *testbeds.Slot
	Actual    *Actual
	Demand    testbeds.Demand
}

// charge returns what a request counts: its slot, as far as it was asked for or granted and is not given back. An overrun was nobody's wish. ok is
// false where nothing counts.
func (c Charged) charge() (x policy.Charge, ok bool) {
	if c.Status == Rejected || c.Status == Cancelled {
		return x, false
	}
	s := c.Slot
	if c.Scheduled != nil {
		s = overlap(s, *c.Scheduled)
	}
	if c.Status.Ended() && c.Actual != nil && c.Actual.End != nil {
		s.End = sooner(s.End, *c.Actual.End)
	}
	return policy.Charge{Slot: s, Demand: c.Demand}, s.Start.Before(s.End)
}

// overlap returns what two slots share.
func overlap(a, b testbeds.Slot) testbeds.Slot {
	return testbeds.Slot{Start: later(a.Start, b.Start), End: sooner(a.End, b.End)}
}

// charged returns what quotas need to know of the request.
func (r Request) charged() Charged {
	return Charged{Number: r.Number, Status: r.Status, Slot: r.Slot, Scheduled: r.Scheduled, Actual: r.Actual, Demand: r.Demand}
}

// Experimented names the experiment that the request is counted for: its network service, or its own name where it has components of its own.
func (r Request) Experimented() string {
	if r.NSD != "" {
		return r.NSD
	}
	return r.Name
}

// subjectMark begins the name under which a subject is locked; no testbed's id does, and it sorts after all of them.
const subjectMark = "~"

// LockOf names a subject among what Store.Change locks.
func LockOf(s policy.Subject) string { return subjectMark + string(s.Per) + "/" + s.Name }

// LockOfAddress names an email address among what Store.Change locks: whoever makes an account for it looks first whether there is one.
func LockOfAddress(email string) string { return subjectMark + "address/" + strings.ToLower(email) }

// IsSubject reports whether a lock is that of a subject, and not of a testbed.
func IsSubject(lock string) bool { return strings.HasPrefix(lock, subjectMark) }
