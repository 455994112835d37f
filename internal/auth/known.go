package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"
)

// known remembers for a while that a password had a hash, so that a client that sends it with every request does not cost a slow hash each
// time, and passes whatever others try meanwhile. It stores only a keyed digest of both, so a changed password is unknown.
type known struct {
	key   []byte
	mu    sync.Mutex
	until map[[32]byte]time.Time
}

const (
	knownFor = 24 * time.Hour
	knownMax = 10_000
)

func newKnown() *known {
	key := make([]byte, 32)
	rand.Read(key)
	return &known{key: key, until: map[[32]byte]time.Time{}}
}

func (k *known) of(hash, password string) (id [32]byte) {
	h := hmac.New(sha256.New, k.key)
	h.Write([]byte(hash + "\x00" + password))
	copy(id[:], h.Sum(nil))
	return id
}

func (k *known) has(now time.Time, hash, password string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return now.Before(k.until[k.of(hash, password)])
}

func (k *known) add(now time.Time, hash, password string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.until) >= knownMax {
		clear(k.until)
	}
	k.until[k.of(hash, password)] = now.Add(knownFor)
}
