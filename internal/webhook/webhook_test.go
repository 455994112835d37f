package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"log/slog"

	"github.com/google/uuid"

	"berth/internal/delivery"
	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// TestSignatureOfStandardWebhooks compares with a signature from another implementation.
func TestSignatureOfStandardWebhooks(t *testing.T) {
	t.Parallel()
	got, err := signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; err != nil || got != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
}

// listener is a program that receives calls.
type listener struct {
	*httptest.Server
	mu     sync.Mutex
	calls  []call
	answer func(n int) int
	secret string
}

type call struct {
	id      string
	payload Payload
	err     error // set if a signature is wrong
}

func newListener(t *testing.T) *listener {
	t.Helper()
	l := &listener{answer: func(int) int { return http.StatusNoContent }}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		c := call{id: r.Header.Get("Webhook-Id"), err: err}
		l.mu.Lock()
		defer l.mu.Unlock()
		at, err := strconv.ParseInt(r.Header.Get("Webhook-Timestamp"), 10, 64)
		signed, signErr := signature(l.secret, c.id, time.Unix(at, 0), body)
		if signed != r.Header.Get("Webhook-Signature") {
			c.err = errors.New("not signed with the secret")
		}
		c.err = errors.Join(c.err, err, signErr, json.Unmarshal(body, &c.payload))
		l.calls = append(l.calls, c)
		w.WriteHeader(l.answer(len(l.calls)))
	}))
	t.Cleanup(l.Close)
	return l
}

func (l *listener) said() (list []call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	list, l.calls = l.calls, nil
	return list
}

func (l *listener) answers(answer func(n int) int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answer = answer
}

// house is a Berth with webhooks.
type house struct {
	t       testing.TB
	store   *store.Store
	svc     testdb.Directory
	desk    *Service
	courier *delivery.Courier
	now     atomic.Int64
}

var start = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

func (h *house) clock() time.Time { return start.Add(time.Duration(h.now.Load()) * time.Second) }

func newHouse(t *testing.T, anywhere bool) *house {
	t.Helper()
	h := &house{t: t, store: testdb.OpenWith(t, testdb.SQLite(t), store.Options{Channels: []scheduler.Channel{{Name: Channel, Takes: Takes}}})}
	h.svc = testdb.NewDirectory(t, scheduler.New(h.store, scheduler.Options{Clock: h.clock, NewID: uuid.NewString, WebhookAddress: Address(anywhere)}), h.store, h.clock)
	h.desk = New(h.store, h.svc, Settings{Anywhere: anywhere, Site: "https://berth.example", Version: "test"}, h.clock)
	h.courier = delivery.New(h.store, h.desk.Deliver, delivery.Options{Channel: Channel, Clock: h.clock, Log: slog.New(slog.DiscardHandler), Abreast: 4})
	h.must(h.svc.PutFacility(t.Context(), account.System, testbeds.Facility{Testbeds: []testbeds.Testbed{
		{ID: "north", Name: "Athens", Timezone: "Europe/Athens", VIMs: []testbeds.VIM{{ID: "a", Capacity: testbeds.Quantities{"vcpu": 8}}}}}}, scheduler.ChangeOptions{}))
	for name, role := range roles {
		h.must(h.svc.PutPerson(t.Context(), account.System, account.Person{Username: name, Name: name, Roles: []account.Role{role}}))
	}
	h.post()
	return h
}

var roles = map[string]account.Role{"eva": account.RoleExperimenter, "erik": account.RoleExperimenter, "monika": account.RoleMentor, "adele": account.RoleAdministrator}

func as(name string) account.Actor {
	return account.ActorOf(account.Person{Username: name, Name: name, Roles: []account.Role{roles[name]}})
}

func (h *house) must(_ any, err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) submit(who string) scheduler.Request {
	h.t.Helper()
	out, err := h.svc.Submit(context.Background(), as(who), scheduler.Submission{Name: "Trial", Mentor: "monika", Anyway: true, Ask: scheduler.Ask{
		Components: []testbeds.Component{{Member: "1", Size: testbeds.Quantities{"vcpu": 4}, Onboarded: []string{"north/a"}}}, Placement: testbeds.Placement{"1": "north/a"},
		Slot: testbeds.NewSlot(h.clock().Add(24*time.Hour), time.Hour)}})
	h.must(nil, err)
	return out.Request
}

// hook registers a user's webhook for a listener.
func (h *house) hook(who string, l *listener, actions ...scheduler.Action) scheduler.Webhook {
	h.t.Helper()
	secret, made, err := h.desk.Create(context.Background(), as(who), scheduler.Webhook{Name: "portal", URL: l.URL + "/hook", Actions: actions})
	h.must(nil, err)
	l.secret = secret
	return made
}

