package auth

import (
	"sync"
	"time"

	"berth/scheduler/account"
)

// remembered holds the valid tokens that were looked up since people or tokens last changed, by their hashes. Every use asks the database for the
// number of that change (scheduler.State), so that nothing is remembered beyond it, whichever process made it.
type remembered struct {
	mu       sync.Mutex
	accounts int64 // number of the change after which the tokens were looked up
	tokens   map[string]*owned
}

// owned is a token with its owner, whose password is not kept.
type owned struct {
	token account.Token
	owner account.Actor
	used  time.Time // when its use was last recorded, or tried to be
}

const maxRemembered = 10_000

// get finds a token that was looked up at this number of changes. An older number than the last one finds nothing.
func (m *remembered) get(accounts int64, hash string) (owned, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if accounts > m.accounts || m.tokens == nil {
		m.accounts, m.tokens = accounts, map[string]*owned{}
	}
	x, known := m.tokens[hash]
	if accounts != m.accounts || !known {
		return owned{}, false
	}
	return *x, true
}

// put keeps a token that was read no earlier than this number of changes.
func (m *remembered) put(accounts int64, x owned) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if accounts != m.accounts || m.tokens == nil {
		return
	}
	if len(m.tokens) >= maxRemembered {
		clear(m.tokens)
	}
	m.tokens[x.token.Hash] = &x
}

// records reports whether this use of a token is to be recorded: of several at once, one is.
func (m *remembered) records(hash string, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	x, known := m.tokens[hash]
	if !known {
		return true
	}
	if now.Sub(x.used) <= usedEvery {
		return false
	}
	x.used = now
	return true
}
