package scheduler

import (
	"berth/scheduler/account"
	"berth/testbeds/plain"
	"context"
	"slices"
	"time"
)

// Webhook is an address that is notified of events, as far as its owner may know them.
type Webhook struct {
	ID      string    `json:"id"`
	Owner   string    `json:"owner"`
	Name    string    `json:"name"`
	URL     string    `json:"url"`
	Actions []Action  `json:"actions,omitempty"` // that it is notified of; empty: all
	Off     string    `json:"off,omitempty"`     // why it is off; empty: it is on
	Secret  string    `json:"-"`                 // signs its deliveries, in the form that its owner has
	Created time.Time `json:"created"`
}

// WebhookChannel holds the deliveries of webhooks.
const WebhookChannel = "webhook"

// maxWebhookName limits the name of a webhook, in characters.
const maxWebhookName = 100

// CreateWebhook makes a webhook of the actor's, with the given id and secret. It returns CodeForbidden without the scope, CodeInvalid where a field
// breaks a rule, and CodeConflict where the actor has as many as one person may have.
func (s *Service) CreateWebhook(ctx context.Context, a account.Actor, h Webhook) (Webhook, error) {
	if err := mayKeepWebhooks(a, a.Username); err != nil {
		return Webhook{}, err
	}
	if err := s.checkWebhook(h); err != nil {
		return Webhook{}, err
	}
	h = Webhook{ID: h.ID, Owner: a.Username, Name: h.Name, URL: h.URL, Actions: h.Actions, Secret: h.Secret, Created: s.now()}
	err := s.store.Change(ctx, nil, func(tx Tx) error {
		own, err := tx.Webhooks(ctx, a.Username)
		if err != nil {
			return err
		}
		if len(own) >= s.o.MaxWebhooks {
			return Errorf(CodeConflict, "%s already has %d webhooks, the most that one person may have", a.Username, s.o.MaxWebhooks)
		}
		return tx.PutWebhook(ctx, h)
	})
	return h, err
}

// ChangeWebhook changes name, address and actions of a webhook, and switches it on or off. It returns CodeNotFound where the actor sees no such
// webhook, CodeForbidden where they may not manage it, and CodeInvalid where a field breaks a rule.
func (s *Service) ChangeWebhook(ctx context.Context, a account.Actor, id string, in Webhook) (Webhook, error) {
	return s.rewriteWebhook(ctx, a, id, func(h *Webhook) error {
		h.Name, h.URL, h.Actions, h.Off = in.Name, in.URL, in.Actions, in.Off
		return s.checkWebhook(in)
	})
}

// RenewWebhook gives a webhook another secret. It returns CodeNotFound where the actor sees no such webhook, and CodeForbidden where they may not
// manage it.
func (s *Service) RenewWebhook(ctx context.Context, a account.Actor, id, secret string) (Webhook, error) {
	return s.rewriteWebhook(ctx, a, id, func(h *Webhook) error {
		h.Secret = secret
		return nil
	})
}

// SwitchOffWebhook ends the notifications of a webhook, and keeps the reason. It is for the courier; a deleted webhook is no error. It has no code of
// its own.
func (s *Service) SwitchOffWebhook(ctx context.Context, id, why string) error {
	_, err := s.rewriteWebhook(ctx, account.System, id, func(h *Webhook) error {
		h.Off = why
		return nil
	})
	if CodeOf(err) == CodeNotFound {
		return nil
	}
	return err
}

// DeleteWebhook deletes a webhook and its waiting deliveries. It returns CodeNotFound where the actor sees no such webhook, and CodeForbidden where
// they may not manage it.
func (s *Service) DeleteWebhook(ctx context.Context, a account.Actor, id string) error {
	return s.store.Change(ctx, nil, func(tx Tx) error {
		if _, err := keptWebhook(ctx, a, tx, id); err != nil {
			return err
		}
		return tx.DeleteWebhook(ctx, WebhookChannel, id)
	})
}

// Webhooks lists the actor's webhooks, or everybody's, by id. It returns CodeForbidden for everybody's to all but administrators.
func (s *Service) Webhooks(ctx context.Context, a account.Actor, everybody bool) (list []Webhook, err error) {
	owner := a.Username
	if everybody {
		if !a.Is(account.RoleAdministrator) {
			return nil, Errorf(CodeForbidden, "%s may see only their own webhooks", a.Username)
		}
		owner = ""
	}
	err = s.store.View(ctx, func(tx Reader) error {
		list, err = tx.Webhooks(ctx, owner)
		return err
	})
	return list, err
}

// Webhook reads one. It returns CodeNotFound where there is none, or where the actor is neither its owner nor an administrator.
func (s *Service) Webhook(ctx context.Context, a account.Actor, id string) (h Webhook, err error) {
	err = s.store.View(ctx, func(tx Reader) error {
		h, err = webhookOf(ctx, a, tx, id)
		return err
	})
	return h, err
}

// KeptWebhook reads one for an actor who wants to manage it. It returns CodeNotFound where the actor sees no such webhook, and CodeForbidden where
// they may not manage it.
func (s *Service) KeptWebhook(ctx context.Context, a account.Actor, id string) (h Webhook, err error) {
	err = s.store.View(ctx, func(tx Reader) error {
		h, err = keptWebhook(ctx, a, tx, id)
		return err
	})
	return h, err
}

// rewriteWebhook changes one in a transaction.
func (s *Service) rewriteWebhook(ctx context.Context, a account.Actor, id string, change func(*Webhook) error) (h Webhook, err error) {
	err = s.store.Change(ctx, nil, func(tx Tx) error {
		if h, err = keptWebhook(ctx, a, tx, id); err != nil {
			return err
		}
		if err := change(&h); err != nil {
			return err
		}
		return tx.PutWebhook(ctx, h)
	})
	return h, err
}

// webhookOf reads one that the actor may know.
func webhookOf(ctx context.Context, a account.Actor, tx Reader, id string) (Webhook, error) {
	h, err := tx.Webhook(ctx, id)
	if CodeOf(err) == CodeNotFound || err == nil && !a.Keeps(h.Owner) {
		return Webhook{}, Errorf(CodeNotFound, "there is no webhook %q", clip(id))
	}
	return h, err
}

// keptWebhook reads one that the actor may change.
func keptWebhook(ctx context.Context, a account.Actor, tx Reader, id string) (Webhook, error) {
	h, err := webhookOf(ctx, a, tx, id)
	if err == nil {
		err = mayKeepWebhooks(a, h.Owner)
	}
	return h, err
}

// mayKeepWebhooks refuses an actor who may not manage webhooks of an owner.
func mayKeepWebhooks(a account.Actor, owner string) error {
	if !a.Can(account.ScopeAdmin) || !a.Keeps(owner) {
		return Errorf(CodeForbidden, "%s may not manage webhooks of %s, or this token does not allow it", a.Username, owner)
	}
	return nil
}

// checkWebhook names every field that breaks a rule.
func (s *Service) checkWebhook(h Webhook) error {
	var bad faults
	if plain.Line(h.Name, maxWebhookName) != "" {
		bad.add("name", "must be 1 to %d characters on one line", maxWebhookName)
	}
	if rule := s.o.WebhookAddress(h.URL); rule != "" {
		bad.add("url", "%s", rule)
	}
	for i, x := range h.Actions {
		if !slices.Contains(tellable, x) || slices.Contains(h.Actions[:i], x) {
			bad.add("actions", "%q is not an action that webhooks are notified of, or appears twice", string(x))
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return &Error{Code: CodeInvalid, Message: "the webhook is not valid", Fields: bad}
}
