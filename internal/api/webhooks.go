package api

import (
	"context"
	"net/http"
	"net/url"

	"berth/scheduler"
	"berth/scheduler/account"
)

// Webhooks manages the addresses that get calls.
type Webhooks interface {
	Create(ctx context.Context, a account.Actor, wish scheduler.Webhook) (secret string, h scheduler.Webhook, err error)
	Change(ctx context.Context, a account.Actor, id string, wish scheduler.Webhook) (scheduler.Webhook, error)
	Renew(ctx context.Context, a account.Actor, id string) (secret string, err error)
	Delete(ctx context.Context, a account.Actor, id string) error
	List(ctx context.Context, a account.Actor, everybody bool) ([]scheduler.Webhook, error)
	Get(ctx context.Context, a account.Actor, id string) (scheduler.Webhook, error)
	Test(ctx context.Context, a account.Actor, id string) error
	Deliveries(ctx context.Context, a account.Actor, id string, below int64, limit int) ([]scheduler.Delivery, error)
	Again(ctx context.Context, a account.Actor, id string, delivery int64) error
}

// WebhookShape is a webhook as users send it.
type WebhookShape struct {
	Name    string             `json:"name" doc:"purpose of the webhook"`
	URL     string             `json:"url" doc:"a public https address"`
	Actions []scheduler.Action `json:"actions,omitempty" doc:"actions to send, such as schedule, move, feedback; default: all"`
}

func (s WebhookShape) webhook() scheduler.Webhook {
	return scheduler.Webhook{Name: s.Name, URL: s.URL, Actions: s.Actions}
}

const webhookText = `Berth sends the address every event that its owner may know of, as specified by Standard Webhooks: the body is
{"type": "request.schedule", "timestamp", "data"}, webhook-signature is "v1," and the base64 of HMAC-SHA256 over webhook-id "." webhook-timestamp "." body,
with the secret (base64, after whsec_) as the key. Answer 2xx within 15 seconds; after any other answer Berth retries for five days and then switches the webhook off; 410 switches
it off at once. The same webhook-id may arrive twice.`

func (a *api) webhookRoutes() {
	type choice struct {
		All bool `query:"all" doc:"list the webhooks of all users, for administrators"`
	}
	add(a, operation{id: "list-webhooks", method: "GET", path: "/webhooks", tag: "webhooks", summary: "List your webhooks"},
		func(ctx context.Context, actor account.Actor, in *choice) (*body[scheduler.Page[scheduler.Webhook]], error) {
			found, err := a.o.Webhooks.List(ctx, actor, in.All)
			return answer(items(found)), err
		})
	type creation struct{ Body WebhookShape }
	type webhookSecret struct {
		Secret  string            `json:"secret" doc:"key that signs the messages; shown only once"`
		Webhook scheduler.Webhook `json:"webhook"`
	}
	add(a, operation{id: "create-webhook", method: "POST", path: "/webhooks", tag: "webhooks", status: http.StatusCreated, summary: "Create a webhook", more: webhookText},
		func(ctx context.Context, actor account.Actor, in *creation) (*body[webhookSecret], error) {
			s, h, err := a.o.Webhooks.Create(ctx, actor, in.Body.webhook())
			return answer(webhookSecret{s, h}), err
		})
	type Hook struct {
		ID string `path:"id" maxLength:"64"`
	}
	add(a, operation{id: "get-webhook", method: "GET", path: "/webhooks/{id}", tag: "webhooks", summary: "Show a webhook"},
		func(ctx context.Context, actor account.Actor, in *Hook) (*body[scheduler.Webhook], error) {
			h, err := a.o.Webhooks.Get(ctx, actor, in.ID)
			return answer(h), err
		})
	type change struct {
		Hook
		Body struct {
			WebhookShape
			Off string `json:"off,omitempty" maxLength:"500" doc:"reason for which the webhook is switched off; empty: it is on. Events that happen while it is off are not sent later"`
		}
	}
	add(a, operation{id: "edit-webhook", method: "PUT", path: "/webhooks/{id}", tag: "webhooks", summary: "Change a webhook, or switch it off or on"},
		func(ctx context.Context, actor account.Actor, in *change) (*body[scheduler.Webhook], error) {
			wish := in.Body.webhook()
			wish.Off = in.Body.Off
			h, err := a.o.Webhooks.Change(ctx, actor, in.ID, wish)
			return answer(h), err
		})
	add(a, operation{id: "delete-webhook", method: "DELETE", path: "/webhooks/{id}", tag: "webhooks", status: http.StatusNoContent, summary: "Delete a webhook and its waiting deliveries"},
		func(ctx context.Context, actor account.Actor, in *Hook) (*struct{}, error) {
			return nil, a.o.Webhooks.Delete(ctx, actor, in.ID)
		})
	type webhookRenewed struct {
		Secret string `json:"secret" doc:"shown only once"`
	}
	add(a, operation{id: "renew-webhook-secret", method: "POST", path: "/webhooks/{id}/secret", tag: "webhooks", summary: "Renew the secret of a webhook"},
		func(ctx context.Context, actor account.Actor, in *Hook) (*body[webhookRenewed], error) {
			s, err := a.o.Webhooks.Renew(ctx, actor, in.ID)
			return answer(webhookRenewed{s}), err
		})
	add(a, operation{id: "test-webhook", method: "POST", path: "/webhooks/{id}/test", tag: "webhooks", status: http.StatusNoContent, summary: "Test a webhook: send a message of the type test now",
		more: "Answers when the address has answered; a failure is the detail of a 503."},
		func(ctx context.Context, actor account.Actor, in *Hook) (*struct{}, error) {
			return nil, a.o.Webhooks.Test(ctx, actor, in.ID)
		})
	type told struct {
		Hook
		Paged
	}
	add(a, operation{id: "list-webhook-deliveries", method: "GET", path: "/webhooks/{id}/deliveries", tag: "webhooks", summary: "List the deliveries of a webhook, newest first", more: "Those of the last 30 days."},
		func(ctx context.Context, actor account.Actor, in *told) (*list[DeliveryShape], error) {
			return deliveries(in.Paged, "/webhooks/"+url.PathEscape(in.ID)+"/deliveries", url.Values{}, func(below int64, limit int) ([]scheduler.Delivery, error) {
				return a.o.Webhooks.Deliveries(ctx, actor, in.ID, below, limit)
			})
		})
	type again struct {
		Hook
		Delivery int64 `path:"delivery"`
	}
	add(a, operation{id: "redeliver-webhook", method: "POST", path: "/webhooks/{id}/deliveries/{delivery}/redeliver", tag: "webhooks", status: http.StatusAccepted, summary: "Repeat a delivery"},
		func(ctx context.Context, actor account.Actor, in *again) (*struct{}, error) {
			return nil, a.o.Webhooks.Again(ctx, actor, in.ID, in.Delivery)
		})
}
