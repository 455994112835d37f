package calendar

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Kind is the subject of an object.
type Kind string

const (
	KindDeployment  Kind = "deployment"
	KindOffer       Kind = "offer"
	KindOrchestrate Kind = "orchestrate"
	KindTearDown    Kind = "teardown"
	KindClosure     Kind = "closure"
)

// Object is an event as it is stored and served: its text, written once per revision of its subject, its collections, and the access to
// it.
type Object struct {
	Name        string   `json:"-"`
	Request     string   `json:"-"` // UUID; empty for a closure
	Collections []string `json:"-"` // keys

	Kind     Kind     `json:"kind"`
	Owner    string   `json:"owner,omitempty"`    // the experimenter
	Testbeds []string `json:"testbeds,omitempty"` // their providers see all of it
	Open     bool     `json:"open,omitempty"`     // all users see all of it

	Start       time.Time `json:"start"`
	End         time.Time `json:"end"`
	Status      Status    `json:"status"`
	Transparent bool      `json:"transparent,omitempty"`
	Modified    time.Time `json:"modified"`
	Revision    int64     `json:"revision"` // of the request

	Full string `json:"full"`           // iCalendar text
	Busy string `json:"busy,omitempty"` // the part that all users may see; empty for none

	Tag      string    `json:"-"` // digest of all of the above
	Renewed  int64     `json:"-"` // sequence of the change log when clients last had to read it anew; 0 for never
	Drawn    time.Time `json:"-"` // when its content last changed
	Sequence int64     `json:"-"` // of the change log, at its last change
}

// Version names the served state of an object: it changes with the content, and when clients must read an unchanged object anew.
func (o *Object) Version() string { return version(o.Tag, o.Renewed) }

func version(tag string, renewed int64) string {
	if renewed == 0 {
		return tag
	}
	return tag + "-" + strconv.FormatInt(renewed, 36)
}

// Versioned writes the version into the text of a movable object: a client's write then names the version it was made from, even if the
// client sends no If-Match.
func (o Object) Versioned() Object {
	if o.Kind == KindDeployment {
		o.Full = before(endEvent, o.Full, versionProperty+":"+o.Version()+"\r\n")
	}
	return o
}

// tagged computes the tag.
func tagged(o Object) Object {
	b, err := json.Marshal(o)
	if err != nil {
		panic(err) // plain values always marshal
	}
	sum := sha256.Sum256(append(b, strings.Join(append([]string{o.Name}, o.Collections...), "\x00")...))
	o.Tag = hex.EncodeToString(sum[:8])
	return o
}

// How long objects stay in collections.
const (
	KeepWithdrawn = 14 * 24 * time.Hour  // after its withdrawal
	KeepPast      = 400 * 24 * time.Hour // after its end
)

// KeptUntil returns the instant at which an object leaves the collections.
func (o *Object) KeptUntil() time.Time { return keptUntil(o.Status, o.End, o.Modified) }

func keptUntil(s Status, end, modified time.Time) time.Time {
	until := end.Add(KeepPast)
	if withdrawn := modified.Add(KeepWithdrawn); s == Withdrawn && withdrawn.Before(until) {
		return withdrawn
	}
	return until
}

// Kept reports whether an object still belongs into collections.
func (o *Object) Kept(now time.Time) bool { return !o.KeptUntil().Before(now) }
