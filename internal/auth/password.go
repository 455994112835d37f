package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"berth/scheduler"
)

// The cost of a password hash, as the OWASP Password Storage Cheat Sheet recommends for argon2id.
const (
	memoryKiB = 19 << 10
	passes    = 2
	lanes     = 1
	keyBytes  = 32
	saltBytes = 16
)

// Lengths of passwords, in characters.
const (
	minPassword = 12
	maxPassword = 256
)

// atOnce bounds the hashes computed at the same time, because each needs its memory.
const atOnce = 4

// CheckPassword names the rule that a new password breaks.
func CheckPassword(password string) error {
	if n := utf8.RuneCountInString(password); n < minPassword || n > maxPassword || !utf8.ValidString(password) {
		return &scheduler.Error{Code: scheduler.CodeInvalid, Message: "the password is not valid",
			Fields: []scheduler.FieldError{{Field: "password", Rule: fmt.Sprintf("must be %d to %d characters long", minPassword, maxPassword)}}}
	}
	if strings.HasPrefix(password, tokenPrefix) { // it would be looked up among the tokens
		return &scheduler.Error{Code: scheduler.CodeInvalid, Message: "the password is not valid",
			Fields: []scheduler.FieldError{{Field: "password", Rule: "must not begin with " + tokenPrefix + ", the prefix of tokens"}}}
	}
	return nil
}

// HashPassword hashes a new password that meets the rules.
func (*Auth) HashPassword(password string) (string, error) {
	if err := CheckPassword(password); err != nil {
		return "", err
	}
	return Hash(password), nil
}

// Hash computes the argon2id hash of a password in PHC form.
func Hash(password string) string {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails
	return hashOf(salt, argon2.IDKey([]byte(password), salt, passes, memoryKiB, lanes, keyBytes))
}

func hashOf(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memoryKiB, passes, lanes, phc.EncodeToString(salt), phc.EncodeToString(key))
}

// decoy returns what passwords for unknown names are compared with: it takes as long as a hash of Hash, and is the hash of nothing known.
func decoy() string { return hashOf(make([]byte, saltBytes), make([]byte, keyBytes)) }

var phc = base64.RawStdEncoding

// matches reports whether a password has the hash. It refuses hashes that cost more than this.
func matches(hash, password string) bool {
	var version int
	var m, t uint32
	var p uint8
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &m, &t, &p); err != nil || m > 256<<10 || t < 1 || t > 10 || p < 1 || p > 8 {
		return false
	}
	salt, err := phc.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := phc.DecodeString(parts[5])
	if err != nil || len(want) < 16 || len(want) > 64 {
		return false
	}
	return subtle.ConstantTimeCompare(want, argon2.IDKey([]byte(password), salt, t, m, p, uint32(len(want)))) == 1
}
