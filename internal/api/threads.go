package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"reflect"
	"strconv"

	"berth/scheduler"
	"berth/scheduler/account"
)

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

// creation combines the idempotency key with a fingerprint of the body sent under it.
func (r Repeatable) creation(operation string, raw []byte) scheduler.Creation {
	if r.Key == "" {
		return scheduler.Creation{}
	}
	h := sha256.New()
	h.Write([]byte(operation + "\n"))
	h.Write(raw)
	return scheduler.Creation{Key: r.Key, Fingerprint: hex.EncodeToString(h.Sum(nil))}
}

func (p Paged) query(v url.Values) url.Values {
	if p.Limit > 0 {
		v.Set("limit", strconv.Itoa(p.Limit))
	}
	return v
}

func (a *api) threadRoutes() {
	type reading struct {
		One
		Paged
	}
	add(a, operation{id: "list-feedback", method: "GET", path: "/requests/{id}/feedback", tag: "requests", summary: "List the remarks of a request, oldest first"},
		func(ctx context.Context, actor account.Actor, in *reading) (*list[scheduler.Feedback], error) {
			page, err := a.service.Feedback(ctx, actor, in.ID, in.Cursor, in.Limit)
			return part(page, "/requests/"+url.PathEscape(in.ID)+"/feedback", in.Paged.query(url.Values{})), err
		})
	add(a, operation{id: "list-history", method: "GET", path: "/requests/{id}/history", tag: "requests", summary: "List the history of a request, oldest first"},
		func(ctx context.Context, actor account.Actor, in *reading) (*list[scheduler.Entry], error) {
			page, err := a.service.History(ctx, actor, in.ID, in.Cursor, in.Limit)
			return part(page, "/requests/"+url.PathEscape(in.ID)+"/history", in.Paged.query(url.Values{})), err
		})
	type remark struct {
		One
		Repeatable
		RawBody []byte
		Body    struct {
			Text string `json:"text"`
		}
	}
	add(a, operation{id: "add-feedback", method: "POST", path: "/requests/{id}/feedback", tag: "requests", status: http.StatusCreated, summary: "Add a remark",
		more: "Possible in every status. Remarks cannot be changed."},
		func(ctx context.Context, actor account.Actor, in *remark) (*body[scheduler.Feedback], error) {
			f, err := a.service.AddFeedback(ctx, actor, in.ID, in.Body.Text, in.creation("feedback "+in.ID, in.RawBody))
			return answer(f), err
		})
}
