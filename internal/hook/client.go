package hook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"berth/internal/remote"
	"berth/scheduler"
)

// Options name the address, and how it is called.
type Options struct {
	URL     string
	Token   string // sent as a bearer; empty for none
	Timeout time.Duration
	Private bool   // the name may stand for an address that is not public
	Version string // of Berth
	// Observe is told of each call: what became of it, and how long it took. nil for nobody.
	Observe func(outcome string, took time.Duration)
}

// What becomes of a call.
const (
	Allowed    = "allowed"
	Refused    = "refused"
	Unanswered = "unanswered"
)

// Outcomes lists them.
var Outcomes = []string{Allowed, Refused, Unanswered}

const (
	maxAnswer  = 64 << 10 // bytes
	maxReasons = 10
	atOnce     = 16 // calls; others wait for their turn, within their time
)

// Client is a scheduler.Hook. It is safe for concurrent use.
type Client struct {
	o    Options
	http *http.Client
	turn chan struct{}
}

// New makes a client, without any call.
func New(o Options) (*Client, error) {
	transport, err := remote.Transport(remote.Trust{Private: o.Private}, o.Timeout)
	if err != nil {
		return nil, err
	}
	transport.MaxIdleConnsPerHost = atOnce
	if o.Observe == nil {
		o.Observe = func(string, time.Duration) {}
	}
	return &Client{o: o, turn: make(chan struct{}, atOnce), http: &http.Client{Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

// Ask returns the reasons against what is asked; none where it is allowed. An error says that there was no answer. It never holds the token.
func (c *Client) Ask(ctx context.Context, q scheduler.HookQuestion) (reasons []string, err error) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	reasons, err = c.ask(ctx, q)
	outcome := Allowed
	switch {
	case err != nil:
		outcome, err = Unanswered, errors.New(remote.Masked(remote.Unaddressed(err).Error(), c.o.Token))
	case len(reasons) > 0:
		outcome = Refused
	}
	c.o.Observe(outcome, time.Since(began))
	return reasons, err
}

func (c *Client) ask(ctx context.Context, q scheduler.HookQuestion) ([]string, error) {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	body, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.o.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "Berth/"+c.o.Version)
	if c.o.Token != "" {
		r.Header.Set("Authorization", "Bearer "+c.o.Token)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusNoContent:
		return nil, nil
	case http.StatusForbidden:
		return refusal(answer)
	}
	return nil, fmt.Errorf("it answered %s, neither 204 nor 403", answer.Status)
}

// refusal reads the reasons of a 403. One that any proxy could have sent is no answer.
func refusal(answer *http.Response) ([]string, error) {
	if kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")); kind != "application/json" && kind != "application/problem+json" {
		return nil, errors.New("it answered 403 without reasons in JSON")
	}
	raw, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > maxAnswer {
		return nil, fmt.Errorf("its answer has more than %d bytes", maxAnswer)
	}
	if err := remote.Bounded(raw, 1000); err != nil {
		return nil, err
	}
	var said struct {
		Reasons []string `json:"reasons"`
	}
	if err := json.Unmarshal(raw, &said); err != nil {
		return nil, errors.New("it answered 403 without reasons in JSON")
	}
	var reasons []string
	for _, text := range said.Reasons {
		if text = remote.Clip(text); text != "" && len(reasons) < maxReasons {
			reasons = append(reasons, text)
		}
	}
	if len(reasons) == 0 {
		return nil, errors.New("it answered 403 without reasons in JSON")
	}
	return reasons, nil
}
