package calendar

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/scheduler"
)

// Kind is what an object shows.
type Kind string

const (
	KindDeployment  Kind = "deployment"
	KindOffer       Kind = "offer"
	KindOrchestrate Kind = "orchestrate"
	KindTearDown    Kind = "teardown"
	KindClosure     Kind = "closure"
)

// Object is an event as it is kept and served: its text, written once per revision of what it shows, the collections that it is in, and
// who may see how much of it.
type Object struct {
	Name        string   `json:"-"`
	Request     string   `json:"-"` // UUID; empty for a closure
	Collections []string `json:"-"` // keys

	Kind     Kind     `json:"kind"`
	Owner    string   `json:"owner,omitempty"`    // the experimenter
	Testbeds []string `json:"testbeds,omitempty"` // whose providers see all of it
	Open     bool     `json:"open,omitempty"`     // everybody sees all of it

	Start       time.Time `json:"start"`
	End         time.Time `json:"end"`
	Status      Status    `json:"status"`
	Transparent bool      `json:"transparent,omitempty"`
	Modified    time.Time `json:"modified"`
	Revision    int64     `json:"revision"` // of the request

	Full string `json:"full"`           // iCalendar text
	Busy string `json:"busy,omitempty"` // what everybody may see of it; empty where that is nothing

	Tag      string    `json:"-"` // digest of all of the above
	Renewed  int64     `json:"-"` // sequence of the change log when clients were last made to read it anew; 0 for never
	Drawn    time.Time `json:"-"` // when it last became what it is
	Sequence int64     `json:"-"` // of the change log, at its last change
}

// Version names what is served of an object: it changes with everything in it, and when clients have to read it anew although nothing has.
func (o *Object) Version() string {
	if o.Renewed == 0 {
		return o.Tag
	}
	return o.Tag + "-" + strconv.FormatInt(o.Renewed, 36)
}

// Versioned is the object with its version in its text, where that can be moved: what a client writes then says which version it is made
// of, also where the client itself does not.
func (o Object) Versioned() Object {
	if o.Kind == KindDeployment {
		o.Full = before(endEvent, o.Full, versionProperty+":"+o.Version()+"\r\n")
	}
	return o
}

// tagged fills in the tag.
func tagged(o Object) Object {
	b, err := json.Marshal(o)
	if err != nil {
		panic(err) // of plain values it cannot fail
	}
	sum := sha256.Sum256(append(b, strings.Join(append([]string{o.Name}, o.Collections...), "\x00")...))
	o.Tag = hex.EncodeToString(sum[:8])
	return o
}

// UID is the identity of its event.
func (o *Object) UID() string { return o.Name + UIDSuffix }

// In reports whether the object is in the collection.
func (o *Object) In(key string) bool { return slices.Contains(o.Collections, key) }

// For is the text that the viewer may see; empty for none. mark tells a full text from one that says busy, for entity tags.
func (o *Object) For(v *scheduler.Visible) (text, mark string) {
	if o.Open || v.Includes(o.Owner, o.Testbeds) {
		return o.Full, ""
	}
	return o.Busy, "b"
}

// How long objects are kept in collections.
const (
	KeepWithdrawn = 14 * 24 * time.Hour  // after the change that withdrew it
	KeepPast      = 400 * 24 * time.Hour // after its end
)

// KeptUntil is when an object no longer belongs into collections.
func (o *Object) KeptUntil() time.Time {
	until := o.End.Add(KeepPast)
	if withdrawn := o.Modified.Add(KeepWithdrawn); o.Status == Withdrawn && withdrawn.Before(until) {
		return withdrawn
	}
	return until
}

// Kept reports whether an object still belongs into collections.
func (o *Object) Kept(now time.Time) bool { return !o.KeptUntil().Before(now) }
