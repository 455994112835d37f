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
	number := &huma.Schema{Type: huma.TypeInteger, Format: "int64", Minimum: new(0.0)}
	op := &huma.Operation{OperationID: "stream-events", Method: http.MethodGet, Path: "/events", Tags: []string{"events"},
		Summary: "Stream all changes as server-sent events",
		Description: "Sends every change that the reader may know of, in commit order: id is the sequence number, event the kind, data the change as JSON. " +
			"A broken stream resumes after the id in Last-Event-ID. If that id is beyond the end, because the database was restored, the stream begins with an event of the kind reset " +
			"and continues with new changes: read everything again. The stream ends when the token does.",
		Extensions: map[string]any{"x-who": routes["stream-events"].said()},
		Security:   []map[string][]string{{"bearer": {}}, {"basic": {}}},
		Parameters: []*huma.Param{
			{Name: "Last-Event-ID", In: "header", Description: "id after which to resume; default: only new changes", Schema: number},
			{Name: "after", In: "query", Description: "the same as Last-Event-ID, for clients that cannot set headers", Schema: number},
		},
		Responses: map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: event}}}},
	}
	for _, status := range []int{401, 403, 422, 429, 500, 503} {
		op.Responses[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status), Content: map[string]*huma.MediaType{problemType: {}}}
	}
	o.AddOperation(op)
}
