package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
)

// Programs that were written for the portal find here what they call there: the portal's paths below /api/v1/portal, the header X-APIKEY with a
// token of Berth in it, and, for who signs in by that header, the portal's answers.

// keyHeader is the portal's header for a person's key.
const keyHeader = "X-Apikey"

// What the portal says to whom it does not know.
const (
	unknownToPortal = "User not found in portal registry or not logged in"
	noPortalAdmin   = unknownToPortal + " as admin"
)

// portalClients takes a token in X-APIKEY, on the portal's paths alone, and answers as the portal does.
func portalClients(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, prefix+"/portal/") {
			next.ServeHTTP(w, r)
			return
		}
		key := r.Header.Get(keyHeader)
		if trimmed := strings.TrimSuffix(r.URL.Path, "/"); trimmed != r.URL.Path || key != "" {
			r = r.Clone(r.Context())
			r.URL.Path, r.URL.RawPath = trimmed, "" // the portal has its lists with a slash at the end
		}
		if key == "" || r.Header.Get("Authorization") != "" {
			next.ServeHTTP(w, r)
			return
		}
		r.Header.Set("Authorization", "Bearer "+key)
		next.ServeHTTP(&portalAnswer{ResponseWriter: w, method: r.Method}, r)
	})
}

// portalAnswer gives an answer the portal's status, and its words to whom it does not know.
type portalAnswer struct {
	http.ResponseWriter
	method string
	said   bool
}

func (p *portalAnswer) WriteHeader(status int) {
	put := p.method == http.MethodPut
	switch {
	case status == http.StatusUnauthorized && !put:
		p.says(http.StatusNotFound, unknownToPortal)
	case put && (status == http.StatusUnauthorized || status == http.StatusForbidden):
		p.says(http.StatusNotAcceptable, noPortalAdmin)
	case put && (status == http.StatusConflict || status == http.StatusUnprocessableEntity || status == http.StatusPreconditionFailed):
		p.ResponseWriter.WriteHeader(http.StatusNotAcceptable)
	case status == http.StatusCreated || status == http.StatusNoContent:
		p.ResponseWriter.WriteHeader(http.StatusOK)
	default:
		p.ResponseWriter.WriteHeader(status)
	}
}

// says answers with the portal's words, instead of what follows.
func (p *portalAnswer) says(status int, text string) {
	p.said = true
	h := p.Header()
	h.Del("WWW-Authenticate")
	h.Del("Content-Length")
	h.Set("Content-Type", "text/plain; charset=utf-8")
	p.ResponseWriter.WriteHeader(status)
	_, _ = p.ResponseWriter.Write([]byte(text))
}

func (p *portalAnswer) Write(b []byte) (int, error) {
	if p.said {
		return len(b), nil
	}
	return p.ResponseWriter.Write(b)
}

// mostDeployments bounds a list that the portal would answer as a whole.
const mostDeployments = 10_000

// portalLists are the statuses that the portal's list shows for a word; without one it shows what is not over.
var portalLists = map[string][]scheduler.Status{
	"": scheduler.Live, "REJECTED": {scheduler.Rejected, scheduler.Cancelled}, "FAILED_OSM_REMOVED": {scheduler.Failed}, "TERMINATED": {scheduler.Completed},
}

// listed reads all deployments of some statuses, as far as the actor may see them.
func (a *api) listed(ctx context.Context, actor account.Actor, statuses []scheduler.Status) (*body[[]deployment], error) {
	f, _, err := a.service.Facility(ctx, actor)
	if err != nil {
		return nil, err
	}
	list := []deployment{}
	for cursor := ""; ; {
		page, err := a.service.List(ctx, actor, scheduler.RequestFilter{Status: statuses, Limit: 500}, cursor)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Items {
			list = append(list, descriptor(r, f, ""))
		}
		if cursor = page.Next; cursor == "" || len(list) >= mostDeployments {
			return answer(list), nil
		}
	}
}

