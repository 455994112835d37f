package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// aSlotIsRepeated in the form of a booking: its times are shown with what fits as one chooses, one of them is left out, and all go in one step.
func aSlotIsRepeated(t *testing.T, h *hall) {
	x := h.books(t, "hydra_baseline_nsd")
	x.fill("#description", "typed before")
	if evaluated[bool](x, `document.querySelector("[name=every]").checkVisibility()`) {
		t.Error("how often is asked of a slot that is not repeated")
	}
	choose := func(selector, value string) {
		t.Helper()
		x.answered(func() { x.fill(selector, value); x.do(changed(selector)) })
	}
	times := func() int { return evaluated[int](x, `document.querySelectorAll(".occasions li").length`) }
	choose("[name=unit]", "week")
	choose("[name=times]", "4")
	if n := times(); n != 4 {
		t.Fatalf("%d times are shown", n)
	}
	x.inOneScreen()
	x.accessible()
	x.shot("repeated")
	x.answered(func() { x.press(".occasions li:nth-child(2) .leave") })
	if n := times(); n != 3 || x.value("except") == "" || x.value("description") != "typed before" {
		t.Errorf("%d times without one of four, not on %q, words %q", n, x.value("except"), x.value("description"))
	}
	x.do(chromedp.Reload())
	x.until(`document.querySelector(".block") !== null`)
	if n := times(); n != 3 {
		t.Errorf("%d times after a reload", n)
	}
	x.click(`#send button`)
	x.wants("every", "asked by Maeve", "under review", "Cancel them")
	if !strings.HasPrefix(x.location(), "/series/") {
		t.Errorf("it leads to %s", x.location())
	}
	x.accessible()
	x.open("/series?mine=yes")
	x.wants("every", "under review", "occurrences", "Maeve Dunne")
	x.accessible()
}

// called is what an answer says of a request.
type called struct {
	Request *called // of a step
	Number  int
	Offers  []struct{ State string }
	Wait    *struct{ Offer string }
}

// calls calls the interface as somebody, and reads the answer.
func (h *hall) calls(t *testing.T, who, method, path, body string) (out called) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, h.base+"/api/v1/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(who, h.password)
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil || res.StatusCode >= http.StatusBadRequest {
		t.Fatalf("%s %s: %d, %v", method, path, res.StatusCode, err)
	}
	return out
}

// whoWaitsGetsWhatComesFree: a booking that does not fit waits, the one in its way is cancelled, and the offer is taken on the page.
func whoWaitsGetsWhatComesFree(t *testing.T, h *hall) {
	day := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 45)
	start, end := day.Add(9*time.Hour).Format(time.RFC3339), day.Add(13*time.Hour).Format(time.RFC3339)
	first := h.calls(t, "adele", http.MethodPost, "requests", fmt.Sprintf(`{"name":"In the way","devices":[{"testbed":"wins-5g","device":"usrp-n210","count":4}],"slot":{"start":%q,"end":%q}}`, start, end))
	h.calls(t, "adele", http.MethodPost, fmt.Sprintf("requests/%d/schedule", first.Request.Number), `{"override":{"mode":"approvals","reason":"for the test"}}`)

	x := h.tab(t)
	x.signIn("maeve", "/new?nsd=hydra_baseline_nsd&start="+start+"&end="+end)
	x.wants("It does not fit:")
	x.press(`#send summary`)
	x.click(`#send [value=wait]`)
	x.wants("It is first on the waitlist.", "Stop waiting")
	path := strings.TrimPrefix(strings.Split(x.location(), "?")[0], "/")
	x.accessible()

	h.calls(t, "adele", http.MethodPost, fmt.Sprintf("requests/%d/cancel", first.Request.Number), `{}`)
	for h.calls(t, "maeve", http.MethodGet, path, "").Wait.Offer == "" {
		select {
		case <-x.ctx.Done():
			t.Fatal("nothing is offered")
		case <-time.After(50 * time.Millisecond):
		}
	}
	x.open("/" + path)
	x.wants("Something came free for it.", "Take it")
	x.accessible()
	x.click(`button[name=offer]`)
	x.shot("offer")
	if strings.HasSuffix(x.location(), "/decide") {
		x.click(`main form button`)
	}
	if v := h.calls(t, "maeve", http.MethodGet, path, ""); v.Wait != nil || len(v.Offers) == 0 || v.Offers[0].State != "accepted" {
		x.shot("failed")
		t.Errorf("what was taken waits %v, with the offers %v", v.Wait, v.Offers)
	}
}
