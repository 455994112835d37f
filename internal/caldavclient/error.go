package caldavclient

import (
	"errors"

	"berth/internal/remote"
)

// Error says what was wrong with a server or its answer, for people. It names no address: that of a feed is a secret.
type Error struct {
	Status  int // of HTTP, if there was an answer
	Text    string
	Remedy  string
	Refused bool // the sign-in was refused: trying again may lock the account
}

func (e *Error) Error() string { return e.Text }

// Changed reports whether an object was not written because it is another one by now.
func Changed(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status == 412
}

// unreachable explains a call without an answer.
func unreachable(err error) error {
	if own, ok := errors.AsType[*Error](err); ok {
		return own
	}
	return &Error{Text: "it cannot be reached: " + remote.Clip(remote.Unaddressed(err).Error()), Remedy: remote.Unreached("the calendar", err)}
}
