package api

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

// Deliveries reads the deliveries to other systems and to people, past and waiting.
type Deliveries interface {
	Backlog(ctx context.Context, channel string) (scheduler.Backlog, error)
	// Deliveries lists deliveries, newest first, with ids below the given one unless it is 0; those of a channel and a target,
	// or of any.
	Deliveries(ctx context.Context, channel, target string, undone bool, below int64, limit int) ([]scheduler.Delivery, error)
	Retry(ctx context.Context, channel, request string) (int64, error)
}

// DeliveryShape is the delivery of an event to a target.
type DeliveryShape struct {
	ID       int64                   `json:"id"`
	Channel  string                  `json:"channel"`
	Target   string                  `json:"target,omitempty" doc:"recipient, for channels with several recipients"`
	State    scheduler.DeliveryState `json:"state" enum:"waiting,stuck,done" doc:"stuck: waits for manual action"`
	Attempts int64                   `json:"attempts"`
	Due      *time.Time              `json:"due,omitempty" doc:"time of the next attempt"`
	Settled  *time.Time              `json:"settled,omitempty" doc:"time of the successful delivery"`
	Failure  string                  `json:"failure,omitempty" doc:"failure of the last attempt"`
	Remedy   string                  `json:"remedy,omitempty" doc:"how to resolve the failure"`
	Request  int64                   `json:"request,omitempty" doc:"number of the request"`
	Event    int64                   `json:"event" doc:"sequence number of the event"`
	Action   scheduler.Action        `json:"action,omitempty"`
	At       time.Time               `json:"at" doc:"time of the event"`
}

func delivery(m scheduler.Delivery) DeliveryShape {
	d := DeliveryShape{ID: m.ID, Channel: m.Channel, Target: m.Target, State: m.State, Attempts: m.Attempts, Settled: m.Settled, Failure: m.Failure, Remedy: m.Remedy,
		Request: m.Event.Number, Event: m.Event.Sequence, Action: m.Event.Action, At: m.Event.At}
	if m.State != scheduler.DeliveryDone && m.Due.Unix() > 0 {
		d.Due = &m.Due
	}
	return d
}

// deliveries reads a page of deliveries.
func deliveries(p Paged, path string, query url.Values, read func(below int64, limit int) ([]scheduler.Delivery, error)) (*list[DeliveryShape], error) {
	var below int64
	if p.Cursor != "" {
		n, err := strconv.ParseInt(p.Cursor, 10, 64)
		if err != nil || n < 1 {
			e := scheduler.Errorf(scheduler.CodeInvalid, "the list cannot be continued")
			e.Fields = []scheduler.FieldError{{Field: "cursor", Rule: "must be the next of the previous page"}}
			return nil, e
		}
		below = n
	}
	limit := p.Limit
	if limit == 0 {
		limit = 50
	}
	found, err := read(below, limit+1)
	if err != nil {
		return nil, err
	}
	page := scheduler.Page[DeliveryShape]{Items: []DeliveryShape{}}
	for i, m := range found {
		if i == limit {
			page.Next = strconv.FormatInt(found[limit-1].ID, 10)
			break
		}
		page.Items = append(page.Items, delivery(m))
	}
	return part(page, path, p.query(query)), nil
}

// BacklogShape counts the waiting deliveries of a channel.
type BacklogShape struct {
	Channel string `json:"channel"`
	scheduler.Backlog
}

