package webhook

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"berth/scheduler"
	"berth/scheduler/account"
)

// Channel is the channel of deliveries of webhooks.
const Channel = scheduler.WebhookChannel

// Queue keeps the deliveries to webhooks, past and waiting.
type Queue interface {
	Deliveries(ctx context.Context, channel, target string, undone bool, below int64, limit int) ([]scheduler.Delivery, error)
	Again(ctx context.Context, channel, target string, id int64) error
}

// Hooks stores the webhooks, and decides on rights and on the webhooks that an event concerns.
type Hooks interface {
	CreateWebhook(ctx context.Context, a account.Actor, h scheduler.Webhook) (scheduler.Webhook, error)
	ChangeWebhook(ctx context.Context, a account.Actor, id string, in scheduler.Webhook) (scheduler.Webhook, error)
	RenewWebhook(ctx context.Context, a account.Actor, id, secret string) (scheduler.Webhook, error)
	SwitchOffWebhook(ctx context.Context, id, why string) error
	DeleteWebhook(ctx context.Context, a account.Actor, id string) error
	Webhooks(ctx context.Context, a account.Actor, everybody bool) ([]scheduler.Webhook, error)
	Webhook(ctx context.Context, a account.Actor, id string) (scheduler.Webhook, error)
	KeptWebhook(ctx context.Context, a account.Actor, id string) (scheduler.Webhook, error)
	WebhooksFor(ctx context.Context, e scheduler.Event) ([]scheduler.Webhook, error)
	WebhookMayKnow(ctx context.Context, h scheduler.Webhook, e scheduler.Event) (bool, error)
}

// Settings configure a Service.
type Settings struct {
	Anywhere bool   // also allow internal addresses
	Site     string // address of Berth's pages
	Version  string
}

// Service creates webhooks and delivers to them.
type Service struct {
	queue    Queue
	hooks    Hooks
	settings Settings
	clock    func() time.Time
	client   *http.Client
	resting  breakers
}

// New makes a Service.
func New(queue Queue, hooks Hooks, s Settings, clock func() time.Time) *Service {
	return &Service{queue: queue, hooks: hooks, settings: s, clock: clock, client: client(s.Anywhere)}
}

// Create makes a webhook of the actor's and returns its secret, which is shown once.
func (d *Service) Create(ctx context.Context, a account.Actor, wish scheduler.Webhook) (secret string, h scheduler.Webhook, err error) {
	id, err := uuid.NewV7() // version 7 sorts them by creation
	if err != nil {
		return "", h, err
	}
	wish.ID, wish.Secret = id.String(), newSecret()
	if h, err = d.hooks.CreateWebhook(ctx, a, wish); err != nil {
		return "", scheduler.Webhook{}, err
	}
	return h.Secret, h, nil
}

// Change changes name, address and actions of a webhook, and switches it on or off.
func (d *Service) Change(ctx context.Context, a account.Actor, id string, wish scheduler.Webhook) (scheduler.Webhook, error) {
	h, err := d.hooks.ChangeWebhook(ctx, a, id, wish)
	if err == nil {
		d.resting.closed(h.URL)
	}
	return h, err
}

// Renew replaces the secret of a webhook and returns the new one; signatures by the old one must no longer be trusted.
func (d *Service) Renew(ctx context.Context, a account.Actor, id string) (secret string, err error) {
	h, err := d.hooks.RenewWebhook(ctx, a, id, newSecret())
	if err != nil {
		return "", err
	}
	return h.Secret, nil
}

// Delete removes a webhook and its deliveries.
func (d *Service) Delete(ctx context.Context, a account.Actor, id string) error {
	return d.hooks.DeleteWebhook(ctx, a, id)
}

// List returns the actor's webhooks, or to administrators those of everyone.
func (d *Service) List(ctx context.Context, a account.Actor, everybody bool) ([]scheduler.Webhook, error) {
	return d.hooks.Webhooks(ctx, a, everybody)
}

// Get reads one webhook.
func (d *Service) Get(ctx context.Context, a account.Actor, id string) (scheduler.Webhook, error) {
	return d.hooks.Webhook(ctx, a, id)
}

// Deliveries lists the messages to a webhook, newest first.
func (d *Service) Deliveries(ctx context.Context, a account.Actor, id string, below int64, limit int) ([]scheduler.Delivery, error) {
	if _, err := d.hooks.Webhook(ctx, a, id); err != nil {
		return nil, err
	}
	return d.queue.Deliveries(ctx, Channel, id, false, below, limit)
}

// Again repeats a delivery.
func (d *Service) Again(ctx context.Context, a account.Actor, id string, delivery int64) error {
	h, err := d.hooks.KeptWebhook(ctx, a, id)
	if err != nil {
		return err
	}
	d.resting.closed(h.URL)
	return d.queue.Again(ctx, Channel, id, delivery)
}

func (d *Service) now() time.Time { return d.clock().UTC().Truncate(time.Second) }
