package bugzilla

import (
	"errors"
	"fmt"
	"strings"
)

// Codes of Bugzilla that something depends on.
const (
	codeMissing       = 50  // a value that is required
	codeNoSuch        = 51  // object named in a field: component, version, status, person
	codeNoAlias       = 100 // no bug of that alias
	codeNoBug         = 101
	codeHidden        = 102 // there is one, and not for us
	codeAliasTaken    = 103 // or not a good one
	codeProduct       = 106 // unknown, closed, or not for us
	codeForbidden     = 115 // may not change that field
	codeTransition    = 123 // of the status
	codeBadLogin      = 300
	codeDisabled      = 301
	codeBadKey        = 306
	codeNotLoggedIn   = 410
	codeNotTaken      = -1  // none of Bugzilla's: it takes nobody for the account
	codeNoSuchCC      = 504 // on create
	codeUnmapped      = 32000
	codeNoMethod      = 32614
	codeInternal      = 100500
	internalCodeFloor = 100000
)

// Error is what a server answered instead of what was asked for, or that it answered nothing of use.
type Error struct {
	Doing    string // what was attempted, such as "creating a bug"
	Status   int    // of HTTP; 0 where there was no answer
	Code     int    // of Bugzilla; 0 where it gave none
	Message  string // of Bugzilla, cut; never the address, which holds the key
	Cause    error  // where there was no answer
	Answered bool   // Bugzilla itself said so: whatever was asked for is over, and was undone
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

// Temporary reports whether the same may work later, with nobody doing anything. What cannot be told apart is temporary: a repeat is safe,
// giving up is not.
func (e *Error) Temporary() bool {
	switch {
	case e.Cause != nil, e.Code >= internalCodeFloor:
		return true
	case e.Code == codeUnmapped:
		return strings.Contains(e.Message, "locked out")
	case e.Code != 0:
		return false
	default: // no code: an outage, a proxy, an empty 200; but a request line that is too long stays so
		return e.Status != 414
	}
}

// code is the code of an error from this package, 0 for others.
func code(err error) int {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return 0
}

// IsTemporary reports whether repeating may help. Errors that are not a server's are not known to be permanent.
func IsTemporary(err error) bool {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Temporary()
	}
	return true
}

// IsOpen reports whether what was asked for may still happen: nobody who knows has said what became of it.
func IsOpen(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return err != nil && (!ok || !e.Answered)
}

// IsNotFound reports whether there is no such bug or alias.
func IsNotFound(err error) bool { c := code(err); return c == codeNoAlias || c == codeNoBug }

// IsHidden reports whether there is such a bug, and the account may not see it.
func IsHidden(err error) bool { return code(err) == codeHidden }

// IsNoSuchPerson reports whether somebody named in a create or an update has no account. On create it is a code of its own, on update
// that of any unknown thing.
func IsNoSuchPerson(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.Code == codeNoSuchCC || e.Code == codeNoSuch && strings.Contains(e.Message, "user named"))
}

// IsTransition reports whether the workflow does not allow a change of status.
func IsTransition(err error) bool { return code(err) == codeTransition }

// IsRule reports whether a change was refused by a rule of the installation, such as one of its workflow.
func IsRule(err error) bool { c := code(err); return c == codeTransition || c == codeUnmapped }

// IsForbidden reports whether the account may not change a field.
func IsForbidden(err error) bool { return code(err) == codeForbidden }

// IsSignIn reports whether the account or its key is the trouble.
func IsSignIn(err error) bool {
	switch code(err) {
	case codeBadLogin, codeDisabled, codeBadKey, codeNotLoggedIn, codeNotTaken:
		return true
	}
	return false
}

// Remedy says what an administrator can do about a permanent error.
func Remedy(err error) string {
	switch code(err) {
	case codeBadKey:
		return "make an API key for the account in Bugzilla (Preferences, API Keys) and put it into the settings"
	case codeNotTaken:
		return "check that bugzilla_login is the login of the account that the key belongs to"
	case codeBadLogin, codeNotLoggedIn:
		return "the server did not take the API key: check the key, and that the account may use the REST interface"
	case codeDisabled:
		return "the account is disabled in Bugzilla"
	case codeProduct:
		return "check the product's name, that it is open for new bugs, and that the account may file into it"
	case codeNoSuch:
		if setting := unknownSetting(err); setting != "" {
			return "check the setting " + setting + ": what it names has to be there in Bugzilla"
		}
		return "check the names in the settings: product, component, version, op_sys, platform, statuses and resolutions have to be there in Bugzilla, and people need accounts"
	case codeNoSuchCC:
		return "somebody in CC has no account in Bugzilla"
	case codeMissing:
		return "the installation wants a value that the settings do not give: version, op_sys or platform"
	case codeTransition:
		return "the workflow of the installation does not allow the change of status: see the settings for statuses"
	case codeForbidden:
		return "the account needs the group editbugs (and canconfirm)"
	case codeNoBug:
		return "the bug was deleted in Bugzilla: link another one to the request by the marker in its summary"
	case codeHidden:
		return "the bug is restricted: let the account see it"
	case codeAliasTaken:
		return "another bug has the alias: take it away there"
	}
	return ""
}

// unknownSetting is the setting that names what Bugzilla does not know, as far as its message tells.
func unknownSetting(err error) string {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return ""
	}
	message := strings.ToLower(e.Message)
	for _, x := range [][2]string{{"component named", "bugzilla_component"}, {"version named", "bugzilla_version"}, {"os named", "bugzilla_op_sys"}, {"op_sys", "bugzilla_op_sys"},
		{"hardware", "bugzilla_platform"}, {"platform", "bugzilla_platform"}, {"status named", "bugzilla_statuses"}, {"resolution named", "bugzilla_statuses"}} {
		if strings.Contains(message, x[0]) {
			return x[1]
		}
	}
	return ""
}
