package memory

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

func (d *data) Tokens(context.Context, string) ([]account.Token, error) { return nil, nil }

func (d *data) PutToken(context.Context, account.Token) error { return nil }

func (d *data) UseToken(context.Context, string, time.Time) error { return nil }

func (d *data) Forget(context.Context, time.Time) error { return nil }

func (d *data) SignedIn(context.Context, string, string) (time.Time, error) {
	return time.Time{}, nil
}

func (d *data) ForgetAccountEvents(context.Context, time.Time) error { return nil }

func (d *data) AccountEvents(context.Context, account.Filter) ([]account.AuditEvent, error) {
	return nil, nil
}

func (d *data) AddAccountEvent(context.Context, account.AuditEvent) error { return nil }

func (d *data) DeviceLogin(context.Context, string) (account.DeviceLogin, error) {
	return account.DeviceLogin{}, absent("program that waits")
}

func (d *data) DeviceLoginByCode(context.Context, string) (account.DeviceLogin, error) {
	return account.DeviceLogin{}, absent("program that waits")
}

func (d *data) DeviceLogins(context.Context, string, time.Time) (from, all int, err error) {
	return 0, 0, nil
}

func (d *data) AddDeviceLogin(context.Context, account.DeviceLogin) error { return nil }

func (d *data) AnswerDeviceLogin(context.Context, account.DeviceLogin) error { return nil }

func (d *data) PollDeviceLogin(context.Context, account.DeviceLogin) error { return nil }

func (d *data) EndDeviceLogin(context.Context, string) (bool, error) { return false, nil }

func (d *data) EndDeviceLoginsOf(context.Context, string) error { return nil }

func (d *data) ForgetDeviceLogins(context.Context, time.Time) error { return nil }

func (d *data) TokenByHash(context.Context, string) (account.Token, error) {
	return account.Token{}, absent("token")
}

func (d *data) Person(_ context.Context, username string) (account.Person, error) {
	p, ok := d.people[username]
	if !ok {
		return p, absent("person")
	}
	return deep(p), nil
}

func (d *data) People(_ context.Context, after string, limit int) ([]account.Person, error) {
	all := slices.SortedFunc(maps.Values(d.people), func(a, b account.Person) int { return cmp.Compare(a.Username, b.Username) })
	return part(all, limit, func(p account.Person) bool { return p.Username > after }), nil
}

func (d *data) Replay(_ context.Context, person, key string) (scheduler.Replay, bool, error) {
	r, ok := d.replays[[2]string{person, key}]
	return r, ok, nil
}

func (d *data) PutReplay(_ context.Context, person, key string, r scheduler.Replay) error {
	d.replays[[2]string{person, key}] = r
	return nil
}

func (d *data) PutPerson(_ context.Context, p account.Person) error {
	if p.Revision != d.people[p.Username].Revision+1 {
		return scheduler.Errorf(scheduler.CodePrecondition, "it was changed in between")
	}
	d.people[p.Username] = deep(p)
	return nil
}

func (d *data) Webhook(_ context.Context, id string) (scheduler.Webhook, error) {
	h, ok := d.webhooks[id]
	if !ok {
		return h, absent("such webhook")
	}
	return deep(h), nil
}

func (d *data) Webhooks(_ context.Context, owner string) (list []scheduler.Webhook, err error) {
	for _, h := range d.webhooks {
		if owner == "" || h.Owner == owner {
			list = append(list, deep(h))
		}
	}
	slices.SortFunc(list, func(a, b scheduler.Webhook) int { return cmp.Compare(a.ID, b.ID) })
	return list, nil
}

func (d *data) PutWebhook(_ context.Context, h scheduler.Webhook) error {
	d.webhooks[h.ID] = deep(h)
	return nil
}

func (d *data) DeleteWebhook(_ context.Context, _, id string) error {
	delete(d.webhooks, id)
	return nil
}

// Seen returns up to which change a person has seen the news.
func (d *data) Seen(_ context.Context, person string) (int64, error) { return d.seen[person], nil }

// SetSeen records it.
func (d *data) SetSeen(_ context.Context, person string, sequence int64) error {
	d.seen[person] = max(d.seen[person], sequence)
	return nil
}
