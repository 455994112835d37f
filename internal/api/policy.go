package api

import (
	"context"
	"net/http"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/policy"
)

func (a *api) policyRoutes() {
	type none struct{}
	add(a, operation{id: "get-policy", method: "GET", path: "/policy", tag: "policy", summary: "Show the policy in force, and what you have used of it",
		more: "text is the document as it was written, words says each rule in a sentence, shares what you and your organisation have used of each quota in its present period."},
		func(ctx context.Context, actor account.Actor, _ *none) (*tagged[scheduler.PolicyView], error) {
			v, err := a.service.Policy(ctx, actor)
			return &tagged[scheduler.PolicyView]{etag(v.Revision), v}, err
		})
	type upload struct {
		Revised
		DryRun      bool   `query:"dry_run" doc:"only check the document"`
		Reason      string `query:"reason" maxLength:"1000" doc:"reason, kept with the revision"`
		ContentType string `header:"Content-Type" doc:"application/json or application/yaml"`
		RawBody     []byte
	}
	type put struct {
		ETag string `header:"ETag"`
		Body scheduler.PolicyChange
	}
	add(a, operation{id: "put-policy", raw: documents, method: "PUT", path: "/policy", tag: "policy", body: policy.MaxSize + 1, summary: "Put a policy in force",
		more: "It binds what is decided from then on; what was granted stays granted. A document with a fault is a 422 that lists every fault with its line. An empty policy is zone: UTC."},
		func(ctx context.Context, actor account.Actor, in *upload) (*put, error) {
			revision, err := in.revision()
			if err == nil {
				err = document(in.ContentType)
			}
			if err != nil {
				return nil, err
			}
			out, err := a.service.PutPolicy(ctx, actor, in.RawBody, scheduler.ChangeOptions{DryRun: in.DryRun, Reason: in.Reason, Revision: revision})
			return &put{etag(out.Revision), out}, err
		})
	type trial struct {
		Months      int    `query:"months" minimum:"1" maximum:"12" default:"3" doc:"how far back"`
		ContentType string `header:"Content-Type" doc:"application/json or application/yaml"`
		RawBody     []byte
	}
	add(a, operation{id: "test-policy", raw: documents, method: "POST", path: "/policy/test", tag: "policy", body: policy.MaxSize + 1, summary: "Try a policy on the requests of the last months",
		more: "Judges the latest requests, in the order in which they were made, as if the policy had been in force. Changes nothing."},
		func(ctx context.Context, actor account.Actor, in *trial) (*body[scheduler.PolicyTrial], error) {
			if err := document(in.ContentType); err != nil {
				return nil, err
			}
			out, err := a.service.TestPolicy(ctx, actor, in.RawBody, in.Months)
			return answer(out), err
		})
}

// document refuses other content types than those of documents.
func document(contentType string) error {
	kind, _, _ := strings.Cut(contentType, ";")
	switch strings.TrimSpace(kind) {
	case "application/json", "application/yaml", "application/x-yaml", "text/yaml", "":
		return nil
	}
	return newProblem(http.StatusUnsupportedMediaType, "send application/json or application/yaml")
}
