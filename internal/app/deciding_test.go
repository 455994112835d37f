package app_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestDeciding tries the page for decisions in a browser, and counts what it takes.
func TestDeciding(t *testing.T) {
	h := newHall(t)
	for _, flow := range []struct {
		name string
		run  func(*testing.T, *hall)
	}{
		{"what a way does is shown as it is chosen", whatAWayDoesIsShown},
		{"another slot is chosen on the picture", anotherSlotIsChosenOnThePicture},
		{"another slot needs its approval anew", anotherSlotNeedsItsApprovalAnew},
		{"without scripts", decidingWithoutScripts},
		{"how many clicks it takes", howManyClicksItTakes},
	} {
		t.Run(flow.name, func(t *testing.T) { flow.run(t, h) })
	}
}

// The demo's request 46 does not fit, and has marco as its mentor; 61 fits, and needs no approval.
const (
	crowdedRequest = "/requests/46/decide"
	easyRequest    = "/requests/61/decide"
)

// chooses ticks a way, and waits until the page says what it does.
func (x *tab) chooses(way string) {
	x.t.Helper()
	x.answered(func() { x.press(way) })
}

// decided fails unless picture, verdict, note and button are in view together.
func (x *tab) decidedInOneScreen() {
	x.t.Helper()
	x.do(chromedp.Evaluate[chromedp.Void](`(() => { scrollTo(0, 0); return {}; })()`))
	out := evaluated[string](x, `["#picker", "#verdict .chosen", "#reason", "#send button"].filter((s) => { const b = document.querySelector(s).getBoundingClientRect();
		return b.top < 0 || b.bottom > innerHeight || b.height === 0; }).join(" ")`)
	if out != "" {
		x.shot("failed")
		x.t.Errorf("not in view: %s", out)
	}
}

// whatAWayDoesIsShown for each of them, with the button that says so; the note stays as it was typed.
func whatAWayDoesIsShown(t *testing.T, h *hall) {
	x := h.tab(t)
	x.signIn("marco", crowdedRequest)
	x.do(chromedp.EmulateViewport(1280, 720))
	x.wants("It does not fit:", "Ways out")
	x.decidedInOneScreen()
	x.fill("#reason", "typed before")
	for _, tt := range []struct{ way, says, effect string }{
		{`.choice.displace input`, "Schedule and displace #26", "#26 goes back to review"},
		{`.choice.overbook input`, "Schedule and overbook", "their people are told"},
		{`.choice.reject input[name="way"]`, "Reject and offer 3 slots", "three other slots are held for Clara Novak"},
		{`.choice.reject .offers input[name="offer"]`, "Reject and offer 2 slots", "two other slots are held for Clara Novak"},
		{`.choice.take input`, "Schedule", "It waits for the approval of WINS_5G (Iris)."},
		{`.pass input`, "Schedule it there", "The approval of WINS_5G (Iris) is passed over"},
	} {
		x.chooses(tt.way)
		if says := evaluated[string](x, `document.querySelector("#send button").innerText`); !strings.HasPrefix(says, tt.says) {
			t.Errorf("%s: the button says %q, want %q", tt.way, says, tt.says)
		}
		if effects := x.text(".effects"); !strings.Contains(effects, tt.effect) {
			t.Errorf("%s: %q is not among %q", tt.way, tt.effect, effects)
		}
		if got := evaluated[string](x, `document.getElementById("reason").value`); got != "typed before" {
			t.Errorf("%s: the note is %q", tt.way, got)
		}
		x.decidedInOneScreen()
		x.accessible()
	}
	x.shot("chosen")
	for _, dark := range []bool{false, true} {
		for _, width := range []int64{1440, 390} {
			x.wide(width, dark)
			x.open(crowdedRequest)
			x.accessible()
			if over := evaluated[int](x, "document.documentElement.scrollWidth"); int64(over) > width {
				t.Errorf("it is %d wide on %d", over, width)
			}
			x.shot(fmt.Sprintf("%d-%v", width, dark))
		}
	}
}

