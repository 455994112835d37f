package tmf685

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
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

// house is a server over a small facility, with one person of each role.
type house struct {
	*testing.T
	url    string
	svc    *scheduler.Service
	tokens *auth.Auth
	now    time.Time
	at     time.Time // a whole hour tomorrow
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{T: t, now: time.Now().UTC().Truncate(time.Second)}
	h.at = h.now.Truncate(time.Hour).Add(24 * time.Hour)
	clock := func() time.Time { return h.now }
	db := testdb.OpenWith(t, testdb.SQLite(t), storeOptions)
	h.svc = scheduler.New(db, scheduler.Options{Clock: clock, NewID: uuid.NewString})
	people := auth.New(db, clock)
	h.tokens = people
	f := testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "hall", Name: "Radio hall", Timezone: "Europe/Dublin", Approval: testbeds.ApprovalInformed,
		VIMs: []testbeds.VIM{{ID: "iris", Capacity: testbeds.Quantities{"vcpu": 32, "memory_mb": 65536}}},
		Devices: []testbeds.Device{{ID: "usrp", Count: 4, Units: []string{"u1", "u2", "u3", "u4"}},
			{ID: "sim", Count: 3}, {ID: "slow", Count: 1, Setup: &testbeds.Period{Clock: time.Hour}}}}}}
	c := testbeds.Catalogue{VNFs: []testbeds.VNF{{ID: "vnf", Size: testbeds.Quantities{"vcpu": 2}, Onboarded: []string{"hall/iris"}}},
		NSDs: []testbeds.NSD{{ID: "an_nsd", Members: []testbeds.Member{{Index: "1", VNF: "vnf"}}, Placement: testbeds.Placement{"all": "hall/iris"}}}}
	h.must(h.svc.PutFacility(t.Context(), account.System, f, scheduler.ChangeOptions{}))
	h.must(h.svc.PutCatalogue(t.Context(), account.System, c, scheduler.ChangeOptions{}))
	hash := testdb.PasswordHash(password)
	for name, role := range map[string]account.Role{"maeve": account.RoleExperimenter, "hector": account.RoleExperimenter, "monika": account.RoleMentor,
		"oskar": account.RoleOperator, "adele": account.RoleAdministrator} {
		h.must(people.PutPerson(t.Context(), account.System, account.Person{Username: name, Name: name, Roles: []account.Role{role}, Password: hash}))
	}
	server := httptest.NewServer(New(h.svc, people, Options{Log: slog.New(slog.DiscardHandler), Clock: clock}))
	t.Cleanup(server.Close)
	h.url = server.URL + base
	return h
}

func (h *house) must(_ any, err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// reply is an answer with its body.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// send makes a call as a user; headers come in pairs.
func (h *house) send(who, method, path string, body any, headers ...string) reply {
	h.Helper()
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
	req, err := http.NewRequestWithContext(h.Context(), method, h.url+path, reader)
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

// expect fails unless the answer has the status, and returns it as an object.
func (h *house) expect(r reply, status int) map[string]any {
	h.Helper()
	if r.status != status {
		h.Fatalf("answered %d, want %d: %s", r.status, status, r.body)
	}
	var v map[string]any
	if len(r.body) > 0 && r.body[0] == '{' {
		h.must(nil, json.Unmarshal(r.body, &v))
	}
	return v
}

// wanted makes a reservation of a pool from one hour to another, after h.at; more are further properties in pairs.
func (h *house) wanted(pool string, amount int, from, to time.Duration, more ...any) map[string]any {
	m := map[string]any{"name": "a reservation", "requestedPeriodStartDateTime": h.at.Add(from).Format(time.RFC3339Nano), "requestedPeriodEndDateTime": h.at.Add(to).Format(time.RFC3339Nano),
		"reservationItem": []any{needed(pool, amount)}}
	for i := 0; i+1 < len(more); i += 2 {
		m[more[i].(string)] = more[i+1]
	}
	return m
}

func needed(pool string, amount int) map[string]any {
	return map[string]any{"resourceCapacity": map[string]any{"capacityDemandAmount": amount, "resourcePool": map[string]any{"id": pool}}}
}
