package remote_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"berth/internal/remote"
)

// A token is used until it is to be renewed or was dropped; a refused secret is not tried again, in no process that heeds the seal, until it is another one.
func TestAKeeperNeverTriesARefusedSecretTwice(t *testing.T) {
	t.Parallel()
	errRefused, errBefore := errors.New("refused"), errors.New("refused before")
	now, secret, tries := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC), "right", 0
	keeper := func() *remote.Keeper {
		return remote.NewKeeper(remote.Signing{Clock: func() time.Time { return now }, Reread: func() (string, error) { return secret, nil }, Before: errBefore,
			SignIn: func(_ context.Context, given string) (string, time.Duration, bool, error) {
				tries++
				if given != "right" {
					return "", 0, true, errRefused
				}
				return string(rune('a' + tries)), time.Minute, false, nil
			}})
	}
	k := keeper()
	asks := func(k *remote.Keeper, want error, times int) (token string) {
		t.Helper()
		tries = 0
		token, err := k.Token(t.Context())
		if !errors.Is(err, want) || err == nil && token == "" || tries != times {
			t.Errorf("%q, %v after %d tries; want %v after %d", token, err, tries, want, times)
		}
		return token
	}
	asks(k, nil, 1)
	now = now.Add(time.Minute - 1)
	asks(k, nil, 0)
	now = now.Add(1)
	token := asks(k, nil, 1)
	k.Drop("another")
	asks(k, nil, 0)
	k.Drop(token)
	asks(k, nil, 1)
	if k.Seal() != "" {
		t.Error("nothing was refused")
	}
	now, secret = now.Add(time.Hour), "wrong"
	asks(k, errRefused, 1)
	asks(k, errRefused, 0)
	other := keeper()
	other.Heed(k.Seal())
	asks(other, errBefore, 0)
	other.Heed("")
	asks(other, errRefused, 1)
	secret = "right"
	asks(k, nil, 1)
	secret = ""
	now = now.Add(time.Hour)
	asks(k, remote.ErrNoSecret, 0)
	if got := k.Secrets(); got[1] != "right" {
		t.Errorf("masked would be %v", got)
	}
}
