package remote

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/argon2"
)

// Signing is how a client gets a token from another system.
type Signing struct {
	Clock  func() time.Time
	Secret string                 // the password or client secret of the settings
	Reread func() (string, error) // the present one: a file may change; nil: it is Secret
	// SignIn gets a token for a secret, and says how long to use it. refused says that the secret was not taken: it is not tried again, for systems lock
	// accounts after a few attempts.
	SignIn func(ctx context.Context, secret string) (token string, lasts time.Duration, refused bool, err error)
	Before error // returned for a secret that another process saw refused
}

// ErrNoSecret says that the secret is empty or cannot be read.
var ErrNoSecret = errors.New("the secret cannot be read")

// Keeper keeps the token of a client, and gets a new one in time. It is safe for concurrent use.
type Keeper struct {
	o    Signing
	turn chan struct{} // held by the one that signs in

	mu      sync.Mutex
	token   string
	until   time.Time // when it is renewed
	used    string    // the secret of the token
	refused *refusal
}

// refusal is a secret that was not taken.
type refusal struct {
	secret string
	err    error
}

// NewKeeper makes a keeper without a token.
func NewKeeper(o Signing) *Keeper { return &Keeper{o: o, turn: make(chan struct{}, 1)} }

// Token returns a token that is good for a while. It returns ErrNoSecret, the context's error, or one of SignIn.
func (k *Keeper) Token(ctx context.Context) (string, error) {
	select {
	case k.turn <- struct{}{}:
		defer func() { <-k.turn }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if token := k.current(); token != "" {
		return token, nil
	}
	secret, err := k.secret()
	if err != nil || secret == "" {
		return "", ErrNoSecret
	}
	if before := k.before(secret); before != nil {
		return "", before
	}
	k.note(secret)
	token, lasts, refused, err := k.o.SignIn(ctx, secret)
	if refused {
		k.refuse(secret, err)
	}
	if err != nil {
		return "", err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.token, k.until, k.refused = token, k.o.Clock().Add(lasts), nil
	return token, nil
}

// current returns the token, unless it is to be renewed.
func (k *Keeper) current() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.o.Clock().Before(k.until) {
		return ""
	}
	return k.token
}

// Drop forgets a token that the server did not take.
func (k *Keeper) Drop(token string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.token == token {
		k.token = ""
	}
}

func (k *Keeper) secret() (string, error) {
	if k.o.Reread == nil {
		return k.o.Secret, nil
	}
	return k.o.Reread()
}

// note remembers the secret in use, to mask it.
func (k *Keeper) note(secret string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.used = secret
}

// Secrets lists what no text may show.
func (k *Keeper) Secrets() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return []string{k.token, k.used, k.o.Secret}
}

// before returns the error with which a secret was refused before.
func (k *Keeper) before(secret string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.refused == nil || k.refused.secret != secret {
		return nil
	}
	return k.refused.err
}

func (k *Keeper) refuse(secret string, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.token, k.refused = "", &refusal{secret, err}
}

// Seal returns what tells the refused secret again, in this process or another, and does not give it away; empty if none was refused.
func (k *Keeper) Seal() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.refused == nil {
		return ""
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt)
	return hex.EncodeToString(salt) + "$" + hex.EncodeToString(sealed(k.refused.secret, salt))
}

// Heed keeps the client from signing in with the secret of a seal. An empty seal lets it try again.
func (k *Keeper) Heed(seal string) {
	if seal == "" {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.refused = nil
		return
	}
	secret, err := k.secret()
	salt, sum, ok := strings.Cut(seal, "$")
	if err != nil || !ok || k.before(secret) != nil {
		return
	}
	raw, err := hex.DecodeString(salt)
	if err != nil || subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sealed(secret, raw))), []byte(sum)) != 1 {
		return
	}
	k.refuse(secret, k.o.Before)
}

func sealed(secret string, salt []byte) []byte {
	return argon2.IDKey([]byte(secret), salt, 1, 19<<10, 1, 32)
}
