package app_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestPages tries the pages in a browser: one demo and one browser for all flows.
func TestPages(t *testing.T) {
	h := newHall(t)
	for _, flow := range []struct {
		name string
		run  func(*testing.T, *hall)
	}{
		{"the day of each role", theDayOfEachRole},
		{"a mentor turns a request down", aMentorTurnsARequestDown},
		{"everything works without scripts", everythingWorksWithoutScripts},
		{"with the keyboard alone", withTheKeyboardAlone},
		{"the schedule is explored", theScheduleIsExplored},
		{"the schedule without scripts", theScheduleWithoutScripts},
		{"every page is accessible", everyPageIsAccessible},
		{"every setting is accessible", everySettingIsAccessible},
		{"every document is accessible", everyDocumentIsAccessible},
		{"hostile texts are harmless", hostileTextsAreHarmless},
		{"a page follows changes", aPageFollowsChanges},
		{"a draft stays in the tab", aDraftStaysInTheTab},
		{"a request for each reader", aRequestForEachReader},
		{"a request is edited with a live check", aRequestIsEditedWithALiveCheck},
		{"an administrator changes the facility", anAdministratorChangesTheFacility},
	} {
		t.Run(flow.name, func(t *testing.T) { flow.run(t, h) })
	}
}

// preview opens one of the actions of a request's page, and shows its effects; confirm takes it.
func (x *tab) preview(action string, fill func()) {
	x.t.Helper()
	form := `details:has(input[name="action"][value="` + action + `"])`
	x.press(form + " > summary")
	if fill != nil {
		fill()
	}
	x.click(form + " button")
}

func (x *tab) confirm() {
	x.t.Helper()
	x.click(`button[value="confirm"]`)
	x.until(`document.querySelector("p.note") !== null`)
}

// booked follows the path from the start page to the first free slot for a service: three clicks.
func (x *tab) booked(nsd string) (number string) {
	x.t.Helper()
	x.click(`header nav a[href="/new"]`)
	x.click(`a[href="/new?nsd=` + nsd + `"]`)
	x.wants("It fits:")
	x.click(`form[action="/new"] button[value="submit"]`)
	x.wants("Your request was submitted.", "Under review")
	return strings.TrimPrefix(strings.Split(x.location(), "?")[0], "/requests/")
}

// theDayOfEachRole takes a request from a newcomer's first click to the operators, with every role acting in the browser.
func theDayOfEachRole(t *testing.T, h *hall) {
	maeve := h.tab(t)
	maeve.signIn("maeve", "/")
	maeve.shot("schedule")
	number := maeve.booked("hydra_baseline_nsd")
	if maeve.clicks > 3 {
		t.Errorf("it took %d clicks", maeve.clicks)
	}
	maeve.wants("must approve")
	maeve.shot("request")
	request := "/requests/" + number

	paddy := h.tab(t)
	paddy.signIn("paddy", "/requests")
	paddy.wants("#" + number)
	paddy.click(`a[href="` + request + `"]`)
	paddy.preview("approve", func() { paddy.press(`input[name="decision"][value="approved"]`) })
	paddy.wants("wins-5g would be approved.")
	paddy.confirm()

	monika := h.tab(t)
	monika.signIn("monika", "/requests")
	monika.shot("to-decide")
	monika.click(`a[href="` + request + `"]`)
	monika.preview("assign", func() { monika.fill(`select[name="mentor"]`, "monika") })
	monika.confirm()
	monika.click(`a[href="` + request + `/decide"]`)
	monika.fill("#reason", "Have fun.")
	monika.shot("decide")
	monika.click(`#send button[value="confirm"]`)
	monika.wants("Scheduled for ", "are told.")

	oskar := h.tab(t)
	oskar.signIn("oskar", "/requests")
	oskar.wants("Orchestrate")
	oskar.shot("agenda")
	maeve.open(request)
	maeve.wants("Scheduled", "Have fun.")
	maeve.fill("#text", "Thank you!")
	maeve.click(`form[action$="/feedback"] button`)
	maeve.wants("Your remark was added.", "Thank you!")
}

