package web

import (
	"context"
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"berth/internal/auth"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

const password = "correct horse battery"

// house are the pages over a small facility.
type house struct {
	t *testing.T
	http.Handler
	svc  *scheduler.Service
	site *site
}

func newHouse(t *testing.T, base string) *house {
	t.Helper()
	return newHouseAt(t, base, time.Now)
}

// newHouseAt is a house whose requests live by a clock of the test's.
func newHouseAt(t *testing.T, base string, clock func() time.Time) *house {
	t.Helper()
	db := testdb.Open(t, testdb.SQLite(t))
	svc := scheduler.New(db, scheduler.Options{Clock: clock, NewID: uuid.NewString})
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	f := testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "hall", Name: "Radio hall", Timezone: "Europe/Dublin", VIMs: []testbeds.VIM{{ID: "iris", Capacity: testbeds.Quantities{"vcpu": 32}}}}}}
	must(svc.PutFacility(t.Context(), account.System, f, scheduler.ChangeOptions{}))
	hash := testdb.PasswordHash(password)
	for name, role := range map[string]account.Role{"maeve": account.RoleExperimenter, "hector": account.RoleExperimenter, "monika": account.RoleMentor, "adele": account.RoleAdministrator} {
		must(auth.New(db, time.Now).PutPerson(t.Context(), account.System, account.Person{Username: name, Name: name, Roles: []account.Role{role}, Password: hash}))
	}
	pages, err := newSite(svc, auth.New(db, time.Now), Options{Log: slog.New(slog.DiscardHandler), Clock: clock, Base: base, Deliveries: db})
	must(pages, err)
	return &house{t, pages.handler(), svc, pages}
}

// send makes a call with a cookie; a form makes it a POST.
func (h *house) send(path, cookie string, form url.Values, headers ...string) *http.Response {
	h.t.Helper()
	method, body := http.MethodGet, ""
	if form != nil {
		method, body = http.MethodPost, form.Encode()
	}
	r := httptest.NewRequestWithContext(h.t.Context(), method, path, strings.NewReader(body))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

// session returns the cookie of a signed-in user.
func (h *house) session(who string) string {
	h.t.Helper()
	res := h.send("/sign-in", "", url.Values{"username": {who}, "password": {password}})
	if res.StatusCode != http.StatusSeeOther || len(res.Cookies()) != 1 {
		h.t.Fatalf("%d %v", res.StatusCode, res.Header)
	}
	return res.Cookies()[0].Name + "=" + res.Cookies()[0].Value
}

func TestNobodySeesAPageWithoutSigningIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	for _, path := range []string{"/", "/schedule", "/timeline.svg", "/changes", "/new", "/requests", "/requests/1", "/testbeds", "/testbeds/hall", "/subscribe", "/account", "/admin", "/admin/people", "/admin/people/maeve", "/admin/invite", "/admin/accounts"} {
		res := h.send(path, "", nil)
		if to := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || to != "/sign-in?to="+url.QueryEscape(path) {
			t.Errorf("%s: %d to %s", path, res.StatusCode, to)
		}
	}
	for _, path := range []string{"/new", "/requests/1/decide", "/requests/1/feedback", "/testbeds/hall/closures", "/subscribe", "/account/password", "/admin/retry", "/admin/invite", "/admin/people/maeve", "/admin/people/maeve/deactivate"} {
		if res := h.send(path, "", url.Values{"x": {"y"}}); res.StatusCode != http.StatusUnauthorized {
			t.Errorf("POST %s: %d", path, res.StatusCode)
		}
	}
	maeve := h.session("maeve")
	for _, c := range []struct {
		path string
		form url.Values
	}{{"/admin", nil}, {"/admin/accounts", nil}, {"/admin/retry", url.Values{"channel": {"mail"}}}, {"/admin/people", nil}, {"/admin/people/maeve", nil}, {"/admin/invite", nil},
		{"/admin/invite", url.Values{"username": {"eve"}, "name": {"x"}, "role": {"administrator"}}}, {"/admin/people/maeve", url.Values{"name": {"x"}, "role": {"administrator"}, "revision": {"1"}}},
		{"/admin/people/adele/deactivate", url.Values{}}, {"/admin/people/adele/revoke", url.Values{}}, {"/admin/people/adele/invitation", url.Values{}},
		{"/testbeds/hall/closures", url.Values{"summary": {"x"}, "start": {"2031-01-01T00:00"}, "end": {"2031-01-02T00:00"}, "step": {"confirm"}}}} {
		if res := h.send(c.path, maeve, c.form); res.StatusCode != http.StatusForbidden {
			t.Errorf("an experimenter gets %d from %s", res.StatusCode, c.path)
		}
	}
}

