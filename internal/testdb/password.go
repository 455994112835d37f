package testdb

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"

	"golang.org/x/crypto/argon2"
)

// PasswordHash computes a hash in the form of auth.Hash, at the lowest cost that there is. The cost is a part of the form, so that a sign-in
// with it is cheap too; under the race detector a real one takes a tenth of a second.
func PasswordHash(password string) string {
	salt := make([]byte, 16)
	rand.Read(salt) // never fails
	key := argon2.IDKey([]byte(password), salt, 1, 8, 1, 32)
	phc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=8,t=1,p=1$%s$%s", argon2.Version, phc.EncodeToString(salt), phc.EncodeToString(key))
}
