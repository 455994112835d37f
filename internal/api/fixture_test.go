package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"

	"berth/internal/auth"
	"berth/internal/store"
	"berth/internal/testdb"
	"berth/internal/webhook"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// password is the password of all people.
const password = "correct horse battery"

// house is the API over a small facility, with one person of each role.
type house struct {
	t   *testing.T
	api *api
	url string
	at  time.Time // a whole hour tomorrow
	svc testdb.Directory
	db  *store.Store
}

func newHouse(t *testing.T) *house {
	t.Helper()
	db := testdb.OpenWith(t, testdb.SQLite(t), store.Options{Channels: []scheduler.Channel{{Name: "ticket", Takes: scheduler.OfRequests}}})
	svc := testdb.NewDirectory(t, scheduler.New(db, scheduler.Options{Clock: time.Now, NewID: uuid.NewString, WebhookAddress: webhook.Address(true)}), db, time.Now)
	people := auth.New(db, time.Now)
	a := newAPI(svc.Service, people, Options{Log: slog.New(slog.DiscardHandler), Clock: time.Now, Version: "test", Database: db, Calendars: db, Webhooks: webhook.New(db, svc, webhook.Settings{Anywhere: true, Site: "https://berth.example"}, time.Now), Deliveries: db, Channels: []string{"ticket"}, Base: "https://berth.example", Poll: 10 * time.Millisecond})
	server := httptest.NewServer(a.router)
	t.Cleanup(server.Close)
	h := &house{t: t, api: a, url: server.URL, svc: svc, db: db, at: time.Now().UTC().Truncate(time.Hour).Add(24 * time.Hour)}
	h.furnish()
	return h
}

func (h *house) furnish() {
	f := testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "hall", Name: "Radio hall", Timezone: "Europe/Dublin", Features: []string{"sdr"}, Providers: []string{"paddy"},
		VIMs:    []testbeds.VIM{{ID: "iris", Capacity: testbeds.Quantities{"vcpu": 32, "memory_mb": 65536}, Datacenter: "Iris DC", Account: "6f8a-vim"}},
		Devices: []testbeds.Device{{ID: "usrp", Count: 4, Units: []string{"u1", "u2", "u3", "u4"}}}}}}
	c := testbeds.Catalogue{VNFs: []testbeds.VNF{{ID: "vnf", Size: testbeds.Quantities{"vcpu": 2, "memory_mb": 1024}, Requires: []string{"sdr"}, Onboarded: []string{"hall/iris"}}},
		NSDs: []testbeds.NSD{{ID: "radio_nsd", Members: []testbeds.Member{{Index: "1", VNF: "vnf"}, {Index: "2", VNF: "vnf"}}, Placement: testbeds.Placement{"all": "hall/iris"},
			Devices: []testbeds.DeviceNeed{{Testbed: "hall", Device: "usrp", Count: 3}}}}}
	ctx := h.t.Context()
	h.must(h.svc.PutFacility(ctx, account.System, f, scheduler.ChangeOptions{}))
	h.must(h.svc.PutCatalogue(ctx, account.System, c, scheduler.ChangeOptions{}))
	hash := testdb.PasswordHash(password)
	for name, role := range map[string]account.Role{"maeve": account.RoleExperimenter, "hector": account.RoleExperimenter, "monika": account.RoleMentor,
		"paddy": account.RoleProvider, "oskar": account.RoleOperator, "adele": account.RoleAdministrator} {
		p := account.Person{Username: name, Name: name, Roles: []account.Role{role}, Password: hash}
		if role == account.RoleProvider {
			p.Testbeds = []string{"hall"}
		}
		h.must(h.svc.PutPerson(ctx, account.System, p))
	}
}

func (h *house) must(_ any, err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// reply is an answer with its body.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// json reads the answer as an object.
func (r reply) json(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(r.body, &v); err != nil {
		t.Fatalf("%d %s: %v", r.status, r.body, err)
	}
	return v
}

// send makes a call as a user; headers come in pairs.
func (h *house) send(who, method, path string, body any, headers ...string) reply {
	h.t.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = bytes.NewBufferString(b)
	default:
		raw, err := json.Marshal(b)
		h.must(nil, err)
		reader = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(context.WithoutCancel(h.t.Context()), method, h.url+prefix+path, reader)
	h.must(nil, err)
	if reader != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if who != "" {
		req.SetBasicAuth(who, password)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	h.must(nil, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	h.must(nil, err)
	return reply{res.StatusCode, res.Header, raw}
}

// slot returns a slot of some hours that starts some hours after tomorrow's hour.
func (h *house) slot(after, hours int) map[string]any {
	start := h.at.Add(time.Duration(after) * time.Hour)
	return map[string]any{"start": start, "end": start.Add(time.Duration(hours) * time.Hour)}
}

// wish requests three of the four USRPs.
func (h *house) wish(after, hours int) map[string]any {
	return map[string]any{"name": "radios", "nsd": "radio_nsd", "slot": h.slot(after, hours), "mentor": "monika"}
}

// submitted makes a request and returns its UUID.
func (h *house) submitted(who string, wish map[string]any) string {
	h.t.Helper()
	r := h.send(who, "POST", "/requests", wish)
	if r.status != http.StatusCreated {
		h.t.Fatalf("submitting: %d %s", r.status, r.body)
	}
	return r.json(h.t)["request"].(map[string]any)["id"].(string)
}

// expect fails unless the answer has the status.
func (h *house) expect(r reply, status int) reply {
	h.t.Helper()
	if r.status != status {
		h.t.Fatalf("answered %d, want %d: %s", r.status, status, r.body)
	}
	return r
}
