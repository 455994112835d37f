package bugzilla

import (
	"context"
	"net/url"
)

// way is the place where a server looks for the key of a read. Newer ones read the header; 5.0 and 5.2 read only the address, and silently
// treat a key in the header as an anonymous call.
type way int

const (
	unknown way = iota
	inHeader
	inQuery
)

func (w way) String() string {
	if w == inQuery {
		return "in the address of what is read: this version does not look at the header"
	}
	return "in a header"
}

// signature identifies the caller.
type signature struct {
	key string
	way way
}

// SignIn finds out where the server looks for the key, and whether the key belongs to the account.
func (c *Client) SignIn(ctx context.Context) (way string, err error) {
	err = c.signed(ctx, "signing in", func(s signature) error {
		way = s.way.String()
		ok, err := c.valid(ctx, s)
		if err == nil && !ok {
			err = c.notTaken("signing in")
		}
		return err
	})
	return way, err
}

// signed makes a call with the key. If the server refuses it, the key may have changed: signed reads it anew, and repeats the call once.
func (c *Client) signed(ctx context.Context, doing string, call func(signature) error) error {
	s, err := c.signature(ctx, doing)
	if err == nil {
		err = call(s)
	}
	if !IsSignIn(err) || !c.renewed(s) {
		return err
	}
	if s, err = c.signature(ctx, doing); err != nil {
		return err
	}
	return call(s)
}

// signature returns the key and its place, which it finds out before the first call and after each refusal.
func (c *Client) signature(ctx context.Context, doing string) (signature, error) {
	c.mu.Lock()
	s := signature{c.key, c.way}
	c.mu.Unlock()
	if s.way != unknown {
		return s, nil
	}
	for _, s.way = range []way{inHeader, inQuery} {
		ok, err := c.valid(ctx, s)
		if err != nil && code(err) != codeNotLoggedIn { // from a server with requirelogin
			return s, err
		}
		if ok {
			c.mu.Lock()
			defer c.mu.Unlock()
			if c.key == s.key {
				c.way = s.way
			}
			return s, nil
		}
	}
	return s, c.notTaken(doing)
}

// valid reports whether the server recognises the account by a signature.
func (c *Client) valid(ctx context.Context, s signature) (ok bool, err error) {
	err = c.read(ctx, s, "signing in", "valid_login", url.Values{"login": {c.o.Login}}, "result", &ok)
	return ok, err
}

func (c *Client) notTaken(doing string) error {
	return &Error{Doing: doing, Code: codeNotTaken, Message: "Bugzilla does not take the key for that of " + c.o.Login, Answered: true}
}

// renewed drops a refused signature, and reports whether there is another key by now.
func (c *Client) renewed(refused signature) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.way = unknown
	if c.o.Reread != nil {
		if key, err := c.o.Reread(); err == nil && key != "" {
			c.key = key
		}
	}
	return c.key != refused.key
}