// post delivers until nothing is deliverable.
func (h *house) post() {
	h.t.Helper()
	for range 100 {
		n, err := h.courier.Round(context.Background())
		h.must(nil, err)
		if n == 0 {
			return
		}
	}
	h.t.Fatal("it never ends")
}

// TestAWebhookIsToldWhatItsOwnerMayKnow also checks that it is told nothing else.
func TestAWebhookIsToldWhatItsOwnerMayKnow(t *testing.T) {
	t.Parallel()
	h := newHouse(t, true)
	eva, monika := newListener(t), newListener(t)
	h.hook("eva", eva)
	h.hook("monika", monika, scheduler.ActionCancel)
	mine := h.submit("eva")
	other := h.submit("erik")
	h.must(h.svc.Cancel(t.Context(), as("erik"), other.ID, scheduler.Step{}))
	h.post()
	got := eva.said()
	if len(got) != 1 || got[0].err != nil || got[0].payload.Type != "request.submit" || got[0].payload.Data.Request != mine.ID ||
		got[0].payload.Data.URL != "https://berth.example/api/v1/requests/"+mine.ID {
		t.Errorf("%+v", got)
	}
	if got := monika.said(); len(got) != 1 || got[0].err != nil || got[0].payload.Type != "request.cancel" || got[0].payload.Data.Number != other.Number {
		t.Errorf("%+v", got)
	}
}

// TestInOrderAgainAndAgain lets an address fail, and checks that nothing is lost, doubled or out of order.
func TestInOrderAgainAndAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, true)
	l := newListener(t)
	hook := h.hook("eva", l)
	l.answers(func(int) int { return http.StatusInternalServerError })
	r := h.submit("eva")
	h.must(h.svc.AddFeedback(t.Context(), as("eva"), r.ID, "Hello?", scheduler.Creation{}))
	h.post()
	first := l.said()
	if len(first) != 1 {
		t.Fatalf("%d calls while the first is not taken", len(first))
	}
	l.answers(func(int) int { return http.StatusOK })
	h.now.Add(3600)
	h.post()
	got := l.said()
	if len(got) != 2 || got[0].id != first[0].id || got[0].payload.Type != "request.submit" || got[1].payload.Type != "request.feedback" || got[1].err != nil {
		t.Fatalf("%+v", got)
	}
	list, err := h.desk.Deliveries(t.Context(), as("eva"), hook.ID, 0, 10)
	if err != nil || len(list) != 2 || list[1].State != "done" || list[1].Attempts != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	h.must(nil, h.desk.Again(t.Context(), as("eva"), hook.ID, list[1].ID))
	h.post()
	if got := l.said(); len(got) != 1 || got[0].id != first[0].id {
		t.Errorf("told again: %+v", got)
	}
	if err := h.desk.Again(t.Context(), as("erik"), hook.ID, list[1].ID); scheduler.CodeOf(err) != scheduler.CodeNotFound {
		t.Errorf("somebody else's: %v", err)
	}
}

// TestAnAddressThatIsGoneIsLeftAlone checks that deliveries stop at once if the address says so, after days
// if it is silent.
func TestAnAddressThatIsGoneIsLeftAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t, true)
	gone, dead := newListener(t), newListener(t)
	a, b := h.hook("eva", gone), h.hook("eva", dead)
	gone.answers(func(int) int { return http.StatusGone })
	dead.answers(func(int) int { return http.StatusBadGateway })
	h.submit("eva")
	h.post()
	off := func(id string) string {
		got, err := h.desk.Get(t.Context(), as("eva"), id)
		h.must(got, err)
		return got.Off
	}
	if off(a.ID) == "" || off(b.ID) != "" {
		t.Errorf("gone: %q, dead: %q", off(a.ID), off(b.ID))
	}
	for range 12 {
		h.now.Add(12 * 3600)
		h.post()
	}
	if !strings.Contains(off(b.ID), "502") {
		t.Errorf("dead: %q", off(b.ID))
	}
	gone.said()
	dead.said()
	h.submit("eva")
	h.post()
	if n := len(gone.said()) + len(dead.said()); n != 0 {
		t.Errorf("%d calls to what is off", n)
	}
	h.must(h.desk.Change(t.Context(), as("eva"), b.ID, scheduler.Webhook{Name: "back", URL: dead.URL}))
	dead.answers(func(int) int { return http.StatusOK })
	h.submit("eva")
	h.post()
	if n := len(dead.said()); n != 1 {
		t.Errorf("%d calls after it was switched on", n)
	}
}