// TestThePictureForAPageElsewhere draws it for a program with a token.
func TestThePictureForAPageElsewhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("maeve:"+password))
	if res := h.send("/timeline.svg?span=month", "", nil, "Authorization", basic); res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "image/svg+xml; charset=utf-8" {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
	if res := h.send("/timeline.svg", "", nil, "Authorization", basic+"x"); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("with a wrong password: %d", res.StatusCode)
	}
	if res := h.send("/requests", "", nil, "Authorization", basic); res.StatusCode != http.StatusSeeOther {
		t.Errorf("other pages are for browsers: %d", res.StatusCode)
	}
}

func TestTheCookieIsCareful(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{"http://127.0.0.1:8080": "berth", "https://berth.example": "__Host-berth"} {
		h := newHouse(t, base)
		res := h.send("/sign-in", "", url.Values{"username": {"maeve"}, "password": {password}})
		c := res.Cookies()[0]
		if c.Name != want || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Secure != strings.HasPrefix(base, "https") {
			t.Errorf("%s: %+v", base, c)
		}
	}
}

// TestASessionIsNobodysToFix: a cookie that was there before is not the one that is there after.
func TestASessionIsNobodysToFix(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	planted := h.session("hector")
	res := h.send("/sign-in", planted, url.Values{"username": {"maeve"}, "password": {password}})
	if got := res.Cookies()[0]; got.Name+"="+got.Value == planted {
		t.Error("the cookie stayed the same")
	}
	if res := h.send("/", planted, nil); res.StatusCode != http.StatusSeeOther {
		t.Errorf("what was signed in here before still is: %d", res.StatusCode)
	}
	made := res.Cookies()[0].Name + "=" + res.Cookies()[0].Value
	if res := h.send("/sign-out", made, url.Values{}); res.StatusCode != http.StatusSeeOther {
		t.Error(res.StatusCode)
	}
	if res := h.send("/", made, nil); res.StatusCode != http.StatusSeeOther {
		t.Errorf("signed out, and still in: %d", res.StatusCode)
	}
}

func TestNobodyIsLedElsewhere(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{"/requests?x=1": "/requests?x=1", "": "/", "https://evil.example/": "/", "//evil.example": "/", "/\\evil.example": "/", "javascript:alert(1)": "/", "/sign-out": "/", "/\r\nX: y": "/",
		"/%0d%0aX:y": "/%0D%0AX:y", "http:evil": "/", "\\\\evil": "/", "/\tevil": "/"} {
		if got := local(to); got != want {
			t.Errorf("%q leads to %q, want %q", to, got, want)
		}
	}
	h := newHouse(t, "http://berth.example")
	res := h.send("/sign-in", "", url.Values{"username": {"maeve"}, "password": {password}, "to": {"//evil.example/"}})
	if to := res.Header.Get("Location"); to != "/" {
		t.Errorf("led to %s", to)
	}
}

// TestOtherSitesCannotAct: browsers say where a form comes from.
func TestOtherSitesCannotAct(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	adele := h.session("adele")
	form := url.Values{"username": {"eve"}, "name": {"Eve"}, "role": {"administrator"}}
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}} {
		if res := h.send("/admin/invite", adele, form, header...); res.StatusCode != http.StatusForbidden {
			t.Errorf("%v: %d", header, res.StatusCode)
		}
	}
	if res := h.send("/admin/invite", adele, form, "Sec-Fetch-Site", "same-origin"); res.StatusCode != http.StatusOK {
		t.Errorf("from here: %d", res.StatusCode)
	}
}