func (a *api) deliveryRoutes() {
	type choice struct {
		Paged
		Channel string `query:"channel" maxLength:"32" doc:"ticket, mail, portal or webhook; default: all"`
		Target  string `query:"target" maxLength:"320"`
		Undone  bool   `query:"undone" doc:"only deliveries that have not succeeded"`
	}
	add(a, operation{id: "list-deliveries", method: "GET", path: "/deliveries", tag: "operating", summary: "List the deliveries to tickets, mail, portals and webhooks, newest first",
		more: "Successful deliveries are kept for 30 days."},
		func(ctx context.Context, _ account.Actor, in *choice) (*list[DeliveryShape], error) {
			query := url.Values{}
			for name, value := range map[string]string{"channel": in.Channel, "target": in.Target} {
				if value != "" {
					query.Set(name, value)
				}
			}
			if in.Undone {
				query.Set("undone", "true")
			}
			return deliveries(in.Paged, "/deliveries", query, func(below int64, limit int) ([]scheduler.Delivery, error) {
				return a.o.Deliveries.Deliveries(ctx, in.Channel, in.Target, in.Undone, below, limit)
			})
		})
	add(a, operation{id: "get-backlog", method: "GET", path: "/deliveries/backlog", tag: "operating", summary: "Count the waiting and stuck deliveries of each channel, with the time of the last success"},
		func(ctx context.Context, _ account.Actor, _ *struct{}) (*body[scheduler.Page[BacklogShape]], error) {
			found := []BacklogShape{}
			for _, c := range a.o.Channels {
				b, err := a.o.Deliveries.Backlog(ctx, c)
				if err != nil {
					return nil, err
				}
				found = append(found, BacklogShape{c, b})
			}
			return answer(items(found)), nil
		})
	type search struct {
		Paged
		Actor  string           `query:"actor" maxLength:"64" doc:"username of the acting user"`
		Action scheduler.Action `query:"action" maxLength:"32" doc:"action, such as schedule or facility"`
		Number int64            `query:"request" minimum:"1" doc:"number of the request"`
		Text   string           `query:"text" maxLength:"200" doc:"text in the change or its reason"`
		From   time.Time        `query:"from"`
		To     time.Time        `query:"to"`
	}
	add(a, operation{id: "list-audit", method: "GET", path: "/audit", tag: "operating", summary: "List all actions with actor and reason, newest first",
		more: "A page may have fewer items than the limit and still a next page: the search of one call is bounded."},
		func(ctx context.Context, actor account.Actor, in *search) (*list[scheduler.Event], error) {
			page, err := a.service.Audit(ctx, actor, scheduler.AuditFilter{Actor: in.Actor, Action: in.Action, Number: in.Number, Text: in.Text, From: in.From, To: in.To, Limit: in.Limit}, in.Cursor)
			query := url.Values{}
			for name, value := range map[string]string{"actor": in.Actor, "action": string(in.Action), "text": in.Text} {
				if value != "" {
					query.Set(name, value)
				}
			}
			if in.Number != 0 {
				query.Set("request", strconv.FormatInt(in.Number, 10))
			}
			for name, at := range map[string]time.Time{"from": in.From, "to": in.To} {
				if !at.IsZero() {
					query.Set(name, at.Format(time.RFC3339))
				}
			}
			return part(page, "/audit", in.Paged.query(query)), err
		})
	type accountSearch struct {
		Paged
		Person string         `query:"person" maxLength:"64" doc:"username of the account"`
		Actor  string         `query:"actor" maxLength:"64" doc:"username of the acting user"`
		Action account.Action `query:"action" enum:"made,changed,roles,disabled,enabled,password,token,revoked,linked,sign-in,sign-out,failed"`
	}
	add(a, operation{id: "list-account-audit", method: "GET", path: "/audit/accounts", tag: "operating", summary: "List the audit trail of accounts, newest first",
		more: "Accounts created, changed and disabled, roles, passwords, tokens, sign-ins and failed sign-ins, with the address. Kept for 400 days."},
		func(ctx context.Context, actor account.Actor, in *accountSearch) (*list[account.AuditEvent], error) {
			page, err := a.auth.Trail(ctx, actor, account.Filter{Person: in.Person, Actor: in.Actor, Action: in.Action, Limit: in.Limit}, in.Cursor)
			query := url.Values{}
			for name, value := range map[string]string{"person": in.Person, "actor": in.Actor, "action": string(in.Action)} {
				if value != "" {
					query.Set(name, value)
				}
			}
			return part(page, "/audit/accounts", in.Paged.query(query)), err
		})
	type retry struct {
		Body struct {
			Channel string `json:"channel" enum:"ticket,mail,portal,webhook"`
			Request string `json:"request,omitempty" maxLength:"64" doc:"UUID or number; default: all"`
		}
	}
	type tried struct {
		Messages int64 `json:"messages" doc:"number of deliveries that are retried"`
	}
	add(a, operation{id: "retry-deliveries", method: "POST", path: "/deliveries/retry", tag: "operating", summary: "Retry failed and stuck deliveries at once"},
		func(ctx context.Context, actor account.Actor, in *retry) (*body[tried], error) {
			id := ""
			if in.Body.Request != "" {
				v, err := a.service.Get(ctx, actor, in.Body.Request)
				if err != nil {
					return nil, err
				}
				id = v.ID
			}
			n, err := a.o.Deliveries.Retry(ctx, in.Body.Channel, id)
			return answer(tried{n}), err
		})
}
