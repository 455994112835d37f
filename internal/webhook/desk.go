package webhook

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"

	"berth/scheduler"
	"berth/testbeds/plain"
)

// Channel names the outbox queue of webhooks.
const Channel = "webhook"

// Store persists the webhooks.
type Store interface {
	Webhook(ctx context.Context, id string) (scheduler.Webhook, error)
	Webhooks(ctx context.Context, owner string) ([]scheduler.Webhook, error)
	PutWebhook(ctx context.Context, h scheduler.Webhook) error
	DeleteWebhook(ctx context.Context, channel, id string) error
	Deliveries(ctx context.Context, channel, target string, undone bool, below int64, limit int) ([]scheduler.Message, error)
	Again(ctx context.Context, channel, target string, id int64) error
}

// Requests reads the subjects of the messages.
type Requests interface {
	Person(ctx context.Context, a scheduler.Actor, username string) (scheduler.Person, error)
	Get(ctx context.Context, a scheduler.Actor, id string) (scheduler.View, error)
}

// Settings configure a desk.
type Settings struct {
	Anywhere bool   // also allow internal addresses, and plain HTTP
	Site     string // address of Berth's pages
	Version  string
	Most     int // webhooks of one person; default 10
}

// Desk manages webhooks and delivers to them.
type Desk struct {
	store    Store
	requests Requests
	settings Settings
	clock    func() time.Time
	client   *http.Client
	resting  breakers
}

// New makes a desk.
func New(store Store, requests Requests, s Settings, clock func() time.Time) *Desk {
	s.Most = cmp.Or(s.Most, maxHooks)
	return &Desk{store: store, requests: requests, settings: s, clock: clock, client: client(s.Anywhere)}
}

const (
	maxHooks = 10 // of one person, if the settings set no limit
	maxName  = 100
	maxURL   = 2000
)

// Create makes a webhook of the actor's and returns its secret, which is shown once.
func (d *Desk) Create(ctx context.Context, a scheduler.Actor, wish scheduler.Webhook) (secret string, h scheduler.Webhook, err error) {
	if err := keeper(a, a.Username); err != nil {
		return "", h, err
	}
	if err := d.check(wish); err != nil {
		return "", h, err
	}
	own, err := d.store.Webhooks(ctx, a.Username)
	if err != nil {
		return "", h, err
	}
	if len(own) >= d.settings.Most {
		return "", h, scheduler.Errorf(scheduler.CodeConflict, "%s has %d webhooks, the most that a person may have", a.Username, d.settings.Most)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return "", h, err
	}
	h = scheduler.Webhook{ID: id.String(), Owner: a.Username, Name: wish.Name, URL: wish.URL, Actions: wish.Actions, Secret: newSecret(), Created: d.now()}
	return h.Secret, h, d.store.PutWebhook(ctx, h)
}

// Change changes name, address and actions of a webhook, and switches it on or off.
func (d *Desk) Change(ctx context.Context, a scheduler.Actor, id string, wish scheduler.Webhook) (h scheduler.Webhook, err error) {
	if h, err = d.kept(ctx, a, id); err != nil {
		return h, err
	}
	if err := d.check(wish); err != nil {
		return h, err
	}
	h.Name, h.URL, h.Actions, h.Off = wish.Name, wish.URL, wish.Actions, wish.Off
	d.resting.closed(h.URL)
	return h, d.store.PutWebhook(ctx, h)
}

// Renew replaces the secret of a webhook and returns the new one; signatures by the old one must no longer be trusted.
func (d *Desk) Renew(ctx context.Context, a scheduler.Actor, id string) (secret string, err error) {
	h, err := d.kept(ctx, a, id)
	if err != nil {
		return "", err
	}
	h.Secret = newSecret()
	return h.Secret, d.store.PutWebhook(ctx, h)
}

// Delete removes a webhook and its deliveries.
func (d *Desk) Delete(ctx context.Context, a scheduler.Actor, id string) error {
	if _, err := d.kept(ctx, a, id); err != nil {
		return err
	}
	return d.store.DeleteWebhook(ctx, Channel, id)
}

// List returns the actor's webhooks, or to administrators those of everyone.
func (d *Desk) List(ctx context.Context, a scheduler.Actor, everybody bool) ([]scheduler.Webhook, error) {
	owner := a.Username
	if everybody {
		if !a.Is(scheduler.RoleAdministrator) {
			return nil, scheduler.Errorf(scheduler.CodeForbidden, "%s may see only their own webhooks", a.Username)
		}
		owner = ""
	}
	return d.store.Webhooks(ctx, owner)
}

// Get reads one webhook.
func (d *Desk) Get(ctx context.Context, a scheduler.Actor, id string) (scheduler.Webhook, error) {
	h, err := d.store.Webhook(ctx, id)
	if err == nil && h.Owner != a.Username && !a.Is(scheduler.RoleAdministrator) {
		err = notFound(id)
	}
	return h, err
}

// Deliveries lists the messages to a webhook, newest first.
func (d *Desk) Deliveries(ctx context.Context, a scheduler.Actor, id string, below int64, limit int) ([]scheduler.Message, error) {
	if _, err := d.Get(ctx, a, id); err != nil {
		return nil, err
	}
	return d.store.Deliveries(ctx, Channel, id, false, below, limit)
}

// Again repeats a delivery.
func (d *Desk) Again(ctx context.Context, a scheduler.Actor, id string, delivery int64) error {
	h, err := d.kept(ctx, a, id)
	if err != nil {
		return err
	}
	d.resting.closed(h.URL)
	return d.store.Again(ctx, Channel, id, delivery)
}

// kept reads a webhook that the actor may change.
func (d *Desk) kept(ctx context.Context, a scheduler.Actor, id string) (scheduler.Webhook, error) {
	h, err := d.Get(ctx, a, id)
	if err == nil {
		err = keeper(a, h.Owner)
	}
	return h, err
}

func keeper(a scheduler.Actor, owner string) error {
	if !a.Can(scheduler.ScopeAdmin) || a.Username != owner && !a.Is(scheduler.RoleAdministrator) {
		return scheduler.Errorf(scheduler.CodeForbidden, "%s may not manage webhooks of %s, or not with this token", a.Username, owner)
	}
	return nil
}

func notFound(id string) error {
	return scheduler.Errorf(scheduler.CodeNotFound, "there is no webhook %q", id)
}

func (d *Desk) now() time.Time { return d.clock().UTC().Truncate(time.Second) }

// check names every field that breaks a rule.
func (d *Desk) check(h scheduler.Webhook) error {
	var bad []scheduler.FieldError
	add := func(field, rule string, args ...any) {
		bad = append(bad, scheduler.FieldError{Field: field, Rule: fmt.Sprintf(rule, args...)})
	}
	if plain.Line(h.Name, maxName) != "" {
		add("name", "must describe the webhook in 1 to %d characters on one line", maxName)
	}
	u, err := url.Parse(h.URL)
	switch {
	case err != nil || u.Host == "" || len(h.URL) > maxURL || u.Scheme != "https" && u.Scheme != "http":
		add("url", "must be an address such as https://portal.example.org/hook")
	case u.User != nil || u.Fragment != "":
		add("url", "must not have a user, password or fragment")
	case u.Scheme != "https" && !d.settings.Anywhere:
		add("url", "must be https")
	}
	for i, x := range h.Actions {
		if !slices.Contains(tellable, x) || slices.Contains(h.Actions[:i], x) {
			add("actions", "%q is not an action that webhooks can subscribe to, or occurs twice", string(x))
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return &scheduler.Error{Code: scheduler.CodeInvalid, Message: "the webhook is not valid", Fields: bad}
}
