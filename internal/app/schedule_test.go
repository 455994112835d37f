package app_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// theScheduleIsExplored finds, opens, moves and zooms, with the pointer and with the keyboard, without leaving the page.
func theScheduleIsExplored(t *testing.T, h *hall) {
	x := h.tab(t)
	x.signIn("monika", "/schedule")
	evaluated[bool](x, `window.stays = true`)
	at := func() string { return x.text("#range") }
	week := at()

	// What is scarce comes first, what is idle is folded.
	if first := evaluated[string](x, `document.querySelector(".tl-lane").dataset.lane`); first == "" || evaluated[bool](x, `document.querySelector(".tl-fold:last-of-type").open`) {
		t.Errorf("%q comes first, or the idle testbeds are not folded", first)
	}
	x.accessible()

	// Finding.
	x.press("#find")
	x.keys("wins")
	x.until(`[...document.querySelectorAll("[data-lane]")].filter((x) => !x.hidden).map((x) => x.dataset.lane).join() === "wins-5g"`)
	x.keys("qqq")
	x.until(`!document.getElementById("nothing").hidden`)
	x.until(`new URL(location.href).searchParams.get("q") === "winsqqq"`)
	evaluated[bool](x, `((f) => (f.value = "", f.dispatchEvent(new Event("input"))))(document.getElementById("find"))`)
	x.until(`document.getElementById("nothing").hidden`)

	// Opening and folding, by the title of the lane, which keeps the focus.
	x.press(`[data-lane="wins-5g"] h2 a`)
	x.until(`!!document.querySelector('.tl-band[data-of="wins-5g"]')`)
	x.until(`document.activeElement.getAttribute("aria-expanded") === "true"`)
	x.accessible()
	x.shot("opened")
	x.keys("\r")
	x.until(`!document.querySelector(".tl-band") && document.activeElement.getAttribute("aria-expanded") === "false"`)

	// The keyboard on the picture.
	x.do(chromedp.Focus(chromedp.CSS("#picture")))
	for _, step := range []struct{ key, want string }{{"ArrowRight", `range.textContent !== WEEK`}, {"t", `range.textContent === WEEK`}, {"+", `location.search.includes("span=range")`}, {"-", `range.textContent !== ""`},
		{"m", `!!document.querySelector(".tl-heat td a")`}, {"q", `!!document.querySelector(".tl-dense")`}, {"d", `location.search.includes("span=day")`}, {"w", `location.search.includes("span=week")`}} {
		evaluated[bool](x, `(document.getElementById("picture").dispatchEvent(new KeyboardEvent("keydown", { key: "`+step.key+`", bubbles: true, cancelable: true })), true)`)
		x.until(strings.NewReplacer("range.textContent", `document.getElementById("range").textContent`, "WEEK", `"`+week+`"`).Replace(step.want))
		if step.key == "m" || step.key == "q" {
			x.accessible()
			x.shot("use-" + step.key)
		}
	}

	// Where days are too narrow for links, they have the focus one after the other.
	x.press(`[data-span="quarter"]`)
	x.until(`!!document.querySelector(".tl-dense td[tabindex='0']")`)
	evaluated[bool](x, `(document.querySelector(".tl-dense td[tabindex='0']").focus(), true)`)
	x.keys("\r")
	x.until(`location.search.includes("span=day")`)

	// Within the table of days the arrows go from cell to cell, and say what is in it; a cell leads to its day.
	x.press(`[data-span="month"]`)
	x.until(`!!document.querySelector(".tl-heat td a")`)
	evaluated[bool](x, `(document.querySelector(".tl-heat td a").focus(), true)`)
	x.keys(kb.ArrowRight)
	x.until(`!!document.activeElement.closest(".tl-heat td")`)
	x.keys("\r")
	x.until(`location.search.includes("span=day")`)
	x.press(`[data-span="week"]`)
	x.until(`!!document.querySelector(".tl-row > svg") && location.search.includes("span=week")`)

	// Dragging pans, and opens no request.
	before := at()
	x.dragged(`.tl-lane .tl > rect, .tl-lane .tl a`, -320)
	x.until(`document.getElementById("range").textContent !== "` + before + `"`)
	// A click on a bar still does.
	if !evaluated[bool](x, `window.stays === true`) {
		t.Error("the page was left")
	}
	// The words of a bar, for the keyboard too.
	evaluated[bool](x, `(document.querySelector('.tl a[href^="/requests/"]').focus({ focusVisible: true }), true)`)
	x.until(`(document.querySelector(".tl-bubble")?.textContent || "").includes("#")`)
	x.click(`.tl a[href^="/requests/"]`)
	if !strings.HasPrefix(x.location(), "/requests/") {
		t.Errorf("a bar leads to %s", x.location())
	}

	for _, path := range []string{"/schedule?span=month", "/schedule?span=quarter&open=wins-5g"} {
		x.wide(1280, true)
		x.open(path)
		x.accessible()
		x.wide(360, false)
		x.open(path)
		if width := evaluated[int](x, "document.documentElement.scrollWidth"); width > 360 {
			t.Errorf("%s is %d wide on a telephone", path, width)
		}
	}
}

// theScheduleWithoutScripts finds and opens by links and forms.
func theScheduleWithoutScripts(t *testing.T, h *hall) {
	x := h.tab(t)
	x.withoutScripts()
	x.signIn("maeve", "/schedule")
	x.fill("#find", "wins")
	x.do(chromedp.Focus(chromedp.CSS("#find")))
	x.keys("\r")
	x.do(chromedp.WaitReady(chromedp.CSS(`[data-found="wins"]`)))
	x.wants("WINS_5G")
	if strings.Contains(x.text("#picture"), "5TONIC") {
		t.Error("the search finds everything")
	}
	x.click(`[data-lane="wins-5g"] h2 a`)
	x.wants("usrp-n210", "always at least half free")
	x.click(`[data-span="month"]`)
	x.wants("days in")
	x.click(`.tl-heat td a`)
	if !strings.Contains(x.location(), "span=day") {
		t.Errorf("a day leads to %s", x.location())
	}
	x.open("/schedule")
	x.press(".tl-fold summary")
	x.wants("idle testbeds")
}

// dragged drags from the middle of something.
func (x *tab) dragged(selector string, by float64) {
	x.t.Helper()
	box := evaluated[[]float64](x, `(() => { const b = document.querySelector("`+strings.ReplaceAll(selector, `"`, `\"`)+`").getBoundingClientRect(); return [b.x + Math.min(b.width / 2, 200), b.y + b.height / 2]; })()`)
	x.do(chromedp.DragAndDropXY(box[0], box[1], box[0]+by, box[1], 4))
}
