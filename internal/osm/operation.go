package osm

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Operation is one thing that OSM does, or did, with a network service.
type Operation struct {
	ID      string
	Service string
	Kind    string // instantiate, terminate, scale, action, heal, update, migrate …
	State   string // PROCESSING, COMPLETED, FAILED, FAILED_TEMP, PARTIALLY_COMPLETED …
	Detail  string // why it failed, or what it does
	Began   time.Time
	Changed time.Time // when it entered its state
}

// Processing reports whether the operation is under way.
func (o Operation) Processing() bool { return o.State == "PROCESSING" || o.State == "ROLLING_BACK" }

// Failed reports whether the operation failed for good.
func (o Operation) Failed() bool {
	return o.State == "FAILED" || o.State == "FAILED_TEMP" || o.State == "ROLLED_BACK"
}

type operationRecord struct {
	UID      string  `json:"_id"`
	ID       string  `json:"id"`
	Service  string  `json:"nsInstanceId"`
	Kind     string  `json:"lcmOperationType"`
	State    string  `json:"operationState"`
	Detailed any     `json:"detailed-status"`
	Message  any     `json:"errorMessage"`
	Began    float64 `json:"startTime"`
	Changed  float64 `json:"statusEnteredTime"`
}

func (r operationRecord) operation() Operation {
	return Operation{ID: first(r.UID, r.ID), Service: r.Service, Kind: strings.ToLower(r.Kind), State: strings.ToUpper(r.State),
		Detail: Clip(first(said(r.Detailed), said(r.Message))), Began: instant(r.Began), Changed: instant(r.Changed)}
}

// Operations lists the operations of a network service, the oldest first.
func (c *Client) Operations(ctx context.Context, service string) ([]Operation, error) {
	var records []operationRecord
	if err := c.call(ctx, "listing operations", http.MethodGet, "nslcm/v1/ns_lcm_op_occs", url.Values{"nsInstanceId": {service}}, nil, &records); err != nil {
		return nil, err
	}
	list := make([]Operation, 0, len(records))
	for i, r := range records {
		if o := r.operation(); o.Service == service || o.Service == "" {
			o.Service = service
			if o.Began.IsZero() && i > 0 {
				o.Began = list[len(list)-1].Began
			}
			list = append(list, o)
		}
	}
	slices.SortStableFunc(list, func(a, b Operation) int { return a.Began.Compare(b.Began) })
	return list, nil
}
