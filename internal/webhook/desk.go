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

// Channel is where what webhooks have to be told waits.
const Channel = "webhook"

// Store keeps the webhooks.
type Store interface {
	Webhook(ctx context.Context, id string) (scheduler.Webhook, error)
	Webhooks(ctx context.Context, owner string) ([]scheduler.Webhook, error)
	PutWebhook(ctx context.Context, h scheduler.Webhook) error
	DeleteWebhook(ctx context.Context, channel, id string) error
	Deliveries(ctx context.Context, channel, target string, undone bool, below int64, limit int) ([]scheduler.Message, error)
	Again(ctx context.Context, channel, target string, id int64) error
}

// Requests is what the messages are about.
type Requests interface {
	Person(ctx context.Context, a scheduler.Actor, username string) (scheduler.Person, error)
	Get(ctx context.Context, a scheduler.Actor, id string) (scheduler.View, error)
}

// Settings are how a desk works.
type Settings struct {
	Anywhere bool   // also addresses inside, and without TLS
	Site     string // where Berth's pages are
	Version  string
	Most     int // webhooks of one person; default 10
}

// Desk keeps webhooks and tells them what happens.
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
	maxHooks = 10 // of one person, where the settings do not say
	maxName  = 100
	maxURL   = 2000
)

// Create makes a webhook of the actor's and answers with its secret, which is shown once.
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
		return "", h, scheduler.Errorf(scheduler.CodeConflict, "%s has %d webhooks, and nobody may have more", a.Username, d.settings.Most)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return "", h, err
	}
	h = scheduler.Webhook{ID: id.String(), Owner: a.Username, Name: wish.Name, URL: wish.URL, Actions: wish.Actions, Secret: newSecret(), Created: d.now()}
	return h.Secret, h, d.store.PutWebhook(ctx, h)
}

// Change changes name, address and actions of a webhook, and whether it is off.
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

// Renew gives a webhook another secret, and answers with it; what was signed with the one before is no longer to be believed.
func (d *Desk) Renew(ctx context.Context, a scheduler.Actor, id string) (secret string, err error) {
	h, err := d.kept(ctx, a, id)
	if err != nil {
		return "", err
	}
	h.Secret = newSecret()
	return h.Secret, d.store.PutWebhook(ctx, h)
}

// Delete forgets a webhook and its deliveries.
func (d *Desk) Delete(ctx context.Context, a scheduler.Actor, id string) error {
	if _, err := d.kept(ctx, a, id); err != nil {
		return err
	}
	return d.store.DeleteWebhook(ctx, Channel, id)
}

// List are the actor's webhooks, or everybody's, which is for administrators.
func (d *Desk) List(ctx context.Context, a scheduler.Actor, everybody bool) ([]scheduler.Webhook, error) {
	owner := a.Username
	if everybody {
		if !a.Is(scheduler.RoleAdministrator) {
			return nil, scheduler.Errorf(scheduler.CodeForbidden, "%s sees their own webhooks only", a.Username)
		}
		owner = ""
	}
	return d.store.Webhooks(ctx, owner)
}

// Get reads one.
func (d *Desk) Get(ctx context.Context, a scheduler.Actor, id string) (scheduler.Webhook, error) {
	h, err := d.store.Webhook(ctx, id)
	if err == nil && h.Owner != a.Username && !a.Is(scheduler.RoleAdministrator) {
		err = notFound(id)
	}
	return h, err
}

// Deliveries are what a webhook was told, newest first.
func (d *Desk) Deliveries(ctx context.Context, a scheduler.Actor, id string, below int64, limit int) ([]scheduler.Message, error) {
	if _, err := d.Get(ctx, a, id); err != nil {
		return nil, err
	}
	return d.store.Deliveries(ctx, Channel, id, false, below, limit)
}

// Again tells a webhook something once more.
func (d *Desk) Again(ctx context.Context, a scheduler.Actor, id string, delivery int64) error {
	h, err := d.kept(ctx, a, id)
	if err != nil {
		return err
	}
	d.resting.closed(h.URL)
	return d.store.Again(ctx, Channel, id, delivery)
}

// kept reads one that the actor may change.
func (d *Desk) kept(ctx context.Context, a scheduler.Actor, id string) (scheduler.Webhook, error) {
	h, err := d.Get(ctx, a, id)
	if err == nil {
		err = keeper(a, h.Owner)
	}
	return h, err
}

func keeper(a scheduler.Actor, owner string) error {
	if !a.Can(scheduler.ScopeAdmin) || a.Username != owner && !a.Is(scheduler.RoleAdministrator) {
		return scheduler.Errorf(scheduler.CodeForbidden, "%s may not keep webhooks of %s, or not with this token", a.Username, owner)
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
		add("name", "has to say what the webhook is for, in 1 to %d characters on one line", maxName)
	}
	u, err := url.Parse(h.URL)
	switch {
	case err != nil || u.Host == "" || len(h.URL) > maxURL || u.Scheme != "https" && u.Scheme != "http":
		add("url", "has to be an address such as https://portal.example.org/hook")
	case u.User != nil || u.Fragment != "":
		add("url", "has to be without user, password and fragment")
	case u.Scheme != "https" && !d.settings.Anywhere:
		add("url", "has to be https")
	}
	for i, x := range h.Actions {
		if !slices.Contains(tellable, x) || slices.Contains(h.Actions[:i], x) {
			add("actions", "%q is nothing that webhooks are told of, or is there twice", string(x))
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return &scheduler.Error{Code: scheduler.CodeInvalid, Message: "the webhook cannot be kept", Fields: bad}
}
