package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestMornings tries in a browser what each role does first: the home, the inbox, notifications and the palette.
func TestMornings(t *testing.T) {
	h := newHall(t)
	for _, flow := range []struct {
		name string
		run  func(*testing.T, *hall)
	}{
		{"how many clicks a morning takes", aMorningTakesFewClicks},
		{"several are scheduled at once", severalAtOnce},
		{"the inbox with keys", theInboxWithKeys},
		{"the palette finds everything", thePaletteFindsEverything},
		{"the bell rings", theBellRings},
		{"the inbox follows changes", theInboxFollowsChanges},
		{"homes are accessible", homesAreAccessible},
	} {
		t.Run(flow.name, func(t *testing.T) { flow.run(t, h) })
	}
}

// rest calls the REST interface as somebody, and returns what it answers.
func (h *hall) rest(t *testing.T, who, path string, in any) (out struct {
	Number  int64
	Request struct{ Number int64 }
}) {
	t.Helper()
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.base+"/api/v1"+path, bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(who, h.password)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(res.Body); err != nil || res.StatusCode >= 300 {
		t.Fatalf("%s: %d %s %v", path, res.StatusCode, text.String(), err)
	}
	if err := json.Unmarshal(text.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// asks submits a request of somebody's for a little of a place, in a slot that begins after a while, with a mentor.
func (h *hall) asks(t *testing.T, who, mentor, name, where string, ahead time.Duration) (number string) {
	t.Helper()
	start := time.Now().UTC().Truncate(time.Minute).Add(ahead)
	out := h.rest(t, who, "/requests", map[string]any{"name": name, "mentor": mentor, "submit_anyway": true, "slot": map[string]any{"start": start, "end": start.Add(2 * time.Hour)},
		"components": []any{map[string]any{"member": "1", "size": map[string]any{"vcpu": 1}, "onboarded": []string{where}}}, "placement": map[string]any{"all": where}})
	return fmt.Sprint(max(out.Number, out.Request.Number))
}

// row selects a request's row on a list.
func row(number string) string { return "#r" + number }

// aMorningTakesFewClicks: the steps of each role's morning, and how many clicks each takes from the home.
func aMorningTakesFewClicks(t *testing.T, h *hall) {
	mine := h.asks(t, "vera", "monika", "Morning run", "wins-5g/iris", 50*time.Hour)
	due := h.asks(t, "vera", "marco", "Starts at once", "ppdr-one/portable", 50*time.Hour) // it takes three days to get there
	override := map[string]any{"mode": "overbook", "reason": "for this morning"}
	h.rest(t, "adele", "/requests/"+due+"/schedule", map[string]any{"override": override})
	for _, step := range []struct {
		who, what string
		most      int
		take      func(x *tab)
		says      string
	}{
		{"paddy", "approve", 1, func(x *tab) { x.click(row(mine) + " .deeds button") }, "You approved #" + mine + " Morning run"},
		{"monika", "schedule", 2, func(x *tab) { x.click(row(mine) + " .deeds button") }, "#" + mine + " Morning run is scheduled for"},
		{"oskar", "start", 1, func(x *tab) { x.click(row(due) + " .deeds button") }, "#" + due + " Starts at once is running."},
		{"oskar", "end", 2, func(x *tab) { x.click(row(due) + "-down .deeds a") }, "Starts at once"},
		{"vera", "open what comes next", 1, func(x *tab) { x.click(".lead .entry .title") }, "Video on demand"},
	} {
		x := h.tab(t)
		x.signIn(step.who, "/")
		x.wide(1280, false)
		x.shot("home-" + step.who)
		step.take(x)
		if x.wants(step.says); x.clicks > step.most {
			t.Errorf("to %s takes %d clicks, at most %d are fine", step.what, x.clicks, step.most)
		}
	}
}

// severalAtOnce schedules what fits together: a preview, and one confirmation.
func severalAtOnce(t *testing.T, h *hall) {
	var numbers []string
	for i := range 3 {
		n := h.asks(t, "vera", "marco", fmt.Sprint("Together ", i+1), "wins-5g/iris", time.Duration(60+3*i)*time.Hour)
		numbers = append(numbers, n)
	}
	paddy := h.tab(t)
	paddy.signIn("paddy", "/")
	for _, n := range numbers {
		paddy.press(row(n) + ` input[name="pick"]`)
	}
	paddy.until(`document.querySelector('button[name=all][value=approve]').textContent === "Approve 3"`)
	paddy.click(`button[name="all"][value="approve"]`)
	paddy.wants("Nothing is done yet.", "will be approved")
	paddy.accessible()
	paddy.click(`main form button[type="submit"]`)
	paddy.wants("3 of 3 went ahead.")
	marco := h.tab(t)
	marco.signIn("marco", "/")
	for _, n := range numbers {
		marco.press(row(n) + ` input[name="pick"]`)
	}
	marco.click(`button[name="all"][value="schedule"]`)
	marco.wants("will be scheduled")
	marco.shot("preview")
	marco.click(`main form button[type="submit"]`)
	marco.wants("3 of 3 went ahead.")
	marco.shot("result")
	marco.accessible()
}

// theInboxWithKeys goes through the rows, ticks one, asks for the keys and takes a step without a mouse.
func theInboxWithKeys(t *testing.T, h *hall) {
	n := h.asks(t, "vera", "marco", "With keys", "wins-5g/iris", 30*time.Hour)
	x := h.tab(t)
	x.signIn("paddy", "/")
	x.keys("?")
	x.until(`document.querySelector("dialog.keys[open]") !== null`)
	x.accessible()
	x.keys(kb.Escape)
	x.until(`document.querySelector("dialog.keys[open]") === null`)
	at := func() string { return evaluated[string](x, `document.activeElement.closest(".entry")?.id || ""`) }
	for range 50 {
		if x.keys("j"); at() == "r"+n {
			break
		}
	}
	if at() != "r"+n {
		t.Fatalf("j does not get to #%s: it is at %s", n, at())
	}
	x.keys("x")
	x.until(`document.querySelector("#r` + n + ` input[name=pick]").checked`)
	x.keys("x")
	x.keys("s")
	x.until(`document.querySelector("main .note")?.textContent.includes("You approved #` + n + `") === true`)
	x.keys("j")
	x.keys("k")
	first := at()
	x.keys("\r")
	x.until(`location.pathname === "/requests/` + strings.TrimPrefix(first, "r") + `"`)
}

// thePaletteFindsEverything opens over any page, with the keyboard alone, and without scripts is a page.
func thePaletteFindsEverything(t *testing.T, h *hall) {
	x := h.tab(t)
	x.signIn("adele", "/schedule")
	open := func() {
		t.Helper()
		x.do(chromedp.KeyEvent("k", chromedp.KeyModifiers(2)))
		x.until(`document.querySelector("dialog.palette[open] [role=option]") !== null`)
	}
	open()
	x.accessible()
	for q, to := range map[string]string{"marathon density 3": "/requests/", "#26": "/requests/26", "wins": "/testbeds/wins-5g", "hydra_base": "/new", "monika": "/admin/people/monika", "audit": "/admin/audit"} {
		x.open("/schedule")
		open()
		x.do(func(ctx context.Context, tt *chromedp.Target) (chromedp.Void, error) {
			return chromedp.SendKeys(chromedp.CSS("dialog.palette input"), q)(ctx, tt)
		})
		wanted := `[...document.querySelectorAll("dialog.palette [role=option]")].findIndex(o => o.dataset.to.startsWith(` + "`" + to + "`" + `))`
		x.until(`document.querySelector("dialog.palette input").value === "` + q + `" && ` + wanted + ` >= 0 && document.querySelectorAll("dialog.palette [role=option]").length < 14`)
		for range evaluated[int](x, wanted) {
			x.keys(kb.ArrowDown)
		}
		x.keys("\r")
		x.until(`location.pathname.startsWith("` + to + `")`)
	}
	plain := h.tab(t)
	plain.withoutScripts()
	plain.signIn("maeve", "/")
	plain.click(".finder")
	plain.fill("#find", "hydra")
	plain.click(".finding button")
	plain.wants("hydra_baseline_nsd")
	if strings.Contains(plain.text("main"), "HyDRA coexistence") {
		t.Error("it finds what its reader may not see")
	}
}

// theBellRings where somebody else does something, without a reload, and is quiet once that was seen.
func theBellRings(t *testing.T, h *hall) {
	x := h.tab(t)
	x.signIn("ruben", "/notifications")
	x.click(`form[action="/notifications"] button`)
	x.wants("Everything is marked as seen.")
	x.until(`document.querySelector(".bell .count") === null`)
	n := h.asks(t, "ruben", "marco", "Rings", "wins-5g/iris", 40*time.Hour)
	x.open("/testbeds")
	h.rest(t, "marco", "/requests/"+n+"/feedback", map[string]any{"text": "Looks good."})
	x.until(`document.querySelector(".bell .count")?.textContent === "1"`)
	x.press(".bell")
	x.until(`document.querySelector(".bell-panel")?.innerText.includes("Looks good.") === true`)
	x.shot("bell")
	x.accessible()
	x.keys(kb.Escape)
	x.until(`document.querySelector(".bell-panel") === null && document.activeElement.matches(".bell")`)
	x.press(".bell")
	x.until(`document.querySelector(".bell-panel .all") !== null`)
	x.click(".bell-panel .all")
	x.wants("#"+n+" Rings", "Marco Ferri wrote", "Looks good.")
	plain := h.tab(t)
	plain.withoutScripts()
	plain.signIn("ruben", "/")
	plain.click(".bell")
	plain.wants("#" + n + " Rings")
}

// theInboxFollowsChanges: a new row comes in while another is ticked; the tick and the place on the page stay.
func theInboxFollowsChanges(t *testing.T, h *hall) {
	n := h.asks(t, "vera", "marco", "Ticked", "wins-5g/iris", 33*time.Hour)
	x := h.tab(t)
	x.signIn("paddy", "/")
	x.press(row(n) + ` input[name="pick"]`)
	x.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("` + row(n) + ` input").dataset.jsSame = "1", {}`))
	other := h.asks(t, "vera", "marco", "Comes later", "wins-5g/iris", 34*time.Hour)
	x.until(`document.querySelector("` + row(other) + `") !== null`)
	if !evaluated[bool](x, `(() => { const box = document.querySelector("`+row(n)+` input"); return box.checked && box.dataset.jsSame === "1" && document.activeElement === box; })()`) {
		t.Error("the tick or the focus is lost")
	}
	h.rest(t, "vera", "/requests/"+other+"/cancel", map[string]any{})
	x.until(`document.querySelector("` + row(other) + `") === null`)
}

// homesAreAccessible: axe finds nothing on each role's home and lists, and nothing sticks out on a telephone, with hostile names too.
func homesAreAccessible(t *testing.T, h *hall) {
	for i, name := range []string{strings.Repeat("W", 200), `"><img src=x onerror=alert(1)>`, "a" + strings.Repeat("́", 150), strings.Repeat("long words ", 18), "مرحبا بالعالم", "漢字" + strings.Repeat("字", 90)} {
		h.asks(t, "vera", "marco", name, "wins-5g/iris", time.Duration(70+i)*time.Hour)
	}
	for who, paths := range map[string][]string{"vera": {"/", "/requests", "/notifications"}, "marco": {"/", "/requests", "/requests?view=all"}, "paddy": {"/"}, "oskar": {"/", "/requests"},
		"adele": {"/", "/search?q=a", "/notifications"}} {
		x := h.tab(t)
		x.signIn(who, "/")
		for _, path := range paths {
			for _, dark := range []bool{false, true} {
				x.wide(1280, dark)
				x.open(path)
				x.accessible()
			}
			for _, width := range []int64{360, 800} {
				x.wide(width, false)
				x.open(path)
				if got := evaluated[int64](x, "document.documentElement.scrollWidth"); got > width {
					x.shot("too-wide")
					t.Errorf("%s of %s is %d wide of %d", path, who, got, width)
				}
			}
			x.accessible()
		}
	}
}