// TestAddressesInsideAreNotCalled tries names and redirections that lead there.
func TestAddressesInsideAreNotCalled(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false)
	inner := newListener(t)
	_, port, _ := strings.Cut(strings.TrimPrefix(inner.URL, "http://"), ":")
	_, hook, err := h.desk.Create(t.Context(), as("eva"), scheduler.Webhook{Name: "inside", URL: "https://localhost:" + port})
	h.must(hook, err)
	h.submit("eva")
	h.post()
	list, err := h.desk.Deliveries(t.Context(), as("eva"), hook.ID, 0, 10)
	if err != nil || len(list) != 1 || list[0].State != "stuck" || !strings.Contains(list[0].Failure, "is an internal address") || list[0].Remedy == "" {
		t.Errorf("%+v, %v", list, err)
	}
	if err := h.desk.Test(t.Context(), as("eva"), hook.ID); err == nil || !strings.Contains(err.Error(), "internal address") {
		t.Errorf("a test: %v", err)
	}
	if len(inner.said()) != 0 {
		t.Error("it was called")
	}

	free := newHouse(t, true)
	elsewhere := newListener(t)
	redirecting := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	t.Cleanup(redirecting.Close)
	_, made, err := free.desk.Create(t.Context(), as("eva"), scheduler.Webhook{Name: "moved", URL: redirecting.URL + "/?token=hidden"})
	free.must(made, err)
	if err := free.desk.Test(t.Context(), as("eva"), made.ID); err == nil || !strings.Contains(err.Error(), "307") || len(elsewhere.said()) != 0 {
		t.Errorf("redirected: %v", err)
	}
	redirecting.Close()
	if err := free.desk.Test(t.Context(), as("eva"), made.ID); err == nil || strings.Contains(err.Error(), "hidden") {
		t.Errorf("an address that may hold a secret is in the error: %v", err)
	}
}

func TestWhatCannotBeKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false)
	ctx := t.Context()
	good := scheduler.Webhook{Name: "good", URL: "https://portal.example/hook"}
	for what, change := range map[string]func(*scheduler.Webhook){
		"name":    func(x *scheduler.Webhook) { x.Name = "two\nlines" },
		"url":     func(x *scheduler.Webhook) { x.URL = "http://portal.example" },
		"actions": func(x *scheduler.Webhook) { x.Actions = []scheduler.Action{"weather"} },
	} {
		bad := good
		change(&bad)
		_, _, err := h.desk.Create(ctx, as("eva"), bad)
		e, ok := errors.AsType[*scheduler.Error](err)
		if !ok || len(e.Fields) != 1 || e.Fields[0].Field != what {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, address := range []string{"", "ftp://x", "https://", "https://user:pass@portal.example", "https://x/#part", "https://" + strings.Repeat("x", 3000), "javascript:alert(1)"} {
		bad := good
		bad.URL = address
		if _, _, err := h.desk.Create(ctx, as("eva"), bad); scheduler.CodeOf(err) != scheduler.CodeInvalid {
			t.Errorf("%.50q: %v", address, err)
		}
	}
	reading := as("eva")
	reading.Scopes = []account.Scope{account.ScopeRead, account.ScopeWrite}
	if _, _, err := h.desk.Create(ctx, reading, good); scheduler.CodeOf(err) != scheduler.CodeForbidden {
		t.Errorf("without the scope: %v", err)
	}
	var last scheduler.Webhook
	for range 10 {
		_, made, err := h.desk.Create(ctx, as("eva"), good)
		h.must(made, err)
		last = made
	}
	if _, _, err := h.desk.Create(ctx, as("eva"), good); scheduler.CodeOf(err) != scheduler.CodeConflict {
		t.Errorf("one too many: %v", err)
	}
	if _, err := h.desk.Get(ctx, as("erik"), last.ID); scheduler.CodeOf(err) != scheduler.CodeNotFound {
		t.Errorf("somebody else's: %v", err)
	}
	if _, err := h.desk.List(ctx, as("eva"), true); scheduler.CodeOf(err) != scheduler.CodeForbidden {
		t.Errorf("everybody's: %v", err)
	}
	if list, err := h.desk.List(ctx, as("adele"), true); err != nil || len(list) != 10 {
		t.Errorf("%d, %v", len(list), err)
	}
	h.must(nil, h.desk.Delete(ctx, as("adele"), last.ID))
	before := last.Secret
	renewed, err := h.desk.Renew(ctx, as("eva"), last.ID)
	if scheduler.CodeOf(err) != scheduler.CodeNotFound {
		t.Errorf("a deleted one gets a new secret %q instead of %q, %v", renewed, before, err)
	}
}
