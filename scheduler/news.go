package scheduler

import (
	"context"
	"slices"
	"strconv"
	"time"

	"berth/scheduler/account"
)

// told says whom the changes of a request are news to. Who made a change is not told of it.
var told = map[Action][]relation{
	ActionSubmit: {itsMentor, provider}, ActionEdit: {owner, itsMentor, provider}, ActionAssign: {owner, itsMentor}, ActionApprove: {owner, itsMentor},
	ActionSchedule: {owner, itsMentor, provider, operator}, ActionReject: {owner, itsMentor, provider}, ActionAcceptOffer: {itsMentor},
	ActionMove: {owner, itsMentor, provider, operator}, ActionProposeMove: {owner, itsMentor, provider}, ActionCancel: {owner, itsMentor, provider, operator},
	ActionStart: {owner, itsMentor}, ActionComplete: {owner, itsMentor}, ActionFail: {owner, itsMentor, provider, operator, administrator},
	ActionFeedback: {owner, itsMentor}, ActionRemark: {owner}, ActionDisplace: {owner, itsMentor, provider, operator},
	ActionFlag: {owner, itsMentor, provider, operator, administrator}, ActionOfferExpire: {owner, itsMentor},
	ActionOverrun: {owner, itsMentor, provider, operator, administrator}, ActionUnits: {operator}, ActionOffer: {owner, itsMentor}, ActionWait: {owner, itsMentor}, ActionStopWaiting: {owner, itsMentor}, ActionPriority: {owner, itsMentor}, ActionRemind: {owner, operator}, ActionOfferEnds: {owner},
	ActionDecideSoon: {itsMentor, provider}, ActionEscalate: {itsMentor, provider, administrator}, ActionOverdue: {owner, itsMentor, provider, administrator},
	ActionAskNeeded: {owner}, ActionConfirm: {itsMentor, operator}, ActionUnreported: {itsMentor, operator, administrator},
	ActionRelease: {owner, itsMentor, provider, operator}, ActionNoShow: {owner, itsMentor, provider, operator},
}

const (
	// MaxNews bounds the count of unseen news.
	MaxNews = 99
	// newsFor is how long a change is news to a person who has not looked.
	newsFor = 14 * day
)

// News is a change of a request that concerns a person.
type News struct {
	Event
	Name   string // of the request
	Unseen bool
}

// newsTo reports whether a change is news to the actor. Only those who may know the request are told.
func newsTo(a account.Actor, e *Event, r *concerned) bool {
	if r == nil || e.Actor == a.Username {
		return false
	}
	if slices.Contains(e.Mentions, a.Username) && !slices.Contains(a.Quiet, account.TopicMentions) && VisibleTo(a).Includes(r.party.experimenter, r.party.testbeds) {
		return true
	}
	return !slices.Contains(a.Quiet, TopicOf(e.Action)) && slices.ContainsFunc(told[e.Action], func(x relation) bool { return r.party.has(a, x) })
}

// TopicOf returns the kind of news that a step is.
func TopicOf(a Action) account.Topic {
	switch a {
	case ActionFeedback:
		return account.TopicFeedback
	case ActionRemind, ActionOfferEnds, ActionAskNeeded, ActionDecideSoon:
		return account.TopicReminders
	}
	return account.TopicRequests
}

// unseen counts the news to the actor after a sequence, of the last days.
func (t *tray) unseen(a account.Actor, seen int64, now time.Time) (n int) {
	lasting := t.overruns()
	for _, e := range slices.Backward(t.recent) {
		if e.Sequence <= seen || e.At.Before(now.Add(-newsFor)) || n == MaxNews {
			break
		}
		if !lasting.replaced[e.Sequence] && lasting.begun(e) > seen && newsTo(a, e, t.about[e.Request]) {
			n++
		}
	}
	return n
}

// News lists the latest changes by others that concern the actor, newest first; the cursor is the Page.Next of the previous page. What happened long
// ago is not listed: the page of a request has all of it. It returns CodeForbidden without the scope to read, and CodeInvalid for a cursor or a limit.
func (s *Service) News(ctx context.Context, a account.Actor, cursor string, limit int) (Page[News], error) {
	page := Page[News]{Items: []News{}}
	before, limit, err := Position(cursor, limit)
	if err != nil {
		return page, err
	}
	err = s.inTray(ctx, a, time.Time{}, func(tx Reader, t *tray) error {
		page = Page[News]{Items: []News{}}
		seen, err := tx.Seen(ctx, a.Username)
		if err != nil {
			return err
		}
		lasting := t.overruns()
		for _, e := range slices.Backward(t.recent) {
			r := t.about[e.Request]
			if before > 0 && e.Sequence >= before || lasting.replaced[e.Sequence] || !newsTo(a, e, r) {
				continue
			}
			if len(page.Items) == limit {
				page.Next = strconv.FormatInt(page.Items[limit-1].Sequence, 10)
				break
			}
			n := News{*e, r.name, lasting.begun(e) > seen && !e.At.Before(s.now().Add(-newsFor))}
			if !knowsAll(a) {
				n.Event = e.shown()
			}
			page.Items = append(page.Items, n)
		}
		return nil
	})
	return page, err
}

// Seen records that the actor has seen the news up to a sequence. It returns CodeForbidden without the scope to write.
func (s *Service) Seen(ctx context.Context, a account.Actor, sequence int64) error {
	if err := Require(a, account.ScopeWrite, account.Roles...); err != nil {
		return err
	}
	return s.store.Change(ctx, nil, func(tx Tx) error {
		last, err := tx.Sequence(ctx)
		if err != nil {
			return err
		}
		return tx.SetSeen(ctx, a.Username, min(sequence, last))
	})
}
