package portal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"berth/internal/remote"
)

// Options name the portal and the account.
type Options struct {
	URL     string                 // of its API, such as https://portal.example.org/5ginfireportal/services/api/repo
	Key     string                 // of an account, for the header X-APIKEY
	Reread  func() (string, error) // the current key; nil if it never changes
	Trust   remote.Trust
	Timeout time.Duration // of one call; default 30 s
}

// Client talks to one portal as one account. It is safe for concurrent use.
type Client struct {
	base *url.URL
	o    Options
	http *http.Client

	mu  sync.Mutex
	key string
}

const (
	usualTimeout = 30 * time.Second
	maxAnswer    = 32 << 20 // bytes
	maxItems     = 10_000   // of a list
)

// New makes a client, without any request.
func New(o Options) (*Client, error) {
	base, err := url.Parse(strings.TrimSuffix(o.URL, "/"))
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" || base.RawQuery != "" || base.User != nil || base.Fragment != "" {
		return nil, errors.New("the address of the portal must be http(s)://host/path, without a query or a user")
	}
	if o.Key == "" {
		return nil, errors.New("a key is required")
	}
	if o.Timeout <= 0 {
		o.Timeout = usualTimeout
	}
	carrier, err := remote.Transport(o.Trust, o.Timeout)
	if err != nil {
		return nil, err
	}
	return &Client{base: base, o: o, key: o.Key,
		http: &http.Client{Transport: remote.Traced(carrier), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

// Page returns the address of a deployment's page, as the portal's own mails and tickets name it.
func (c *Client) Page(id int64) string {
	return fmt.Sprintf("%s://%s/#!/edit_deployment/%d", c.base.Scheme, c.base.Host, id)
}

// Deployments lists the deployments that are not over; the first generation lists all. A record that cannot be believed has a Fault.
func (c *Client) Deployments(ctx context.Context) ([]Deployment, error) {
	var raw []json.RawMessage
	if err := c.call(ctx, "listing the deployments", http.MethodGet, "admin/deployments", nil, &raw); err != nil {
		return nil, err
	}
	list := make([]Deployment, len(raw))
	for i, r := range raw {
		list[i] = readDeployment(r)
	}
	return list, nil
}

// Deployment reads one.
func (c *Client) Deployment(ctx context.Context, id int64) (d Deployment, err error) {
	doing := fmt.Sprintf("reading deployment %d", id)
	var raw json.RawMessage
	if err := c.call(ctx, doing, http.MethodGet, fmt.Sprintf("admin/deployments/%d", id), nil, &raw); err != nil {
		return d, err
	}
	if len(bytes.TrimSpace(raw)) == 0 || string(bytes.TrimSpace(raw)) == "null" { // an empty answer instead of 404
		return d, &Error{Doing: doing, Status: http.StatusNotFound}
	}
	if d = readDeployment(raw); d.ID != id {
		return d, &Error{Doing: doing, Status: http.StatusOK, Detail: fmt.Sprintf("it is deployment %d that was sent", d.ID)}
	}
	return d, nil
}

// Put changes a deployment: the given fields of the record that was read. Everything else is sent back as it came. The portal chooses the record by
// the id in the body, which is therefore always that of the path.
func (c *Client) Put(ctx context.Context, d Deployment, fields map[string]any) error {
	body := maps.Clone(d.Raw)
	if body == nil {
		body = map[string]json.RawMessage{}
	}
	all := maps.Clone(fields)
	if all == nil {
		all = map[string]any{}
	}
	all["id"] = d.ID
	for name, v := range all {
		raw, err := json.Marshal(v)
		if err != nil {
			return &Error{Doing: "changing a deployment", Cause: fmt.Errorf("%s cannot be written", name)}
		}
		body[name] = raw
	}
	return c.call(ctx, fmt.Sprintf("changing deployment %d", d.ID), http.MethodPut, fmt.Sprintf("admin/deployments/%d", d.ID), body, nil)
}

// Infrastructures lists the VIMs that the portal knows.
func (c *Client) Infrastructures(ctx context.Context) (list []Infrastructure, err error) {
	err = c.call(ctx, "listing the infrastructures", http.MethodGet, "admin/infrastructures/", nil, &list)
	return list, err
}

// Experiments lists the NSDs that the portal knows.
func (c *Client) Experiments(ctx context.Context) (list []Experiment, err error) {
	err = c.call(ctx, "listing the experiments", http.MethodGet, "experiments", nil, &list)
	return list, err
}

// call makes a call. A key that the portal does not know is read anew once: it may have been renewed.
func (c *Client) call(ctx context.Context, doing, method, path string, body, into any) error {
	key := c.current()
	err := c.exchange(ctx, key, doing, method, path, body, into)
	e, ok := AsError(err)
	if !ok || !e.IsSignIn() || c.o.Reread == nil {
		return err
	}
	fresh, readErr := c.o.Reread()
	if readErr != nil || fresh == "" || fresh == key {
		return err
	}
	c.mu.Lock()
	c.key = fresh
	c.mu.Unlock()
	return c.exchange(ctx, fresh, doing, method, path, body, into)
}

func (c *Client) current() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.key
}

// exchange makes one call, and reads the answer into a value unless that is nil.
func (c *Client) exchange(ctx context.Context, key, doing, method, path string, body, into any) error {
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	e := &Error{Doing: doing, wrote: method != http.MethodGet}
	var sent io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			e.Cause, e.wrote = errors.New("the request cannot be written"), false
			return e
		}
		sent = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base.JoinPath(path).String(), sent)
	if err != nil {
		e.Cause, e.wrote = errors.New("the request cannot be made"), false
		return e
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("X-APIKEY", key)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http.Do(req)
	if err != nil {
		e.Cause = remote.Unaddressed(err)
		return e
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		e.Cause = remote.Unaddressed(err)
		return e
	}
	e.Status = res.StatusCode
	if len(raw) > maxAnswer {
		e.Detail = "the answer is too long"
		return e
	}
	return e.understand(raw, key, into)
}

// understand tells success from failure: success is a status of 2xx and, where one is wanted, a readable answer. It returns nil for success.
func (e *Error) understand(raw []byte, key string, into any) error {
	if e.Status < 200 || e.Status > 299 {
		e.Detail = remote.Masked(string(raw[:min(len(raw), 4096)]), key)
		return e
	}
	if into == nil {
		return nil
	}
	if err := remote.Bounded(raw, maxItems); err != nil {
		e.Detail = err.Error()
		return e
	}
	if one, ok := into.(*json.RawMessage); ok && (len(bytes.TrimSpace(raw)) == 0 || e.Status == http.StatusNoContent) {
		*one = nil
		return nil
	}
	if err := json.Unmarshal(raw, into); err != nil {
		e.Detail = "the answer is not what a portal answers: is url that of its API?"
		return e
	}
	return nil
}
