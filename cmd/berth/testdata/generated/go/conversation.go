// One conversation with a server through a client that is generated from its OpenAPI document (client.go): what is free, a refusal with
// alternatives, a request, its thread, its end. Arguments: address of the server, username, password.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"
)

func expect(ok bool, what string, err error) {
	if err != nil || !ok {
		log.Fatalf("not as expected: %s (%v)", what, err)
	}
}

func main() {
	base, user, password := os.Args[1], os.Args[2], os.Args[3]
	ctx := context.Background()
	berth, err := NewClientWithResponses(base+"/api/v1", WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.SetBasicAuth(user, password)
		return nil
	}))
	expect(err == nil, "a client", err)

	me, err := berth.GetMeWithResponse(ctx)
	expect(err == nil && me.JSON200 != nil && me.JSON200.Username == user, "who I am", err)

	service, length := "hello_world_nsd", "PT2H"
	from := time.Now().UTC().Truncate(time.Second).AddDate(0, 0, 30)
	free, err := berth.SuggestAvailabilityWithResponse(ctx, AskShape{Nsd: &service, Duration: &length, Window: &SlotShape{Start: from, End: from.AddDate(0, 0, 10)}})
	expect(err == nil && free.JSON200 != nil && free.JSON200.Alternatives != nil && len(*free.JSON200.Alternatives) > 0, "a free slot", err)
	best := (*free.JSON200.Alternatives)[0].Slot
	slot := SlotShape{Start: best.Start, End: best.End}

	large := "robotview5g_nsd"
	refused, err := berth.CreateRequestWithResponse(ctx, nil, Submission{Name: "too large", Nsd: &large, Slot: &slot})
	expect(err == nil && refused.ApplicationproblemJSON409 != nil && refused.ApplicationproblemJSON409.Problems != nil, "a refusal that says why", err)

	key := "typed-2"
	made, err := berth.CreateRequestWithResponse(ctx, &CreateRequestParams{IdempotencyKey: &key}, Submission{Name: "typed", Nsd: &service, Slot: &slot})
	expect(err == nil && made.JSON201 != nil, "a request", err)
	id := made.JSON201.Request.Id

	said, err := berth.AddFeedbackWithResponse(ctx, id, nil, RemarkBody{Text: "hello"})
	expect(err == nil && said.JSON201 != nil && said.JSON201.Text == "hello", "a remark", err)

	reason := "only a test"
	ended, err := berth.CancelRequestWithResponse(ctx, id, nil, Reasoned{Reason: &reason})
	expect(err == nil && ended.JSON200 != nil && ended.JSON200.Request.Status == "CANCELLED", "its end", err)
	fmt.Println("done", made.JSON201.Request.Number)
}