func TestTooManyAttemptsHaveToWait(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	for range 25 {
		h.send("/sign-in", "", url.Values{"username": {"maeve"}, "password": {"wrong"}})
	}
	if res := h.send("/sign-in", "", url.Values{"username": {"maeve"}, "password": {password}}); res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("%d", res.StatusCode)
	}
}

// TestOnlyWhoMayKnowSeesWhose checks how much one experimenter sees of another's requests.
func TestOnlyWhoMayKnowSeesWhose(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	start := time.Now().UTC().Truncate(time.Hour).Add(24 * time.Hour)
	out, err := h.svc.Submit(t.Context(), account.ActorOf(account.Person{Username: "hector", Name: "hector", Roles: []account.Role{account.RoleExperimenter}}), scheduler.Submission{Name: "Secret project", Ask: scheduler.Ask{
		Components: []testbeds.Component{{Member: "1", Size: testbeds.Quantities{"vcpu": 4}, Onboarded: []string{"hall/iris"}}}, Placement: testbeds.Placement{"1": "hall/iris"}, Slot: testbeds.NewSlot(start, 6*time.Hour)}})
	if err != nil {
		t.Fatal(err)
	}
	for who, sees := range map[string]bool{"maeve": false, "hector": true, "monika": true} {
		cookie := h.session(who)
		for _, path := range []string{"/", "/requests?view=all", "/timeline.svg", "/testbeds/hall?span=week"} {
			res := h.send(path, cookie, nil)
			if res.StatusCode != http.StatusOK {
				t.Fatalf("%s: %d", path, res.StatusCode)
			}
			if got := strings.Contains(body(t, res), "Secret project"); got != sees {
				t.Errorf("%s sees the name on %s: %v", who, path, got)
			}
		}
		if res := h.send("/requests/"+out.Request.ID, cookie, nil); (res.StatusCode == http.StatusOK) != sees {
			t.Errorf("%s gets %d", who, res.StatusCode)
		}
	}
}

// gate is a provider elsewhere that knows one passage.
type gate struct{ people *auth.Auth }

func (g gate) Begin(context.Context) (to, kept string, err error) {
	return "https://id.example/authorize?state=s", "s.n.v", nil
}

func (g gate) Finish(r *http.Request, kept, _ string) (string, error) {
	if kept != "s.n.v" {
		return "", scheduler.Errorf(scheduler.CodeUnauthenticated, "signing in elsewhere did not work; try again")
	}
	return g.people.SignIn(r, "maeve", password)
}

func TestSigningInElsewhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "https://berth.example")
	s := *h.site
	s.o.OIDC = gate{s.people.(*auth.Auth)}
	h.Handler = s.handler()
	if res := h.send("/sign-in?to=/new", "", nil); !strings.Contains(body(t, res), `href="/sign-in/elsewhere?to=%2fnew"`) {
		t.Error("nothing leads elsewhere")
	}
	res := h.send("/sign-in/elsewhere?to=/new%3Fnsd%3Dx", "", nil)
	c := res.Cookies()[0]
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "https://id.example/authorize?state=s" || c.Name != "__Host-berth-passage" || !c.HttpOnly || !c.Secure {
		t.Fatalf("%d %v", res.StatusCode, res.Header)
	}
	if res := h.send(CallbackPath+"?code=1&state=s", "", nil); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("without the cookie: %d", res.StatusCode)
	}
	res = h.send(CallbackPath+"?code=1&state=s", c.Name+"="+c.Value, nil)
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/new?nsd=x" || len(res.Cookies()) != 2 || res.Cookies()[0].MaxAge >= 0 {
		t.Fatalf("%d %v", res.StatusCode, res.Header)
	}
	if res := h.send("/account", res.Cookies()[1].Name+"="+res.Cookies()[1].Value, nil); res.StatusCode != http.StatusOK {
		t.Errorf("%d", res.StatusCode)
	}
}

func body(t *testing.T, res *http.Response) string {
	t.Helper()
	var b strings.Builder
	if err := res.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// another adds a mentor to the house.
func (h *house) another(t *testing.T, mentor string) error {
	t.Helper()
	_, err := h.site.people.PutPerson(t.Context(), account.System, account.Person{Username: mentor, Name: mentor, Roles: []account.Role{account.RoleMentor}, Password: testdb.PasswordHash(password)})
	return err
}
