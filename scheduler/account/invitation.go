package account

import "time"

// Invitation lets a person set a password by a signed link, until it expires.
type Invitation struct {
	Person  Person
	Expires time.Time
}
