package web

import (
	"context"
	"net/http"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
)

// Webhooks keeps the addresses of webhooks, and their deliveries.
type Webhooks interface {
	Create(ctx context.Context, a account.Actor, wish scheduler.Webhook) (secret string, h scheduler.Webhook, err error)
	Change(ctx context.Context, a account.Actor, id string, wish scheduler.Webhook) (scheduler.Webhook, error)
	Delete(ctx context.Context, a account.Actor, id string) error
	List(ctx context.Context, a account.Actor, everybody bool) ([]scheduler.Webhook, error)
	Get(ctx context.Context, a account.Actor, id string) (scheduler.Webhook, error)
	Test(ctx context.Context, a account.Actor, id string) error
	Deliveries(ctx context.Context, a account.Actor, id string, below int64, limit int) ([]scheduler.Delivery, error)
	Again(ctx context.Context, a account.Actor, id string, delivery int64) error
}

// hooksPage shows a user's webhooks, with the deliveries of each.
type hooksPage struct {
	Hooks  []hook
	Secret string // of a webhook made just now
	Result string // of a test
}

type hook struct {
	scheduler.Webhook
	Deliveries []scheduler.Delivery
}

// shownDeliveries bounds the list of a webhook's deliveries.
const shownDeliveries = 20

func (s *site) hooks(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	return s.showHooks(w, r, who, hooksPage{})
}

func (s *site) showHooks(w http.ResponseWriter, r *http.Request, who account.Actor, p hooksPage) error {
	list, err := s.o.Webhooks.List(r.Context(), who, who.Is(account.RoleAdministrator))
	if err != nil {
		return err
	}
	for _, h := range list {
		told, err := s.o.Webhooks.Deliveries(r.Context(), who, h.ID, 0, shownDeliveries)
		if err != nil {
			return err
		}
		p.Hooks = append(p.Hooks, hook{h, told})
	}
	s.show(w, r, http.StatusOK, "hooks.html", "Webhooks", who, p)
	return nil
}

// changeHooks makes, tests, switches or deletes a webhook, or repeats a delivery.
func (s *site) changeHooks(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	ctx, id := r.Context(), r.PostForm.Get("id")
	switch r.PostForm.Get("do") {
	case "make":
		wish := scheduler.Webhook{Name: strings.TrimSpace(r.PostForm.Get("name")), URL: strings.TrimSpace(r.PostForm.Get("url"))}
		for _, x := range strings.Fields(strings.ReplaceAll(r.PostForm.Get("actions"), ",", " ")) {
			wish.Actions = append(wish.Actions, scheduler.Action(x))
		}
		secret, _, err := s.o.Webhooks.Create(ctx, who, wish)
		if err != nil {
			return err
		}
		return s.showHooks(w, r, who, hooksPage{Secret: secret})
	case "test":
		result := "The address accepted the test."
		if err := s.o.Webhooks.Test(ctx, who, id); err != nil {
			if scheduler.CodeOf(err) != scheduler.CodeUnavailable {
				return err
			}
			result = "The test failed: " + err.Error() + "."
		}
		return s.showHooks(w, r, who, hooksPage{Result: result})
	case "on", "off":
		h, err := s.o.Webhooks.Get(ctx, who, id)
		if err != nil {
			return err
		}
		if h.Off = ""; r.PostForm.Get("do") == "off" {
			h.Off = "by " + who.Username
		}
		if _, err := s.o.Webhooks.Change(ctx, who, id, h); err != nil {
			return err
		}
	case "forget":
		if err := s.o.Webhooks.Delete(ctx, who, id); err != nil {
			return err
		}
	case "again":
		n, err := number(r.PostForm, "delivery")
		if err != nil {
			return err
		}
		if err := s.o.Webhooks.Again(ctx, who, id, n); err != nil {
			return err
		}
	default:
		return invalid("do", "is not a known action")
	}
	return done(w, r, "/webhooks", "saved")
}
