package auth

import (
	"fmt"
	"strings"
	"testing"
)

func TestPasswordsMatchTheirOwnHashOnly(t *testing.T) {
	t.Parallel()
	hash := Hash("correct horse battery")
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") || hash == Hash("correct horse battery") {
		t.Errorf("hash %s", hash)
	}
	if !matches(hash, "correct horse battery") || matches(hash, "correct horse batterx") || matches(hash, "") {
		t.Error("the hash matches the wrong passwords")
	}
}

// TestUnknownNamesTakeAsLong: what their passwords are compared with costs as much as a real hash.
func TestUnknownNamesTakeAsLong(t *testing.T) {
	t.Parallel()
	shape := func(hash string) string {
		parts := strings.Split(hash, "$")
		return strings.Join(parts[:4], "$") + fmt.Sprint(len(parts), len(parts[4]), len(parts[5]))
	}
	if got, want := shape(decoy()), shape(Hash("correct horse battery")); got != want {
		t.Errorf("the decoy is like %s, a hash like %s", got, want)
	}
	if matches(decoy(), "") || matches(decoy(), "correct horse battery") {
		t.Error("a password matches the decoy")
	}
}

func TestAHashThatAsksForTooMuchIsNotComputed(t *testing.T) {
	t.Parallel()
	good := Hash("correct horse battery")
	for _, change := range []string{"m=4194304", "m=19456,t=2000000000", "p=200"} {
		name, _, _ := strings.Cut(change, "=")
		parts := strings.Split(good, "$")
		for _, field := range strings.Split(parts[3], ",") {
			if strings.HasPrefix(field, name+"=") {
				parts[3] = strings.Replace(parts[3], field, change, 1)
			}
		}
		if hash := strings.Join(parts, "$"); hash == good || matches(hash, "correct horse battery") {
			t.Errorf("%s is computed", hash)
		}
	}
}

func TestShortPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	for password, ok := range map[string]bool{"": false, "short": false, "correct horse battery": true, strings.Repeat("x", 300): false, "bad \xff utf-8 password": false, "berth_is_my_place": false} {
		if err := CheckPassword(password); (err == nil) != ok {
			t.Errorf("%q: %v", password, err)
		}
	}
}

func FuzzMatches(f *testing.F) {
	f.Add("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$a2V5a2V5a2V5a2V5", "x")
	f.Fuzz(func(t *testing.T, hash, password string) {
		if strings.Count(hash, "$") != 5 && matches(hash, password) {
			t.Errorf("%q matches %q", password, hash)
		}
	})
}
