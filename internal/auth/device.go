package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds/plain"
)

// A program without a browser signs in by a code (RFC 8628): it shows a short code, a person who is signed in types it on a page, sees who asks for what,
// and confirms; the program, which asks every few seconds, then gets a token of that person. What waits is kept in the database, so that each process can
// answer for it.

const (
	deviceFor    = 10 * time.Minute
	devicePace   = 5 * time.Second
	maxPolls     = 300  // questions of one program; at its pace it asks 120 times
	maxAsking    = 20   // programs that wait, from one address
	maxAskingAll = 1000 // and from all
	maxAsked     = 60   // programs that begin to wait within failWindow, from one address
	maxCodes     = 10   // wrong codes of one person within failWindow
)

// codeLetters make short codes: without vowels, so that no words come about, and without signs that look alike (RFC 8628, section 6.1).
const codeLetters = "BCDFGHJKLMNPQRSTVWXZ"

// codeLength gives 20^8 codes: with ten tries in five minutes, nobody finds one of a thousand.
const codeLength = 8

var errCode = scheduler.Errorf(scheduler.CodeNotFound, "there is no such code, or it has expired: look at the program again, or start anew")

// AskDevice begins to wait for somebody who lets a program act for them. It returns CodeInvalid, CodeUnavailable where too many wait, and TooMany.
func (a *Auth) AskDevice(ctx context.Context, remote, program string, scopes []account.Scope) (c account.DeviceCodes, err error) {
	from, now := originOf(remote), a.clock().UTC().Truncate(time.Second)
	if fields := checkDevice(program, scopes); len(fields) > 0 {
		return c, &scheduler.Error{Code: scheduler.CodeInvalid, Message: "the program cannot ask for this", Fields: fields}
	}
	if wait := a.limits.wrong(limit{key: "devices from " + from, most: maxAsked}); wait > 0 {
		return c, TooMany{wait}
	}
	c = account.DeviceCodes{Secret: newSecret(), Code: newCode(), Expires: now.Add(deviceFor), Pace: devicePace}
	d := account.DeviceLogin{Hash: digest(c.Secret), Code: codeDigest(c.Code), Program: program, Address: from, Scopes: scopes, Asked: now, Expires: c.Expires, Pace: int(devicePace / time.Second)}
	return c, a.store.Change(ctx, nil, func(tx scheduler.Tx) error {
		if err := tx.ForgetDeviceLogins(ctx, now); err != nil {
			return err
		}
		own, all, err := tx.DeviceLogins(ctx, from, now)
		if err != nil {
			return err
		}
		if own >= maxAsking || all >= maxAskingAll {
			return scheduler.Errorf(scheduler.CodeUnavailable, "too many programs wait for a confirmation at present, %d of them from your address; try again in %d minutes, or sign in with a token", own, int(deviceFor/time.Minute))
		}
		return tx.AddDeviceLogin(ctx, d)
	})
}

func checkDevice(program string, scopes []account.Scope) (bad []scheduler.FieldError) {
	if program == "" || plain.Line(program, maxTokenName) != "" {
		bad = append(bad, scheduler.FieldError{Field: "client_id", Rule: fmt.Sprintf("must name the program in 1 to %d characters on one line", maxTokenName)})
	}
	for i, s := range scopes {
		if !slices.Contains(account.DeviceScopes, s) || slices.Contains(scopes[:i], s) {
			bad = append(bad, scheduler.FieldError{Field: "scope", Rule: "must be of read, write and admin, each at most once"})
			break
		}
	}
	if len(scopes) == 0 {
		bad = append(bad, scheduler.FieldError{Field: "scope", Rule: "must name at least one of read, write and admin"})
	}
	return bad
}

// newCode draws a short code, written in two halves.
func newCode() string {
	b := make([]byte, 0, codeLength)
	for one := make([]byte, 1); len(b) < codeLength; {
		rand.Read(one)
		if n := int(one[0]); n < 256/len(codeLetters)*len(codeLetters) { // each letter is equally likely
			b = append(b, codeLetters[n%len(codeLetters)])
		}
	}
	return string(b[:codeLength/2]) + "-" + string(b[codeLength/2:])
}

// bareCode reads a code as people type it: in small letters, with spaces, without the hyphen. ok is false for what cannot be one.
func bareCode(typed string) (code string, ok bool) {
	code = strings.NewReplacer("-", "", "–", "", " ", "").Replace(strings.ToUpper(strings.TrimSpace(plain.Clip(typed, 4*codeLength))))
	return code, len(code) == codeLength && strings.Trim(code, codeLetters) == ""
}

func codeDigest(typed string) string {
	code, _ := bareCode(typed)
	sum := sha256.Sum256([]byte("code " + code))
	return hex.EncodeToString(sum[:])
}

// Device reads the program behind a short code, for the page on which the person decides. It returns CodeNotFound, and TooMany for a person who guesses.
func (a *Auth) Device(ctx context.Context, actor account.Actor, code string) (d account.DeviceLogin, err error) {
	if !actor.Can(account.ScopeAdmin) {
		return d, forbidden("only a person who is signed in on the pages can let a program in")
	}
	if _, ok := bareCode(code); ok {
		err = a.store.View(ctx, func(tx scheduler.Reader) error {
			d, err = tx.DeviceLoginByCode(ctx, codeDigest(code))
			return err
		})
		if err == nil && a.clock().Before(d.Expires) && d.Answer == account.LoginWaits {
			return d, nil
		}
		if err != nil && scheduler.CodeOf(err) != scheduler.CodeNotFound {
			return account.DeviceLogin{}, err
		}
	}
	if wait := a.limits.wrong(limit{key: "codes of " + actor.Username, most: maxCodes}); wait > 0 {
		return account.DeviceLogin{}, TooMany{wait}
	}
	return account.DeviceLogin{}, errCode
}