// portalClientRoutes registers the portal's own paths.
func (a *api) portalClientRoutes() {
	type filter struct {
		Status string `query:"status" maxLength:"40" doc:"of the portal; default: what is not over"`
	}
	add(a, operation{id: "portal-list-deployments", method: "GET", path: "/portal/admin/deployments", tag: "portal", summary: "List deployments at the portal's own path, all at once",
		more: "Programs of the portal send their token as X-APIKEY, and are answered as the portal does."},
		func(ctx context.Context, actor account.Actor, in *filter) (*body[[]deployment], error) {
			statuses := portalLists[in.Status]
			if statuses == nil {
				statuses = []scheduler.Status{scheduler.Status(in.Status)}
			}
			if !slices.Contains(scheduler.Statuses, statuses[0]) {
				return nil, invalid("status", "is none of the portal's")
			}
			return a.listed(ctx, actor, statuses)
		})
	add(a, operation{id: "portal-list-scheduled", method: "GET", path: "/portal/admin/deployments/scheduled", tag: "portal", summary: "List what is scheduled, at the portal's own path"},
		func(ctx context.Context, actor account.Actor, _ *struct{}) (*body[[]deployment], error) {
			return a.listed(ctx, actor, []scheduler.Status{scheduler.Scheduled})
		})
	add(a, operation{id: "portal-get-deployment", method: "GET", path: "/portal/admin/deployments/{id}", tag: "portal", summary: "Show a deployment at the portal's own path"},
		func(ctx context.Context, actor account.Actor, in *One) (*body[deployment], error) {
			return a.deployment(ctx, actor, in.ID)
		})
	type posting struct {
		Repeatable
		RawBody []byte
	}
	type posted struct {
		Location string `header:"Location"`
		Body     deployment
	}
	add(a, operation{id: "portal-create-deployment", raw: documents[:1], method: "POST", path: "/portal/admin/deployments", tag: "portal", status: http.StatusCreated, summary: "Request a slot at the portal's own path"},
		func(ctx context.Context, actor account.Actor, in *posting) (*posted, error) {
			d, err := a.postDeployment(ctx, actor, in.RawBody, true, in.creation("deployment", in.RawBody))
			return &posted{fmt.Sprintf("%s/portal/admin/deployments/%d", prefix, d.ID), d}, err
		})
	type putting struct {
		One
		RawBody []byte
	}
	add(a, operation{id: "portal-edit-deployment", raw: documents[:1], method: "PUT", path: "/portal/admin/deployments/{id}", tag: "portal", summary: "Change a deployment at the portal's own path"},
		func(ctx context.Context, actor account.Actor, in *putting) (*body[deployment], error) {
			return a.putDeployment(ctx, actor, in.ID, in.RawBody)
		})
	add(a, operation{id: "portal-delete-deployment", method: "DELETE", path: "/portal/admin/deployments/{id}", tag: "portal", status: http.StatusNoContent,
		summary: "Cancel a request, as the portal deletes a deployment", more: "Only before it runs. The request stays, as cancelled."},
		func(ctx context.Context, actor account.Actor, in *One) (*struct{}, error) {
			_, err := a.service.Cancel(ctx, actor, in.ID, scheduler.Step{Reason: "deleted, as in the portal"})
			return nil, err
		})
	add(a, operation{id: "portal-list-infrastructures", method: "GET", path: "/portal/admin/infrastructures", tag: "portal", summary: "List the VIMs as infrastructures of the portal"},
		func(ctx context.Context, actor account.Actor, _ *struct{}) (*body[[]portalInfrastructure], error) {
			f, _, err := a.service.Facility(ctx, actor)
			list := []portalInfrastructure{}
			for _, t := range f.Testbeds {
				for _, v := range t.VIMs {
					list = append(list, *infrastructure(t.ID+"/"+v.ID, f))
				}
			}
			return answer(list), err
		})
	add(a, operation{id: "portal-list-experiments", method: "GET", path: "/portal/experiments", tag: "portal", summary: "List the NSDs of the catalogue as experiments of the portal"},
		func(ctx context.Context, actor account.Actor, _ *struct{}) (*body[[]portalExperiment], error) {
			c, _, err := a.service.Catalogue(ctx, actor)
			list := []portalExperiment{}
			for _, n := range c.NSDs {
				e := portalExperiment{Name: n.ID}
				for _, m := range n.Members {
					e.Members = append(e.Members, memberOf(m.Index, m.VNF))
				}
				list = append(list, e)
			}
			return answer(list), err
		})
}
