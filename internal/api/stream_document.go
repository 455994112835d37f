package api

import (
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"berth/scheduler"
)

// documentEvents describes the stream of events, which cannot be an operation of huma's: it stays open, and ends by its own
// rules.
func (a *api) documentEvents() {
	o := a.huma.OpenAPI()
	event := o.Components.Schemas.Schema(reflect.TypeFor[scheduler.Event](), true, "Event")
	problem := o.Components.Schemas.Schema(reflect.TypeFor[huma.ErrorModel](), true, "ErrorModel")
	number := &huma.Schema{Type: huma.TypeInteger, Format: "int64", Minimum: new(0.0)}
	op := &huma.Operation{OperationID: "stream-events", Method: http.MethodGet, Path: "/events", Tags: []string{"events"},
		Summary: "What changes, as server-sent events",
		Description: "Every change that its reader may know of, in the order of commits: id is the sequence, event its kind, data the change as JSON. " +
			"A stream that was cut off goes on after the id in Last-Event-ID; one that knows more than there is, because the database was restored, begins with an event of the kind reset " +
			"and then with what happens next: read everything anew. It ends when the token does.",
		Security: []map[string][]string{{"bearer": {}}, {"basic": {}}},
		Parameters: []*huma.Param{
			{Name: "Last-Event-ID", In: "header", Description: "after which change to go on; default: with what happens next", Schema: number},
			{Name: "after", In: "query", Description: "the same, for clients that cannot set headers", Schema: number},
		},
		Responses: map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: event}}}},
	}
	for _, status := range []int{401, 403, 422, 429, 500, 503} {
		op.Responses[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status), Content: map[string]*huma.MediaType{"application/problem+json": {Schema: problem}}}
	}
	o.AddOperation(op)
}
