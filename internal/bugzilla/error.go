package bugzilla

import (
	"errors"
	"fmt"
	"strings"
)

// Codes of Bugzilla that Berth distinguishes.
const (
	codeMissing       = 50  // a required value
	codeNoSuch        = 51  // object named in a field: component, version, status, person
	codeNoAlias       = 100 // no bug of that alias
	codeNoBug         = 101
	codeHidden        = 102 // the account may not see it
	codeAliasTaken    = 103 // or malformed
	codeProduct       = 106 // unknown, closed, or not visible
	codeForbidden     = 115 // may not change that field
	codeTransition    = 123 // of the status
	codeBadLogin      = 300
	codeDisabled      = 301
	codeBadKey        = 306
	codeNotLoggedIn   = 410
	codeNotTaken      = -1  // not Bugzilla's: the key belongs to another account
	codeNoSuchCC      = 504 // on create
	codeUnmapped      = 32000
	codeNoMethod      = 32614
	codeInternal      = 100500
	internalCodeFloor = 100000
)

// Error is a server's refusal, or its lack of a useful answer.
type Error struct {
	Doing    string // the attempt, such as "creating a bug"
	Status   int    // of HTTP; 0 where there was no answer
	Code     int    // of Bugzilla; 0 where it gave none
	Message  string // of Bugzilla, cut; never the address, which holds the key
	Cause    error  // set if there was no answer
	wrote    bool   // it was a write
	Answered bool   // Bugzilla itself said so: the request is over, and was undone
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Doing)
	if e.Cause != nil {
		fmt.Fprintf(&b, ": %v", e.Cause)
		return b.String()
	}
	if e.Code == codeNotTaken {
		return e.Doing + ": " + e.Message
	}
	if e.Code != 0 {
		fmt.Fprintf(&b, ": Bugzilla says %d", e.Code)
	} else {
		fmt.Fprintf(&b, ": Bugzilla answers %d", e.Status)
	}
	if e.Message != "" && e.Code < internalCodeFloor && (e.Code != 0 || e.Status < 500) { // messages of internal errors are stack traces
		b.WriteString(": " + e.Message)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Cause }

// Temporary reports whether the same may work later without any action. Doubtful cases are temporary: a repeat is safe, giving up is not.
func (e *Error) Temporary() bool {
	switch {
	case e.Cause != nil, e.Code >= internalCodeFloor:
		return true
	case e.Code == codeUnmapped:
		return strings.Contains(e.Message, "locked out")
	case e.Code != 0:
		return false
	default: // no code: an outage, a proxy, an empty 200; but a request line that is too long stays too long
		return e.Status != 414
	}
}

// NoWay makes the error of a workflow without a way from one status to another.
func NoWay(id, from, to string) error {
	return &Error{Doing: "changing bug " + id, Code: codeTransition, Message: fmt.Sprintf("there is no way from %s to %s", from, to)}
}

// code returns the code of an error from this package, 0 for others.
func code(err error) int {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return 0
}

// IsTemporary reports whether repeating may help. Errors from elsewhere count as temporary.
func IsTemporary(err error) bool {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Temporary()
	}
	return true
}

// IsOpen reports whether the request may still take effect: its fate is unknown.
func IsOpen(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return err != nil && (!ok || !e.Answered)
}

// IsNotFound reports whether the bug or alias does not exist.
func IsNotFound(err error) bool { c := code(err); return c == codeNoAlias || c == codeNoBug }

// IsHidden reports whether the bug exists, and the account may not see it.
func IsHidden(err error) bool { return code(err) == codeHidden }

// IsNoSuchPerson reports whether a person named in a create or an update has no account. On create it has a code of its own, on update that
// of any unknown value.
func IsNoSuchPerson(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.Code == codeNoSuchCC || e.Code == codeNoSuch && strings.Contains(e.Message, "user named"))
}

// IsTransition reports whether the workflow does not allow a change of status.
func IsTransition(err error) bool { return code(err) == codeTransition }

// IsRule reports whether a rule of the installation, such as its workflow, refused a change.
func IsRule(err error) bool { c := code(err); return c == codeTransition || c == codeUnmapped }

// IsForbidden reports whether the account may not change a field.
func IsForbidden(err error) bool { return code(err) == codeForbidden }

// IsSignIn reports whether the account or its key is the problem.
func IsSignIn(err error) bool {
	switch code(err) {
	case codeBadLogin, codeDisabled, codeBadKey, codeNotLoggedIn, codeNotTaken:
		return true
	}
	return false
}