// aMentorTurnsARequestDown with offers, one of which is taken.
func aMentorTurnsARequestDown(t *testing.T, h *hall) {
	vera := h.tab(t)
	vera.signIn("vera", "/")
	number := vera.booked("lte_ns")
	adele := h.tab(t)
	adele.signIn("adele", "/requests/"+number)
	adele.click(`a[href$="?way=reject"]`)
	adele.fill("#reason", "The mast is being painted.")
	adele.chooses(`.offers input[name="offer"]`) // not this one
	adele.wants("two other slots are held for Vera Costa")
	adele.click(`#send button[value="confirm"]`)
	adele.wants("The mast is being painted.", "Offered instead")
	if n := evaluated[int](adele, `document.querySelectorAll(".cards .open").length`); n != 2 {
		t.Error("what was not ticked is offered")
	}
	vera.open("/requests/" + number)
	vera.wants("Held until")
	vera.click(`form:has(input[value="accept_offer"]) button`)
	vera.wants("A new request would be created")
	vera.confirm()
	vera.wants("Under review", "Held until")
}

// everythingWorksWithoutScripts books a slot and decides in a browser that runs none.
func everythingWorksWithoutScripts(t *testing.T, h *hall) {
	maeve := h.tab(t)
	maeve.withoutScripts()
	maeve.signIn("maeve", "/new?nsd=hydra_baseline_nsd")
	maeve.click(".free button")
	maeve.click(`form[action="/new"] button[value="submit"]`)
	maeve.wants("Your request was submitted.")
	maeve.preview("edit", func() { maeve.fill(`details:has(input[value="edit"]) input[name="name"]`, "Spectrum, again") })
	maeve.wants(`It would be called "Spectrum, again"`)
	maeve.confirm()
	maeve.preview("cancel", nil)
	maeve.wants("The request is under review, and would be cancelled.")
	maeve.confirm()
	maeve.open("/new")
	maeve.press("main details summary")
	maeve.fill(`select[name="own.1.where"]`, "wins-5g/iris")
	maeve.fill(`input[name="own.1.vcpu"]`, "2")
	maeve.click(`main details form button`)
	maeve.wants("your own components", "2 vCPU", "It fits:")
	maeve.click(`form[action="/new"] button[value="submit"]`)
	maeve.wants("Your request was submitted.", "WINS_5G (Iris), iris", "1 × component 2 vCPU")
	maeve.open("/schedule?span=month&zone=Europe/Madrid&testbed=wins-5g")
	maeve.wants("days in Madrid")
}

// withTheKeyboardAlone signs in, finds a slot and submits it without a mouse.
func withTheKeyboardAlone(t *testing.T, h *hall) {
	x := h.tab(t)
	x.open("/new?nsd=hydra_baseline_nsd")
	x.until(`document.activeElement.id === "username"`) // the first field has the focus
	x.keys("maeve\t" + x.password + "\r")
	x.until(`location.pathname === "/new" && document.readyState === "complete"`)
	focused := func(selector string) {
		t.Helper()
		for range 80 {
			if evaluated[bool](x, `document.activeElement.matches(`+"`"+selector+"`"+`)`) {
				return
			}
			x.keys("\t")
		}
		x.shot("failed")
		t.Fatalf("the keyboard does not get to %s", selector)
	}
	focused(".block")
	x.keys(kb.ArrowRight)
	x.until(`location.search.includes("start=") && document.querySelector("#verdict .fits, #verdict .failed") !== null`)
	focused(`form[action="/new"] button[value="submit"]`)
	x.keys("\r")
	x.until(`location.pathname.startsWith("/requests/") && document.readyState === "complete"`)
	x.wants("Your request was submitted.")
}

