package scheduler

import (
	"berth/scheduler/account"
	"context"
	"slices"
)

// tellable lists the actions that webhooks can be notified of.
var tellable = []Action{
	ActionSubmit, ActionEdit, ActionSchedule, ActionReject, ActionAcceptOffer, ActionApprove, ActionMove, ActionProposeMove, ActionCancel, ActionStart, ActionComplete, ActionFail,
	ActionAssign, ActionFeedback, ActionRemark, ActionTicket, ActionDisplace, ActionFlag, ActionWait, ActionStopWaiting, ActionPriority, ActionOffer, ActionOfferExpire, ActionOfferEnds, ActionOverrun, ActionUnits, ActionRemind,
	ActionAskNeeded, ActionConfirm, ActionUnreported, ActionRelease, ActionNoShow, ActionDecideSoon, ActionEscalate, ActionOverdue,
	ActionFacility, ActionTestbed,
}

// TellsWebhooks reports whether any webhook may be notified of an event.
func TellsWebhooks(e Event) bool { return slices.Contains(tellable, e.Action) }

// Hears reports whether the webhook is on and takes an action.
func (h Webhook) Hears(action Action) bool {
	return h.Off == "" && (len(h.Actions) == 0 || slices.Contains(h.Actions, action))
}

// WebhooksFor lists the webhooks to notify of an event: those that take it, and whose owner may know of it. It has no code of its own.
func (s *Service) WebhooksFor(ctx context.Context, e Event) (list []Webhook, err error) {
	err = s.store.View(ctx, func(tx Reader) error {
		list = nil
		all, err := tx.Webhooks(ctx, "")
		if err != nil {
			return err
		}
		for _, h := range all {
			if !h.Hears(e.Action) {
				continue
			}
			may, err := s.ownerKnows(ctx, tx, h, e)
			if err != nil {
				return err
			}
			if may {
				list = append(list, h)
			}
		}
		return nil
	})
	return list, err
}

// WebhookMayKnow reports whether a webhook's owner may know of an event now. It has no code of its own.
func (s *Service) WebhookMayKnow(ctx context.Context, h Webhook, e Event) (may bool, err error) {
	err = s.store.View(ctx, func(tx Reader) error {
		may, err = s.ownerKnows(ctx, tx, h, e)
		return err
	})
	return may, err
}

// ownerKnows reports whether the owner still exists, and sees the request of an event.
func (s *Service) ownerKnows(ctx context.Context, tx Reader, h Webhook, e Event) (bool, error) {
	owner, err := tx.Person(ctx, h.Owner)
	if CodeOf(err) == CodeNotFound || err == nil && owner.Disabled {
		return false, nil
	}
	if err != nil || e.Request == "" {
		return err == nil, err
	}
	_, err = s.find(ctx, tx, account.ActorOf(owner), e.Request)
	if CodeOf(err) == CodeNotFound {
		return false, nil
	}
	return err == nil, err
}
