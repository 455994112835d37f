package osm_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"berth/internal/osm"
	"berth/internal/osm/osmtest"
)

// exchange is one line of a recorded conversation with a real NBI: a call and its answer, or a look at a service and its operation.
type exchange struct {
	Part     string         `json:"part"` // begins the conversation of that name
	Method   string         `json:"method"`
	Path     string         `json:"path"`
	Body     any            `json:"body"`
	Status   int            `json:"status"`
	Location string         `json:"location"`
	Answer   any            `json:"answer"`
	Short    string         `json:"beginning"` // of an answer of which the rest was not kept
	Service  map[string]any `json:"ns"`
	Op       map[string]any `json:"op"`
}

func recorded(t *testing.T, name string) (list []exchange) {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err == nil {
		err = json.Unmarshal(raw, &list)
	}
	if err != nil {
		t.Fatal(err)
	}
	return list
}

var recordings = map[string]osmtest.Release{"nbi-8.json": osmtest.Eight, "nbi-19.json": osmtest.Nineteen}

// TestTheRecordedConversations replays what real servers answered: the client understands each answer, and calls what was called.
func TestTheRecordedConversations(t *testing.T) {
	t.Parallel()
	for name := range recordings {
		var next exchange
		asked := map[string]any{}
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			x := next
			if strings.HasSuffix(r.URL.Path, "/tokens") && !strings.HasSuffix(x.Path, "/tokens") {
				x = exchange{Status: 200, Answer: map[string]any{"id": "t"}}
			} else if got := r.Method + " " + strings.TrimSuffix(r.URL.Path+"?"+r.URL.RawQuery, "?"); got != x.Method+" "+x.Path {
				t.Errorf("%s: %s was called, and %s %s was recorded", name, got, x.Method, x.Path)
			}
			asked = map[string]any{}
			_ = json.NewDecoder(r.Body).Decode(&asked)
			w.WriteHeader(x.Status)
			if x.Answer != nil {
				_ = json.NewEncoder(w).Encode(x.Answer)
			}
		}))
		for _, x := range recorded(t, name) {
			next = x
			c := client(t, osm.Options{URL: s.URL, User: "admin", Password: "admin", Project: "admin", Clock: time.Now})
			if x.Method != "" && x.Short == "" {
				checkRecorded(t, c, x)
			}
		}
		s.Close()
	}
}

func checkRecorded(t *testing.T, c *osm.Client, x exchange) {
	t.Helper()
	ctx := t.Context()
	part := strings.Split(strings.TrimPrefix(x.Path, "/osm/nslcm/v1/ns_instances"), "/")
	wished := osm.NewService{}
	if b, ok := x.Body.(map[string]any); ok && b["nsdId"] != nil {
		account := b["vimAccountId"].(string)
		wished = osm.NewService{Name: b["nsName"].(string), NSD: b["nsdId"].(string), Account: account, Members: map[string]string{"1": account}}
	}
	var id string
	var err error
	switch {
	case strings.HasSuffix(x.Path, "/tokens"):
		err = c.SignIn(ctx)
	case x.Method == "POST" && strings.HasSuffix(x.Path, "/instantiate"):
		id, err = c.Instantiate(ctx, part[1], wished)
	case x.Method == "POST" && strings.HasSuffix(x.Path, "/ns_instances"):
		id, err = c.Create(ctx, wished)
	case x.Method == "DELETE" && !strings.Contains(x.Path, "FORCE"):
		err = c.Delete(ctx, part[1])
	default:
		return
	}
	if ok := x.Status < 300; (err == nil) != ok || err != nil && (osm.IsTemporary(err) || !strings.Contains(err.Error(), x.Answer.(map[string]any)["detail"].(string)[:20])) {
		t.Errorf("%s %s: %v", x.Method, x.Path, err)
	}
	if id != "" && !strings.HasSuffix(x.Location, "/"+id) {
		t.Errorf("%s %s: the id is %q, and %s was made", x.Method, x.Path, id, x.Location)
	}
}

// TestTheTestServerIsFaithful: through the recorded conversations it shows the states that real servers showed, in their order.
func TestTheTestServerIsFaithful(t *testing.T) {
	t.Parallel()
	for name, release := range recordings {
		b := newBench(t, release)
		b.SetOutcome(func(name, kind string) osmtest.Outcome {
			switch {
			case name == "berth-43-fail" && kind == "instantiate":
				return osmtest.Outcome{Failure: "VIM: no valid host found"}
			case name == "berth-44-charm" && kind == "instantiate":
				return osmtest.Outcome{Failure: "Deploying at Juju: charm failed", Runs: true}
			case name == "berth-45-stuck" && kind == "terminate":
				return osmtest.Outcome{Failure: "timeout"}
			}
			return osmtest.Outcome{}
		})
		var id, part string
		for _, x := range recorded(t, name) {
			switch {
			case x.Part != "":
				part, id = x.Part, b.Server.Create(x.Part, "hydra_baseline_nsd", "account")
			case x.Method == "POST" && strings.HasSuffix(x.Path, "/instantiate") && x.Status < 300:
				if _, err := b.Instantiate(t.Context(), id, osm.NewService{Name: part, NSD: "n", Account: "a"}); err != nil {
					t.Fatal(err)
				}
			case x.Method == "POST" && strings.HasSuffix(x.Path, "/terminate") && x.Status < 300:
				b.Stop(id, x.Body.(map[string]any)["autoremove"] == true)
			case x.Service != nil && x.Status == 200 && x.Op != nil:
				reached(t, b, name+" "+part, id, x)
			}
		}
	}
}

// reached lets time pass until the server shows a recorded state.
func reached(t *testing.T, b *bench, what, id string, x exchange) {
	t.Helper()
	var is map[string]any
	for range 60 {
		is = b.States(id)
		same := is["op"] == x.Op["operationState"]
		for _, column := range []string{"nsState", "operational-status", "config-status", "currentOperation", "_admin.nsState"} {
			same = same && is[column] == x.Service[column]
		}
		if same {
			return
		}
		b.pass(time.Second)
	}
	t.Errorf("%s: %v never came, it is %v", what, x.Service, is)
}
