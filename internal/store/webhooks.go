package store

import (
	"context"
	"time"

	"berth/scheduler"
)

const webhookColumns = `SELECT secret, document FROM webhooks `

func webhookRow(s scan) (scheduler.Webhook, error) {
	var secret, text string
	if err := s(&secret, &text); err != nil {
		return scheduler.Webhook{}, err
	}
	h, err := parsed[scheduler.Webhook]("webhook", text)
	h.Secret = secret
	return h, err
}

func (r *reader) Webhook(ctx context.Context, id string) (scheduler.Webhook, error) {
	return one(ctx, r.tx, "such webhook", webhookRow, webhookColumns+`WHERE id = $1`, id)
}

func (r *reader) Webhooks(ctx context.Context, owner string) ([]scheduler.Webhook, error) {
	return all(ctx, r.tx, webhookRow, webhookColumns+`WHERE $1 = '' OR owner = $1 ORDER BY id`, owner)
}

func (w *writer) PutWebhook(ctx context.Context, h scheduler.Webhook) error {
	text, err := document("webhook", h)
	if err != nil {
		return err
	}
	_, err = w.exec(ctx, "webhook", `INSERT INTO webhooks (id, owner, secret, document) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET secret = excluded.secret, document = excluded.document`, h.ID, h.Owner, h.Secret, text)
	return err
}

func (w *writer) DeleteWebhook(ctx context.Context, channel, id string) error {
	if _, err := w.exec(ctx, "webhook", `DELETE FROM webhooks WHERE id = $1`, id); err != nil {
		return err
	}
	_, err := w.exec(ctx, "message", `DELETE FROM deliveries WHERE channel = $1 AND target = $2`, channel, id)
	return err
}

// DueTargets lists the targets of a channel with a message that can be delivered now; the empty one stands for events whose targets are
// not known yet.
func (s *Store) DueTargets(ctx context.Context, channel string, now time.Time) (targets []string, err error) {
	err = s.View(ctx, func(tx scheduler.Reader) error {
		targets, err = all(ctx, tx.(*reader).tx, words, `SELECT DISTINCT target FROM deliveries WHERE channel = $1 AND state IN ('waiting', 'stuck') AND due <= $2 ORDER BY target`,
			channel, seconds(now))
		return err
	})
	return targets, err
}

// MessagesTo lists messages like Messages, for some targets only, of which it reads no more than the limit.
func (s *Store) MessagesTo(ctx context.Context, channel string, targets []string, now time.Time, limit int) (list []scheduler.Delivery, err error) {
	if targets = targets[:min(len(targets), limit)]; len(targets) == 0 {
		return nil, nil
	}
	err = s.View(ctx, func(tx scheduler.Reader) error {
		list, err = all(ctx, tx.(*reader).tx, deliveryRow, deliveryColumns+`WHERE o.channel = $1 AND o.state <> 'done' AND o.due <= $2 AND o.target IN (`+places(4, len(targets))+`)
			AND NOT EXISTS (SELECT 1 FROM deliveries p WHERE p.channel = o.channel AND p.target = o.target AND p.request = o.request AND p.state <> 'done' AND p.id < o.id)
			ORDER BY o.id LIMIT $3`, append([]any{channel, seconds(now), limit}, anys(targets)...)...)
		return err
	})
	return list, err
}