// AnswerDevice lets the program behind a short code act for the actor within scopes, at most those that it asked for, until an instant; without scopes
// it refuses. The first answer counts. It returns CodeNotFound and TooMany as Device does, CodeInvalid and CodeConflict.
func (a *Auth) AnswerDevice(ctx context.Context, actor account.Actor, code string, scopes []account.Scope, until *time.Time) (account.DeviceLogin, error) {
	d, err := a.Device(ctx, actor, code)
	if err != nil {
		return d, err
	}
	now := a.clock().UTC().Truncate(time.Second)
	d.Answer, d.Person, d.Until = account.LoginRefused, actor.Username, nil
	text := fmt.Sprintf("%s may not act for %s", d.Program, actor.Username)
	if len(scopes) > 0 {
		for _, s := range scopes {
			if !slices.Contains(d.Scopes, s) {
				return d, &scheduler.Error{Code: scheduler.CodeInvalid, Message: "the program did not ask for this", Fields: []scheduler.FieldError{{Field: "rights", Rule: "must be among those that the program asks for"}}}
			}
		}
		d.Answer, d.Scopes, d.Until = account.LoginConfirmed, scopes, until
		t := account.Token{Owner: actor.Username, Name: d.Program, Scopes: scopes, Expires: until}
		if err := checkToken(actor, t, now); err != nil {
			return d, err
		}
		text = fmt.Sprintf("%s may act for %s", d.Program, actor.Username)
	}
	err = a.store.Change(ctx, nil, func(tx scheduler.Tx) error {
		if err := a.room(ctx, tx, account.Token{Owner: actor.Username}, now); err != nil && len(scopes) > 0 {
			return err
		}
		if err := tx.AnswerDeviceLogin(ctx, d); err != nil {
			return err
		}
		return tx.AddAccountEvent(ctx, account.AuditEvent{At: now, Actor: actor.Username, Person: actor.Username, Action: account.Confirmed, Address: d.Address, Text: text})
	})
	return d, err
}

// PollDevice answers a program that waits: with its token, once, or with the state in which it is. It returns TooMany for secrets that are guessed.
func (a *Auth) PollDevice(ctx context.Context, remote, secret string) (token string, t account.Token, state account.LoginState, err error) {
	hash, now := digest(secret), a.clock().UTC()
	known := len(secret) <= longest && strings.HasPrefix(secret, tokenPrefix)
	err = a.store.Change(ctx, nil, func(tx scheduler.Tx) (err error) {
		token, t, state = "", account.Token{}, account.LoginExpired // the transaction may run again
		if !known {
			return nil
		}
		d, err := tx.DeviceLogin(ctx, hash)
		if scheduler.CodeOf(err) == scheduler.CodeNotFound {
			known = false
			return nil
		}
		if err != nil {
			return err
		}
		switch hasty := d.Polled != nil && now.Sub(*d.Polled) < time.Duration(d.Pace)*time.Second; {
		case !now.Before(d.Expires), d.Polls >= maxPolls:
			_, err = tx.EndDeviceLogin(ctx, hash)
			return err
		case hasty:
			state = account.LoginHasty
			d.Pace += int(devicePace / time.Second)
		case d.Answer == account.LoginConfirmed:
			token, t, state, err = a.handOver(ctx, tx, d, now)
			return err
		case d.Answer == account.LoginRefused:
			state = account.LoginDenied
			_, err = tx.EndDeviceLogin(ctx, hash)
			return err
		default:
			state = account.LoginPending
		}
		d.Polls++
		d.Polled = &now
		return tx.PollDeviceLogin(ctx, d)
	})
	if err == nil && !known {
		if wait := a.limits.wrong(limit{key: "device secrets from " + originOf(remote), most: maxTokens}); wait > 0 {
			return "", t, state, TooMany{wait}
		}
	}
	return token, t, state, err
}

// handOver makes the token of a program that was confirmed, and ends its waiting. A person who may not sign in any more lets nobody in.
func (a *Auth) handOver(ctx context.Context, tx scheduler.Tx, d account.DeviceLogin, now time.Time) (secret string, t account.Token, state account.LoginState, err error) {
	ended, err := tx.EndDeviceLogin(ctx, d.Hash)
	if err != nil || !ended {
		return "", t, account.LoginExpired, err
	}
	p, err := tx.Person(ctx, d.Person)
	if err != nil {
		return "", t, "", err
	}
	if p.Disabled {
		return "", t, account.LoginDenied, nil
	}
	id, err := uuid.NewV7()
	if err != nil {
		return "", t, "", err
	}
	secret, now = newSecret(), now.Truncate(time.Second)
	t = account.Token{ID: id.String(), Owner: p.Username, Name: d.Program, Hash: digest(secret), Scopes: d.Scopes, Created: now, Expires: d.Until}
	if err := a.room(ctx, tx, t, now); err != nil {
		return "", t, account.LoginDenied, nil
	}
	if err := tx.PutToken(ctx, t); err != nil {
		return "", t, "", err
	}
	return secret, t, "", tx.AddAccountEvent(ctx, account.AuditEvent{At: now, Actor: p.Username, Person: p.Username, Action: account.TokenMade, Address: d.Address, Text: tokenText(t)})
}
