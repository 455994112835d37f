package api

import (
	"bytes"
	"cmp"
	"encoding/json"
	"log/slog"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"berth/scheduler"
)

// Version is the version of the interface, as the OpenAPI document gives it; docs/api.md says what a new one may change.
const Version = "1.0.0"

// Document renders the OpenAPI 3.1 document as JSON.
func Document() ([]byte, error) {
	return newAPI(nil, nil, Options{Log: slog.New(slog.DiscardHandler), Clock: time.Now}).document()
}

// Document30 renders the document for generators that do not know OpenAPI 3.1 yet.
func Document30() ([]byte, error) {
	return newAPI(nil, nil, Options{Log: slog.New(slog.DiscardHandler), Clock: time.Now}).document30()
}

func (a *api) document() ([]byte, error) {
	b, err := a.huma.OpenAPI().MarshalJSON()
	return known31(b), err
}

// document30 leaves out the calls of webhooks, which OpenAPI 3.0 has no place for.
func (a *api) document30() ([]byte, error) {
	o := *a.huma.OpenAPI()
	o.Webhooks = nil
	b, err := o.Downgrade()
	return known31(b), err
}

// known31 turns the one field that is huma's own into an extension.
func known31(document []byte) []byte {
	return bytes.ReplaceAll(document, []byte(`"patternDescription":`), []byte(`"x-pattern-description":`))
}

func (a *api) serveDocument(render func() ([]byte, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		b, err := render()
		if err != nil {
			a.problem(r.Context(), err).write(w)
			return
		}
		w.Header().Set("Content-Type", "application/openapi+json")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(b)
	}
}

// tags describes the subjects of operations, in the order of their importance to most readers.
var tags = []*huma.Tag{
	{Name: "requests", Description: "Ask for slots, and follow what became of it."},
	{Name: "availability", Description: "What is free when; changes nothing."},
	{Name: "decisions", Description: "The steps in the life of a request."},
	{Name: "series", Description: "Requests that repeat, decided together."},
	{Name: "policy", Description: "The rules by which requests are limited, approved and rejected."},
	{Name: "offers", Description: "Slots that are held for somebody, taken by a link without signing in."},
	{Name: "facility", Description: "Testbeds, closures and the catalogue."},
	{Name: "calendars", Description: "Calendars and feeds for clients."},
	{Name: "people", Description: "Accounts and tokens."},
	{Name: "reports", Description: "How much was planned and used."},
	{Name: "events", Description: "Every change, as it happens."},
	{Name: "webhooks", Description: "Calls to addresses of your own."},
	{Name: "portal", Description: "Deployments in the form of the 5GinFIRE portal."},
	{Name: "operating", Description: "What really runs in each OSM, deliveries, and the audit trail."},
}

// complete adds what readers of the document need beyond the routes: what the tags mean, who may use an operation, examples of bodies and answers, and
// the calls of webhooks.
func (a *api) complete() {
	o := a.huma.OpenAPI()
	o.Tags = tags
	webhookCall(o)
	s := sampler{o.Components.Schemas}
	refused := refusal(o.Components.Schemas)
	for _, item := range o.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Put, item.Post, item.Patch, item.Delete} {
			if op == nil {
				continue
			}
			for _, r := range op.Responses {
				if m := r.Content[problemType]; m != nil {
					m.Schema = refused
				}
			}
			s.complete(op)
		}
	}
	for _, item := range o.Webhooks {
		s.complete(item.Post)
	}
}

// complete describes an operation by who may use it where nothing else is said, and adds its examples.
func (s sampler) complete(op *huma.Operation) {
	who, _ := op.Extensions["x-who"].(string)
	op.Description = cmp.Or(op.Description, who)
	if op.RequestBody != nil {
		if op.RequestBody.Content["application/json"] != nil { // the raw body of an operation that reads it too is no other kind
			delete(op.RequestBody.Content, "application/octet-stream")
		}
		for _, m := range op.RequestBody.Content {
			given := bodies[op.OperationID]
			switch {
			case given != "":
				m.Example = json.RawMessage(given)
			case hasShape(m.Schema):
				m.Example = s.sample("", m.Schema, 0, false)
			}
		}
	}
	for _, r := range op.Responses {
		for kind, m := range r.Content {
			if m.Example == nil && hasShape(m.Schema) && kind != "text/event-stream" && kind != problemType {
				m.Example = s.sample("", m.Schema, 0, true)
			}
		}
	}
}

// refusal puts the shape of refusals into the document, in the place of huma's own.
func refusal(schemas huma.Registry) *huma.Schema {
	const name = "Refusal"
	shape := huma.SchemaFromType(schemas, reflect.TypeFor[Problem]())
	shape.Examples = []any{json.RawMessage(problemExample)}
	schemas.Map()[name] = shape
	delete(schemas.Map(), "ErrorModel")
	delete(schemas.Map(), "ErrorDetail")
	return &huma.Schema{Ref: "#/components/schemas/" + name}
}

const problemType = "application/problem+json"

func hasShape(s *huma.Schema) bool {
	return s != nil && (s.Ref != "" || s.Type == huma.TypeObject || s.Type == huma.TypeArray)
}

// webhookPayload is the body of a call to a webhook, as package webhook sends it.
type webhookPayload struct {
	Type      string      `json:"type" doc:"request. or facility. and the action; test for a test"`
	Timestamp time.Time   `json:"timestamp" doc:"when it happened"`
	Data      webhookData `json:"data"`
}

type webhookData struct {
	scheduler.Event
	URL string `json:"url,omitempty" doc:"of the request in this interface"`
}

// webhookCall describes the calls that Berth makes.
func webhookCall(o *huma.OpenAPI) {
	text := &huma.Schema{Type: huma.TypeString}
	payload := o.Components.Schemas.Schema(reflect.TypeFor[webhookPayload](), true, "WebhookPayload")
	o.Webhooks = map[string]*huma.PathItem{"event": {Post: &huma.Operation{
		OperationID: "receive-event", Summary: "Berth tells you of a change", Tags: []string{"webhooks"},
		Description: "Sent to the address of a webhook, at least once; Webhook-Id is the same each time. Verify Webhook-Signature before you believe it: docs/api.md says how.",
		Security:    []map[string][]string{{}},
		Parameters: []*huma.Param{
			{Name: "Webhook-Id", In: "header", Required: true, Description: "identifies the message", Schema: text},
			{Name: "Webhook-Timestamp", In: "header", Required: true, Description: "when it was sent, Unix seconds", Schema: text},
			{Name: "Webhook-Signature", In: "header", Required: true, Description: "v1, and the HMAC-SHA256 of id, timestamp and body", Schema: text},
		},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: payload}}},
		Responses: map[string]*huma.Response{
			"204": {Description: "Taken; every 2xx counts."}, "410": {Description: "The address wants no more calls: the webhook is switched off."},
			"4XX": {Description: "Tried again later, as are failures."},
		},
	}}}
}
