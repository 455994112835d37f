package osm

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

// Options name the server and the account.
type Options struct {
	URL         string // of the NBI, such as https://osm.example.org:9999; /osm is added
	User        string
	Password    string
	Reread      func() (string, error) // the current password; nil if it never changes
	Project     string                 // empty: the account's own
	CA          []byte                 // certificates in PEM that sign the server's; empty: those of the system
	Fingerprint string                 // SHA-256 of the server's certificate in hexadecimal, instead of a signature
	Private     bool                   // a name may stand for an address that is not public
	Timeout     time.Duration          // of one call; default 30 s
	Clock       func() time.Time       // mandatory
}

// Client talks to one OSM as one account. It is safe for concurrent use.
type Client struct {
	base  *url.URL
	o     Options
	http  *http.Client
	entry *remote.Keeper
}

const (
	usualTimeout = 30 * time.Second
	maxAnswer    = 32 << 20 // bytes
	maxItems     = 10_000   // of a list
)

// New makes a client, without any request.
func New(o Options) (*Client, error) {
	base, err := address(o.URL)
	if err != nil {
		return nil, err
	}
	if o.User == "" || o.Password == "" {
		return nil, errors.New("a user and a password are required")
	}
	if o.Timeout <= 0 {
		o.Timeout = usualTimeout
	}
	carrier, err := remote.Transport(remote.Trust{CA: o.CA, Fingerprint: o.Fingerprint, Private: o.Private}, o.Timeout)
	if err != nil {
		return nil, err
	}
	c := &Client{base: base, o: o}
	c.entry = c.keeper()
	c.http = &http.Client{Transport: remote.Traced(carrier), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return c, nil
}

// address reads the address of an NBI, with or without /osm at its end.
func address(text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSuffix(strings.TrimSuffix(text, "/"), "/osm"))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.User != nil || u.Fragment != "" {
		return nil, errors.New("the address of OSM must be http(s)://host:port, without a query or a user")
	}
	return u.JoinPath("osm"), nil
}

// call makes a signed-in call. A token that the server does not know any more is replaced once.
func (c *Client) call(ctx context.Context, doing, method, path string, query url.Values, body, into any) error {
	token, err := c.token(ctx)
	if err != nil {
		return err
	}
	err = c.exchange(ctx, token, doing, method, path, query, body, into)
	if e, ok := errors.AsType[*Error](err); !ok || e.Status != http.StatusUnauthorized {
		return err
	}
	c.entry.Drop(token)
	if token, err = c.token(ctx); err != nil {
		return err
	}
	return c.exchange(ctx, token, doing, method, path, query, body, into)
}

// exchange makes one call, and reads the answer into a value unless that is nil.
func (c *Client) exchange(ctx context.Context, token, doing, method, path string, query url.Values, body, into any) error {
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	var sent io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return &Error{Doing: doing, Cause: errors.New("the request cannot be written")}
		}
		sent = bytes.NewReader(raw)
	}
	u := c.base.JoinPath(path)
	u.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, method, u.String(), sent)
	if err != nil {
		return &Error{Doing: doing, Cause: errors.New("the request cannot be made")}
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	wrote := method != http.MethodGet
	res, err := c.http.Do(req)
	if err != nil {
		return &Error{Doing: doing, Cause: remote.Unaddressed(err), wrote: wrote}
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		return &Error{Doing: doing, Cause: remote.Unaddressed(err), wrote: wrote}
	case len(raw) > maxAnswer:
		return &Error{Doing: doing, Status: res.StatusCode, Detail: "the answer is too long", wrote: wrote}
	}
	return c.understand(doing, res.StatusCode, wrote, raw, into)
}

// understand tells success from failure: success is a status of 2xx and, where one is wanted, a readable answer. Releases differ in which
// status of 2xx they send.
func (c *Client) understand(doing string, status int, wrote bool, raw []byte, into any) error {
	e := &Error{Doing: doing, Status: status, wrote: wrote}
	if err := remote.Bounded(raw, maxItems); err != nil {
		e.Detail = err.Error()
		return e
	}
	if status < 200 || status > 299 {
		var said struct {
			Code   string `json:"code"`
			Detail any    `json:"detail"`
		}
		_ = json.Unmarshal(raw, &said)
		e.Code = said.Code
		if text, ok := said.Detail.(string); ok {
			e.Detail = c.masked(text)
		}
		return e
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(raw, into); err != nil {
		e.Detail = "the answer is not what OSM answers"
		return e
	}
	return nil
}

// masked makes one line of a text from OSM, without the secrets of this client.
func (c *Client) masked(text string) string { return remote.Masked(text, c.entry.Secrets()...) }

// Clip makes one line of a text from OSM that a log or a page can take: printable, and not too long.
func Clip(text string) string { return remote.Clip(text) }