// anotherSlotNeedsItsApprovalAnew: the demo's request 30 was approved for the slot that it lost. The page names who has to approve another one, and offers
// to pass over them.
func anotherSlotNeedsItsApprovalAnew(t *testing.T, h *hall) {
	x := h.tab(t)
	x.signIn("monika", "/requests/30/decide")
	x.wants("approved by Paddy Byrne")
	x.chooses(`.choice.take input`)
	x.wants("It waits for the approval of WINS_5G (Iris).", "pass over WINS_5G (Iris), with a note")
	x.chooses(`.pass input`)
	x.wants("The approval of WINS_5G (Iris) is passed over")
	if !evaluated[bool](x, `document.querySelector(".pass input").checked && !document.querySelector("#send button").disabled`) {
		t.Error("it cannot be passed over")
	}
}

// anotherSlotIsChosenOnThePicture: a ghost chooses its way, and the block another slot, which is then what the button grants.
func anotherSlotIsChosenOnThePicture(t *testing.T, h *hall) {
	x := h.tab(t)
	x.signIn("marco", crowdedRequest)
	x.until(`document.querySelector(".block") !== null`)
	x.answered(func() { x.press(`[data-ghost="0"] text`) })
	if !evaluated[bool](x, `document.querySelector(".choice.take input").checked`) {
		t.Error("the ghost does not choose its way")
	}
	x.drag(".block", 48)
	x.wants("It asks for", "It fits")
	if says := evaluated[string](x, `document.querySelector(".choice.asked .what").innerText`); !strings.HasPrefix(says, "Schedule for ") {
		t.Errorf("the way is %q", says)
	}
	x.accessible()
}

// decidingWithoutScripts takes one more button, which shows what a way does.
func decidingWithoutScripts(t *testing.T, h *hall) {
	x := h.tab(t)
	x.withoutScripts()
	x.signIn("marco", crowdedRequest)
	x.press(`.choice.overbook input`)
	x.fill("#reason", "typed before")
	x.click(`button.without[value="preview"]`)
	x.wants("Schedule and overbook", "their people are told")
	if got := evaluated[string](x, `document.getElementById("reason").value`); got != "typed before" {
		t.Errorf("the note is %q", got)
	}
}

// howManyClicksItTakes to get there from the list of what waits, the last click included.
func howManyClicksItTakes(t *testing.T, h *hall) {
	for _, tt := range []struct {
		name, who string
		most      int
		run       func(x *tab)
		says      string
	}{
		{"a free slot", "vera", 3, func(x *tab) {
			x.click(`header nav a[href="/new"]`)
			x.click(`a[href="/new?nsd=lte_ns"]`)
			x.click(`#send button`)
		}, "Your request was submitted."},
		{"a request that fits", "marco", 2, func(x *tab) {
			x.click(`a[href="` + easyRequest + `"]`)
			x.click(`#send button[value="confirm"]`)
		}, "Scheduled for Fri 18 Dec, 12:00 – Sat 19 Dec, 12:00. Vera Costa and UFU Future Internet Testbed are told."},
		{"an override", "marco", 4, func(x *tab) {
			x.click(`a[href="` + crowdedRequest + `"]`)
			x.chooses(`.choice.displace input`)
			x.fill("#reason", "An exchange of visitors that cannot be moved.")
			x.click(`#send button[value="confirm"]`)
		}, "Scheduled for "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := h.tab(t)
			x.signIn(tt.who, "/")
			tt.run(x)
			if !strings.Contains(tt.says, "18 Dec") {
				x.wants(tt.says)
			} else if got := x.text("p.note"); !strings.HasSuffix(got, "Vera Costa and UFU Future Internet Testbed are told.") {
				t.Errorf("the note is %q", got)
			}
			if x.clicks > tt.most {
				t.Errorf("%d clicks, want at most %d", x.clicks, tt.most)
			}
		})
	}
}
