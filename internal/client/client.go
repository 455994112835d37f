package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"berth/scheduler"
)

// Options name a server, and who asks it: the owner of a token, or a user with a password.
type Options struct {
	Server   string // its address, such as https://berth.example.org
	Token    string
	User     string
	Password string
	Insecure bool          // also without encryption to another machine
	Timeout  time.Duration // of a call; 0 for a minute
	Agent    string        // names the program in the server's log
}

const (
	prefix = "/api/v1"
	// maxAnswer bounds an answer: a facility with 1,000 testbeds takes less than a tenth of it.
	maxAnswer = 64 << 20
	usualWait = time.Minute
)

// Client asks one server. It is safe for concurrent use.
type Client struct {
	base    *url.URL
	options Options
	http    *http.Client
}

// New makes a client; it asks nothing yet. It returns CodeInvalid for an address that is none, or that would show the token on the way.
func New(o Options) (*Client, error) {
	base, err := url.Parse(strings.TrimRight(o.Server, "/"))
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, invalid("server", "must be an address such as https://berth.example.org")
	}
	if base.Scheme == "http" && !o.Insecure && !loopback(base.Hostname()) {
		return nil, invalid("server", "must begin with https, unless it is on this machine: a token would be readable on the way")
	}
	if o.Timeout == 0 {
		o.Timeout = usualWait
	}
	stay := func(r *http.Request, _ []*http.Request) error {
		return fmt.Errorf("the server leads to %s; give the address that it leads to", r.URL.Redacted())
	}
	return &Client{base, o, &http.Client{CheckRedirect: stay}}, nil
}

func invalid(field, rule string) error {
	return &scheduler.Error{Code: scheduler.CodeInvalid, Message: "the input breaks a rule", Fields: []scheduler.FieldError{{Field: field, Rule: rule}}}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Server returns the address of the server.
func (c *Client) Server() string { return c.base.String() }

// Answer is what the server said: its value, and the text that it came in.
type Answer[T any] struct {
	Value    T
	Raw      json.RawMessage
	Revision string // its ETag
}

// call is one question.
type call struct {
	method, path string
	query        url.Values
	body         any    // sent as JSON; nil for none
	text         []byte // a document in YAML or JSON, instead
	once         string // idempotency key, if any
	revision     string // for If-Match, if any
	accept       string // JSON by default
}

// ask asks the server once, and reads the answer into a value.
func ask[T any](ctx context.Context, c *Client, q call) (a Answer[T], err error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	response, err := c.send(ctx, q)
	if err != nil {
		return a, err
	}
	defer response.Body.Close()
	a.Revision = response.Header.Get("ETag")
	if a.Raw, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer+1)); err != nil {
		return a, unreachable(c, err)
	}
	if len(a.Raw) > maxAnswer {
		return a, scheduler.Errorf(scheduler.CodeUnavailable, "the answer of %s is longer than %d MB", c.Server(), maxAnswer>>20)
	}
	if response.StatusCode == http.StatusNoContent || q.accept != "" {
		return a, nil
	}
	if err := json.Unmarshal(a.Raw, &a.Value); err != nil {
		return a, scheduler.Errorf(scheduler.CodeUnavailable, "%s does not answer as a Berth server does: %v", c.Server(), err)
	}
	return a, nil
}

// send sends a question, and returns an answer that is a success.
func (c *Client) send(ctx context.Context, q call) (*http.Response, error) {
	var body io.Reader
	if q.body != nil {
		b, err := json.Marshal(q.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	} else if q.text != nil {
		body = bytes.NewReader(q.text)
	}
	address := c.base.String() + prefix + q.path
	if len(q.query) > 0 {
		address += "?" + q.query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, q.method, address, body)
	if err != nil {
		return nil, err
	}
	set := func(name, value string) {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	set("User-Agent", c.options.Agent)
	set("Idempotency-Key", q.once)
	set("If-Match", q.revision)
	set("Accept", "application/json, application/problem+json")
	set("Accept", q.accept)
	switch {
	case q.text != nil:
		set("Content-Type", "application/yaml")
	case body != nil:
		set("Content-Type", "application/json")
	}
	switch {
	case c.options.Token != "":
		set("Authorization", "Bearer "+c.options.Token)
	case c.options.User != "":
		r.SetBasicAuth(c.options.User, c.options.Password)
	}
	response, err := c.http.Do(r)
	if err != nil {
		return nil, unreachable(c, err)
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		defer response.Body.Close()
		return nil, c.refusal(response)
	}
	return response, nil
}

// unreachable words that there was no answer.
func unreachable(c *Client, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	if wrong, ok := errors.AsType[*url.Error](err); ok {
		err = wrong.Err
	}
	return scheduler.Errorf(scheduler.CodeUnavailable, "%s does not answer: %v", c.Server(), err)
}
