package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"berth/internal/retry"
	"berth/scheduler"
	"berth/scheduler/account"
)

// Takes reports whether an event can concern a webhook.
func Takes(e scheduler.Event) bool { return scheduler.TellsWebhooks(e) }

// patience is the time for which a message is retried; then its webhook is switched off.
const patience = 5 * 24 * time.Hour

// Deliver tells the webhooks concerned by an event: for a message without a target it returns all targets, one with a target it sends.
func (d *Service) Deliver(ctx context.Context, m scheduler.Delivery) (targets []string, err error) {
	if m.Target == "" {
		return d.listeners(ctx, m.Event)
	}
	h, err := d.hooks.Webhook(ctx, account.System, m.Target)
	if scheduler.CodeOf(err) == scheduler.CodeNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if h.Off != "" {
		return nil, nil // it is switched off
	}
	if until := d.Resting(h); !until.IsZero() {
		return nil, errResting{until}
	}
	if may, err := d.hooks.WebhookMayKnow(ctx, h, m.Event); err != nil || !may {
		return nil, err
	}
	failure := d.send(ctx, h, messageID(h, m.Event), Payload{Type: kind(m.Event), Timestamp: m.Event.At, Data: d.data(m.Event)})
	off := ""
	switch {
	case failure == nil:
		return nil, nil
	case errors.As(failure, new(errGone)):
		off = "its address says that it is gone"
	case d.clock().Sub(m.Event.At) > patience && m.Attempts > 10:
		off = fmt.Sprintf("its address did not accept the event of %s for %d days: %v", m.Event.At.Format(time.RFC3339), int(patience/(24*time.Hour)), failure)
	default:
		return nil, failure
	}
	return nil, d.hooks.SwitchOffWebhook(ctx, h.ID, off)
}

// Resting returns the time until which the address of a webhook rests after several failures in a row; the zero time if it does not.
func (d *Service) Resting(h scheduler.Webhook) time.Time { return d.resting.rests(h.URL, d.clock()) }

// listeners lists the webhooks that an event concerns.
func (d *Service) listeners(ctx context.Context, e scheduler.Event) (targets []string, err error) {
	list, err := d.hooks.WebhooksFor(ctx, e)
	for _, h := range list {
		targets = append(targets, h.ID)
	}
	return targets, err
}

// Payload is the body of a call.
type Payload struct {
	Type      string    `json:"type"` // "request.schedule"
	Timestamp time.Time `json:"timestamp"`
	Data      Data      `json:"data"`
}

// Data is an event as in the stream of events, with the address of its request.
type Data struct {
	scheduler.Event
	URL string `json:"url,omitempty"` // of the request in the API
}

func kind(e scheduler.Event) string {
	if e.Request != "" {
		return "request." + string(e.Action)
	}
	return "facility." + string(e.Action)
}

func (d *Service) data(e scheduler.Event) Data {
	data := Data{Event: e}
	if e.Request != "" {
		data.URL = d.settings.Site + "/api/v1/requests/" + e.Request
	}
	return data
}

// messageID derives the identity of a webhook's message about an event, the same each time it is sent.
func messageID(h scheduler.Webhook, e scheduler.Event) string {
	return "msg_" + h.ID + "_" + strconv.FormatInt(e.Sequence, 10)
}

// Test sends a test call to a webhook at once, and returns its failure.
func (d *Service) Test(ctx context.Context, a account.Actor, id string) error {
	h, err := d.hooks.KeptWebhook(ctx, a, id)
	if err != nil {
		return err
	}
	now := d.now()
	e := scheduler.Event{At: now, Kind: "test", Actor: a.Username, Text: "a test of the webhook " + h.Name}
	if err := d.send(ctx, h, fmt.Sprintf("msg_%s_test_%d", h.ID, now.UnixNano()), Payload{Type: "test", Timestamp: now, Data: Data{Event: e}}); err != nil {
		return scheduler.Errorf(scheduler.CodeUnavailable, "%v", err)
	}
	return nil
}

// errGone says that an address wants no more calls.
type errGone struct{ status string }

func (e errGone) Error() string { return "it answers " + e.status }

// send makes one call, and records its result.
func (d *Service) send(ctx context.Context, h scheduler.Webhook, id string, p Payload) error {
	err := d.call(ctx, h, id, p)
	switch _, refused := errors.AsType[retry.Permanent](err); {
	case err == nil:
		d.resting.closed(h.URL)
	case !refused && ctx.Err() == nil:
		d.resting.failed(h.URL, d.clock())
	}
	return err
}

func (d *Service) call(ctx context.Context, h scheduler.Webhook, id string, p Payload) error {
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	at := d.clock()
	signed, err := signature(h.Secret, id, at, body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Berth/"+d.settings.Version)
	req.Header.Set("Webhook-Id", id)
	req.Header.Set("Webhook-Timestamp", strconv.FormatInt(at.Unix(), 10))
	req.Header.Set("Webhook-Signature", signed)
	res, err := d.client.Do(req)
	if err != nil {
		if inside, ok := errors.AsType[errInside](err); ok {
			return retry.Permanent{Err: inside, Remedy: "give the webhook a public address, or set webhook_anywhere"}
		}
		if call, ok := errors.AsType[*url.Error](err); ok {
			err = call.Err // without the address, which may hold a secret
		}
		return err
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, 64<<10)
	switch {
	case res.StatusCode >= 200 && res.StatusCode < 300:
		return nil
	case res.StatusCode == http.StatusGone:
		return errGone{res.Status}
	default:
		return fmt.Errorf("it answers %s", res.Status)
	}
}
