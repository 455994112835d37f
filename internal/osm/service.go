package osm

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Service is the record of a network service, as far as all releases have it. Releases before SEVEN have no nsState and no currentOperation.
type Service struct {
	ID          string
	Name        string
	NSD         string // the id of its descriptor, as people write it
	Account     string // the VIM account on which it is created, unless a member has another one
	State       string // nsState: NOT_INSTANTIATED, BUILDING, READY, BROKEN, DEGRADED, TERMINATING; empty in old releases
	Operational string // operational-status, in lower case
	Config      string // config-status, in lower case
	Current     string // currentOperation: IDLE, INSTANTIATING, TERMINATING …
	Admin       string // _admin.nsState: INSTANTIATED or NOT_INSTANTIATED
	Detail      string // of the last fault, else detailed-status
	Created     time.Time
}

type serviceRecord struct {
	UID         string  `json:"_id"`
	ID          string  `json:"id"`
	Name        string  `json:"name"`
	Short       string  `json:"short-name"`
	NSDRef      string  `json:"nsd-ref"`
	NSDName     string  `json:"nsd-name-ref"`
	Datacenter  string  `json:"datacenter"`
	State       string  `json:"nsState"`
	Operational string  `json:"operational-status"`
	Config      string  `json:"config-status"`
	Current     string  `json:"currentOperation"`
	Detailed    any     `json:"detailed-status"`
	Description string  `json:"errorDescription"`
	Error       any     `json:"errorDetail"`
	Created     float64 `json:"create-time"`
	CreatedFive float64 `json:"crete-time"` // as FIVE writes it
	NSD         struct {
		ID string `json:"id"`
	} `json:"nsd"`
	Params struct {
		Account string `json:"vimAccountId"`
	} `json:"instantiate_params"`
	Admin struct {
		State   string  `json:"nsState"`
		Created float64 `json:"created"`
	} `json:"_admin"`
}

func (r serviceRecord) service() Service {
	s := Service{ID: first(r.UID, r.ID), Name: first(r.Name, r.Short), NSD: first(r.NSD.ID, r.NSDRef, r.NSDName), Account: first(r.Datacenter, r.Params.Account),
		State: strings.ToUpper(r.State), Operational: strings.ToLower(r.Operational), Config: strings.ToLower(r.Config),
		Current: strings.ToUpper(r.Current), Admin: strings.ToUpper(r.Admin.State), Detail: Clip(first(said(r.Error), said(r.Detailed)))}
	for _, at := range []float64{r.Created, r.CreatedFive, r.Admin.Created} {
		if s.Created.IsZero() {
			s.Created = instant(at)
		}
	}
	return s
}

// instant reads a time in seconds since 1970; zero for none.
func instant(at float64) time.Time {
	if at <= 0 || at > 1<<40 {
		return time.Time{}
	}
	return time.Unix(int64(at), 0).UTC()
}

// said reads a text that is a string, or something else in some releases.
func said(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	raw, _ := json.Marshal(v)
	return string(raw)
}

// first returns the first text that is not empty.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

const instances = "nslcm/v1/ns_instances"

// Services lists all network services of the project; with a name, those of that name alone. Names are not unique.
func (c *Client) Services(ctx context.Context, name string) ([]Service, error) {
	query := url.Values{}
	if name != "" {
		query.Set("name", name)
	}
	var records []serviceRecord
	if err := c.call(ctx, "listing network services", http.MethodGet, instances, query, nil, &records); err != nil {
		return nil, err
	}
	list := make([]Service, 0, len(records))
	for _, r := range records {
		if s := r.service(); s.ID != "" {
			list = append(list, s)
		}
	}
	return list, nil
}

// Service reads one network service.
func (c *Client) Service(ctx context.Context, id string) (Service, error) {
	var r serviceRecord
	err := c.call(ctx, "reading a network service", http.MethodGet, instances+"/"+url.PathEscape(id), nil, nil, &r)
	if err == nil && r.service().ID != id {
		err = &Error{Doing: "reading a network service", Status: http.StatusOK, Detail: "the answer is about another one"}
	}
	return r.service(), err
}

// NewService describes a network service to be created.
type NewService struct {
	Name     string // such as berth-42
	NSD      string // the _id of the descriptor
	Account  string // the VIM account of members that Members does not name
	Members  map[string]string
	Describe string
}

type memberBody struct {
	Index   string `json:"member-vnf-index"`
	Account string `json:"vimAccountId"`
}

func (n NewService) body() map[string]any {
	body := map[string]any{"nsName": n.Name, "nsdId": n.NSD, "vimAccountId": n.Account}
	if n.Describe != "" {
		body["nsDescription"] = n.Describe
	}
	var members []memberBody
	for _, index := range sortedKeys(n.Members) {
		members = append(members, memberBody{index, n.Members[index]})
	}
	if len(members) > 0 {
		body["vnf"] = members
	}
	return body
}

type made struct {
	UID string `json:"_id"`
	ID  string `json:"id"`
}

// Create makes the record of a network service; nothing runs yet. OSM takes the same name any number of times, and unknown VIM accounts.
func (c *Client) Create(ctx context.Context, n NewService) (id string, err error) {
	return c.make(ctx, "creating a network service", instances, n.body())
}

// Instantiate lets a created network service run, and returns the operation. A second time is a conflict.
func (c *Client) Instantiate(ctx context.Context, id string, n NewService) (operation string, err error) {
	return c.make(ctx, "instantiating a network service", instances+"/"+url.PathEscape(id)+"/instantiate", n.body())
}

// Terminate tears a network service down, and keeps its record.
func (c *Client) Terminate(ctx context.Context, id string) (operation string, err error) {
	return c.make(ctx, "terminating a network service", instances+"/"+url.PathEscape(id)+"/terminate", map[string]any{"autoremove": false})
}

func (c *Client) make(ctx context.Context, doing, path string, body any) (string, error) {
	var m made
	if err := c.call(ctx, doing, http.MethodPost, path, nil, body, &m); err != nil {
		return "", err
	}
	if id := first(m.UID, m.ID); id != "" {
		return id, nil
	}
	return "", &Error{Doing: doing, Status: http.StatusOK, Detail: "the answer has no id", wrote: true}
}

// Delete removes the record of a network service that is not instantiated; a running one is a conflict.
func (c *Client) Delete(ctx context.Context, id string) error {
	return c.call(ctx, "deleting a network service", http.MethodDelete, instances+"/"+url.PathEscape(id), nil, nil, nil)
}
