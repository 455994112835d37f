package openslice

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"berth/internal/remote"
)

// Options name the server and the client that Keycloak knows.
type Options struct {
	URL      string // of the TMF APIs, such as https://openslice.example.org/tmf-api
	TokenURL string // of Keycloak's token endpoint
	Client   string
	Secret   string
	Reread   func() (string, error) // the current secret; nil if it never changes
	Trust    remote.Trust           // a fingerprint is that of the server at URL
	Timeout  time.Duration          // of one call; default 30 s
	Clock    func() time.Time       // mandatory
}

// Client talks to one Openslice. It is safe for concurrent use.
type Client struct {
	base    *url.URL
	o       Options
	http    *http.Client
	tokens  *http.Client // to the token endpoint
	session *remote.Keeper
}

const (
	usualTimeout = 30 * time.Second
	maxAnswer    = 64 << 20 // bytes of a list: Openslice lists all orders that there ever were
	maxOrder     = 4 << 20  // bytes of one order
	maxItems     = 100_000  // of a list
)

// New makes a client, without any request.
func New(o Options) (*Client, error) {
	base, err := address(o.URL, "the address of Openslice must be http(s)://host/tmf-api, without a query or a user")
	if err != nil {
		return nil, err
	}
	token, err := address(o.TokenURL, "the token endpoint must be http(s)://host/…/protocol/openid-connect/token, without a query or a user")
	if err != nil {
		return nil, err
	}
	if o.Client == "" || o.Secret == "" {
		return nil, errors.New("a client and its secret are required")
	}
	if o.Timeout <= 0 {
		o.Timeout = usualTimeout
	}
	c := &Client{base: base, o: o}
	c.session = c.keeper()
	if c.http, err = caller(o.Trust, o.Timeout); err != nil {
		return nil, err
	}
	keycloak := o.Trust
	if token.Host != base.Host {
		keycloak.Fingerprint = "" // it is the other server's
	}
	c.tokens, err = caller(keycloak, o.Timeout)
	return c, err
}

// caller makes calls that follow no redirection: a token is for one host.
func caller(t remote.Trust, timeout time.Duration) (*http.Client, error) {
	transport, err := remote.Transport(t, timeout)
	if err != nil {
		return nil, err
	}
	return &http.Client{Transport: remote.Traced(transport), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, nil
}

func address(text, rule string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSuffix(text, "/"))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.User != nil || u.Fragment != "" {
		return nil, errors.New(rule)
	}
	return u, nil
}

// call makes a call with a token. One that the server does not take any more is replaced once.
func (c *Client) call(ctx context.Context, doing, method, path string, body any, most int64) ([]byte, error) {
	token, err := c.token(ctx)
	if err != nil {
		return nil, err
	}
	raw, err := c.exchange(ctx, token, doing, method, path, body, most)
	if status(err) != http.StatusUnauthorized {
		return raw, err
	}
	c.session.Drop(token)
	if token, err = c.token(ctx); err != nil {
		return nil, err
	}
	return c.exchange(ctx, token, doing, method, path, body, most)
}

// exchange makes one call. It returns a body that is JSON within its bounds, or none.
func (c *Client) exchange(ctx context.Context, token, doing, method, path string, body any, most int64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	var sent io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return nil, &Error{Doing: doing, Cause: errors.New("the request cannot be written")}
		}
		sent = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base.JoinPath(path).String(), sent)
	if err != nil {
		return nil, &Error{Doing: doing, Cause: errors.New("the request cannot be made")}
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	wrote := method != http.MethodGet
	res, err := c.http.Do(req)
	if err != nil {
		return nil, &Error{Doing: doing, Cause: remote.Unaddressed(err), wrote: wrote}
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, most+1))
	switch {
	case err != nil:
		return nil, &Error{Doing: doing, Cause: remote.Unaddressed(err), wrote: wrote}
	case int64(len(raw)) > most:
		return nil, &Error{Doing: doing, Status: res.StatusCode, Detail: "the answer is too long", wrote: wrote}
	}
	return c.understand(doing, res.StatusCode, wrote, raw)
}

// understand tells success from failure: success is a status of 2xx with JSON, or without a body.
func (c *Client) understand(doing string, status int, wrote bool, raw []byte) ([]byte, error) {
	e := &Error{Doing: doing, Status: status, wrote: wrote}
	if err := remote.Bounded(raw, maxItems); err != nil {
		e.Detail = err.Error()
		return nil, e
	}
	if status < 200 || status > 299 {
		var said struct { // Spring's own errors, and TM Forum's
			Error, Message, Reason, Path any
		}
		_ = json.Unmarshal(raw, &said)
		e.Spring = said.Path != nil && said.Error != nil
		for _, text := range []any{said.Message, said.Reason, said.Error} {
			if s, ok := text.(string); ok && s != "" && e.Detail == "" {
				e.Detail = remote.Masked(s, c.session.Secrets()...)
			}
		}
		return nil, e
	}
	if len(bytes.TrimSpace(raw)) > 0 && !json.Valid(raw) {
		e.Detail = "the answer is not JSON"
		return nil, e
	}
	return raw, nil
}