// everyPageIsAccessible lets axe-core look at every page in light and at the width of a telephone, where nothing may stick out.
func everyPageIsAccessible(t *testing.T, h *hall) {
	x := h.tab(t)
	x.open("/sign-in")
	x.accessible()
	x.signIn("adele", "/")
	x.expected = "404" // one of these is not there
	for _, path := range []string{"/", "/schedule?span=day&testbed=wins-5g", "/schedule?nsd=hydra_baseline_nsd&open=wins-5g", "/nothing", "/new", "/new?nsd=hydra_baseline_nsd&start=2031-01-01T00:00:00Z&end=2031-01-01T04:00:00Z", "/requests?view=all", "/requests?view=to+operate", "/series", "/new?nsd=hydra_baseline_nsd&start=2027-01-05T09:00:00Z&end=2027-01-05T13:00:00Z&unit=week&times=3", "/requests/26", "/requests/42",
		"/use", "/use?by=resource&span=12-months", "/policy", "/testbeds", "/testbeds/wins-5g", "/webhooks"} {
		x.eachWay(path)
	}
}

// everyDocumentIsAccessible does the same with documents, which are long.
func everyDocumentIsAccessible(t *testing.T, h *hall) {
	x := h.tab(t)
	x.signIn("adele", "/")
	for _, path := range []string{"/docs/api", "/docs", "/docs/guide/mentor", "/docs/reference/settings", "/docs/search?q=ticket"} {
		x.eachWay(path)
	}
}

// everySettingIsAccessible does the same with the pages of testbeds, accounts and the administration.
func everySettingIsAccessible(t *testing.T, h *hall) {
	x := h.tab(t)
	x.signIn("adele", "/")
	for _, path := range []string{
		"/device", "/device?code=" + h.asked(), "/subscribe", "/subscribe?client=android", "/subscribe?client=google", "/subscribe?client=apple", "/account", "/account/tokens",
		"/admin", "/admin/people?text=e", "/admin/people/maeve", "/admin/invite", "/admin/audit?actor=berth", "/admin/facility", "/admin/file/facility", "/admin/testbed",
		"/testbeds/wins-5g/edit", "/testbeds/wins-5g/vim/iris", "/testbeds/wins-5g/add/vim", "/testbeds/wins-5g/device/usrp-n210", "/testbeds/wins-5g/hours", "/testbeds/wins-5g/closures", "/testbeds/wins-5g?span=week",
	} {
		x.eachWay(path)
	}
}

// asked lets a program ask to act for somebody, and returns its code.
func (h *hall) asked() string {
	h.t.Helper()
	r, err := http.PostForm(h.base+"/api/v1/device/authorization", url.Values{"client_id": {"berth on laptop"}, "scope": {"read write admin"}})
	if err != nil {
		h.t.Fatal(err)
	}
	defer r.Body.Close()
	var codes struct {
		Code string `json:"user_code"`
	}
	if err := json.NewDecoder(r.Body).Decode(&codes); err != nil || codes.Code == "" {
		h.t.Fatalf("%d, %v", r.StatusCode, err)
	}
	return codes.Code
}

// eachWay opens a page in light, in dark, and at the width of a telephone.
func (x *tab) eachWay(path string) {
	x.t.Helper()
	for _, dark := range []bool{false, true} {
		x.wide(1280, dark)
		x.open(path)
		x.accessible()
		if !dark && strings.HasPrefix(path, "/schedule?nsd") {
			x.shot("opened")
		}
	}
	x.wide(360, false)
	x.open(path)
	if width := evaluated[int](x, "document.documentElement.scrollWidth"); width > 360 {
		x.shot("too-wide")
		x.t.Errorf("%s is %d wide on a telephone", path, width)
	}
	x.shot("telephone" + strings.Map(func(r rune) rune {
		if strings.ContainsRune("/?&=:", r) {
			return '-'
		}
		return r
	}, path))
}

