package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// aRequestForEachReader looks at requests in each state, as the people whose part it is: in light and dark, and on a telephone, where nothing sticks out.
func aRequestForEachReader(t *testing.T, h *hall) {
	for who, requests := range map[string]string{"monika": "26 30 54", "marco": "51 48", "oskar": "34 42 29 36", "paddy": "54", "clara": "51 46", "adele": "44 25 18 23"} {
		x := h.tab(t)
		x.signIn(who, "/requests")
		for _, number := range strings.Fields(requests) {
			path := "/requests/" + number
			for _, dark := range []bool{false, true} {
				x.wide(1280, dark)
				x.open(path)
				x.accessible()
			}
			x.wide(390, false)
			x.open(path)
			if width := evaluated[int](x, "document.documentElement.scrollWidth"); width > 390 {
				x.shot("too-wide")
				t.Errorf("%s for %s is %d wide on a telephone", path, who, width)
			}
			// The next step first, then the thread, then the details, then what happened: also for those who hear the page.
			if order := evaluated[string](x, `[...document.querySelectorAll("h1, .life, .stands, #thread, #about, #history")].map(e => e.id || e.className.split(" ")[0] || e.localName).join(" ")`); order != "h1 life stands thread about history" {
				t.Errorf("%s for %s is read as %s", path, who, order)
			}
			if n := evaluated[int](x, `document.querySelectorAll(".stands .act.primary, .stands .acts > .button:not(.quiet, .danger), .stands .acts > form > button").length`); n > 1 {
				t.Errorf("%s for %s has %d primary actions", path, who, n)
			}
		}
		x.shot("request-" + who)
	}
}

// aRequestIsEditedWithALiveCheck: a panel opens, checks what is typed by the same dry run, and closes with Escape, which leads back to its button.
func aRequestIsEditedWithALiveCheck(t *testing.T, h *hall) {
	x := h.tab(t)
	x.signIn("hector", "/requests/54")
	x.wide(1280, false)
	x.open("/requests/54")
	form := `details:has(input[name="action"][value="edit"])`
	x.press(form + " > summary")
	x.accessible()
	x.do(chromedp.Evaluate[chromedp.Void](`(() => { const f = document.querySelector('form[data-check]'), n = f.querySelector('input[name^="device."]'); n.value = "2"; n.dispatchEvent(new Event("input", { bubbles: true })); return {}; })()`))
	x.until(`document.querySelector(".checked").innerText.includes("Its devices would be 2")`)
	x.shot("edit")
	x.keys(kb.Escape)
	x.until(fmt.Sprintf("!document.querySelector(`%s`).open && document.activeElement === document.querySelector(`%s > summary`)", form, form))
	x.press(form + " > summary")
	x.click(form + ` button[type="submit"]`)
	x.wants("Its devices would be 2")
	x.confirm()
	x.wants("2 × usrp-n210")
	long := strings.Repeat("W", 150)
	x.preview("edit", func() {
		x.do(func(ctx context.Context, tt *chromedp.Target) (chromedp.Void, error) {
			return chromedp.SetValue(chromedp.CSS(form+` input[name="name"]`), long)(ctx, tt)
		})
	})
	x.confirm()
	x.wide(390, false)
	x.open("/requests/54")
	if width := evaluated[int](x, "document.documentElement.scrollWidth"); width > 390 {
		x.shot("too-wide")
		t.Errorf("a long word makes the page %d wide", width)
	}
}