// hostileTextsAreHarmless enters malicious texts, and looks at them on every page.
func hostileTextsAreHarmless(t *testing.T, h *hall) {
	evil := `"><script>alert(1)</script><img src=x onerror=alert(2)>'{{.}}` + "`${alert(3)}`"
	x := h.tab(t)
	x.signIn("maeve", "/new?nsd=hydra_baseline_nsd")
	x.fill("#name", evil)
	x.fill("#description", evil)
	x.click(`form[action="/new"] button[value="submit"]`)
	x.wants("Your request was submitted.", evil)
	number := strings.TrimPrefix(strings.Split(x.location(), "?")[0], "/requests/")
	x.fill("#text", evil)
	x.click(`form[action$="/feedback"] button`)
	x.preview("cancel", func() { x.fill(`details:has(input[value="cancel"]) textarea`, evil) })
	x.wants(evil)
	adele := h.tab(t)
	adele.signIn("adele", "/requests/"+number)
	adele.wants(evil)
	for _, path := range []string{"/schedule?span=month", "/requests?view=all&text=%3Cscript%3E", "/requests?view=all", "/testbeds/wins-5g", "/requests?view=to+operate"} {
		adele.open(path)
		if n := evaluated[int](adele, `document.querySelectorAll("script:not([src]), img").length`); n != 0 {
			t.Errorf("%s has %d elements of somebody's making", path, n)
		}
	}
}

// aPageFollowsChanges without losing the user's input.
func aPageFollowsChanges(t *testing.T, h *hall) {
	reader, typist, writer := h.tab(t), h.tab(t), h.tab(t)
	reader.signIn("adele", "/requests/26")
	typist.signIn("monika", "/requests/26")
	typist.do(func(ctx context.Context, tt *chromedp.Target) (chromedp.Void, error) {
		return chromedp.SendKeys(chromedp.CSS("#text"), "half a sent")(ctx, tt)
	})
	writer.signIn("oskar", "/requests/26")
	writer.fill("#text", "There is news.")
	writer.click(`form[action$="/feedback"] button`)
	reader.until(`document.body.innerText.includes("There is news.")`)
	typist.until(`document.querySelector(".changed") !== null`)
	if text := evaluated[string](typist, `document.getElementById("text").value`); text != "half a sent" {
		t.Errorf("what was typed is %q", text)
	}
}

// anAdministratorChangesTheFacility after seeing the effects, and finds the change in the audit.
func anAdministratorChangesTheFacility(t *testing.T, h *hall) {
	x := h.tab(t)
	x.signIn("adele", "/admin/file/facility")
	x.do(chromedp.Evaluate[chromedp.Void](`(() => { const t = document.getElementById("yaml"); t.value = t.value.replace("WINS_5G (Iris)", "WINS five"); return {}; })()`))
	x.click(`form:has(#yaml) button`)
	x.wants("What would change", "testbed wins-5g: name WINS_5G (Iris) → WINS five")
	x.click(`button[value="confirm"]`)
	x.wants("The facility was saved.")
	x.fill("#yaml", "testbeds: 7")
	x.expected = "422"
	x.click(`form:has(#yaml) button`)
	x.wants("breaks rules")
	x.open("/admin/audit?action=facility")
	x.wants("adele made 1 change; broken: 0 bookings")
	x.open("/webhooks")
	x.fill("#hook-name", "portal")
	x.fill("#hook-url", "https://127.0.0.1:1/hook")
	x.click(`button[value="make"]`)
	x.wants("shown only once", "portal")
	x.click(`button[value="test"]`)
	x.wants("The test failed: 127.0.0.1 is an internal address")
}

// aDraftStaysInTheTab through a reload, until the form was accepted.
func aDraftStaysInTheTab(t *testing.T, h *hall) {
	x := h.tab(t)
	x.signIn("maeve", "/requests/26")
	x.do(func(ctx context.Context, tt *chromedp.Target) (chromedp.Void, error) {
		return chromedp.SendKeys(chromedp.CSS("#text"), "half a sentence")(ctx, tt)
	})
	x.open("/requests/26")
	x.until(`document.getElementById("text").value === "half a sentence" && document.querySelector(".restored") !== null`)
	x.click(`form[action$="/feedback"] button[type="submit"]`)
	x.wants("Your remark was added.", "half a sentence")
	x.open("/requests/26")
	x.until(`document.getElementById("text").value === ""`)
}
