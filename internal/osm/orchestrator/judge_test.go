package orchestrator

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"berth/internal/orchestration"
	"berth/internal/osm"
)

// TestTheRecordedStates judges every state that real servers showed, in their order.
func TestTheRecordedStates(t *testing.T) {
	t.Parallel()
	want := map[string][]orchestration.Phase{
		"berth-42":       {"created", "instantiating", "running", "terminating", "terminated"},
		"berth-43-fail":  {"created", "instantiating", "broken", "terminating", "terminated"},
		"berth-44-charm": {"created", "instantiating", "broken", "terminating", "terminated"},
		"berth-45-stuck": {"created", "instantiating", "running", "terminating", "stuck"},
	}
	for _, name := range []string{"nbi-8.json", "nbi-19.json"} {
		raw, err := os.ReadFile("../testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		var lines []struct {
			Part   string         `json:"part"`
			Status int            `json:"status"`
			NS     map[string]any `json:"ns"`
			Op     map[string]any `json:"op"`
		}
		if err := json.Unmarshal(raw, &lines); err != nil {
			t.Fatal(err)
		}
		got, part := map[string][]orchestration.Phase{}, ""
		for _, x := range lines {
			if x.Part != "" {
				part = x.Part
			}
			if x.NS == nil || x.Status != 200 {
				continue
			}
			text := func(m map[string]any, key string) string { s, _ := m[key].(string); return s }
			r := osm.Service{ID: "x", State: text(x.NS, "nsState"), Operational: text(x.NS, "operational-status"), Config: text(x.NS, "config-status"),
				Current: text(x.NS, "currentOperation"), Admin: text(x.NS, "_admin.nsState"), Detail: text(x.NS, "errorDetail")}
			var ops []osm.Operation
			if x.Op != nil {
				ops = []osm.Operation{{Kind: text(x.Op, "lcmOperationType"), State: text(x.Op, "operationState"), Detail: text(x.Op, "detailed-status")}}
			}
			s := judge(r, ops)
			if list := got[part]; len(list) == 0 || list[len(list)-1] != s.Phase {
				got[part] = append(list, s.Phase)
			}
			if s.Phase == orchestration.Broken && !strings.Contains("VIM: no valid host found Deploying at Juju: charm failed", s.Detail) || s.Phase == orchestration.Stuck && s.Detail != "timeout" {
				t.Errorf("%s %s: it failed because of %q", name, part, s.Detail)
			}
		}
		for part, phases := range want {
			if strings.Join(words(got[part]), " ") != strings.Join(words(phases), " ") {
				t.Errorf("%s %s: %v, want %v", name, part, got[part], phases)
			}
		}
	}
}

func words(list []orchestration.Phase) (texts []string) {
	for _, p := range list {
		texts = append(texts, string(p))
	}
	return texts
}

// TestPhases judges what the recordings do not show: other releases, other operations, and moments between two states.
func TestPhases(t *testing.T) {
	t.Parallel()
	op := func(kind, state string) []osm.Operation {
		return []osm.Operation{{Kind: kind, State: state, Detail: "why"}}
	}
	ready := osm.Service{State: "READY", Operational: "running", Config: "configured", Admin: "INSTANTIATED"}
	for name, x := range map[string]struct {
		record osm.Service
		ops    []osm.Operation
		want   orchestration.Phase
	}{
		"a record alone":                        {osm.Service{State: "NOT_INSTANTIATED", Operational: "init", Admin: "NOT_INSTANTIATED"}, nil, "created"},
		"FIVE: a record alone":                  {osm.Service{Operational: "init", Config: "init", Admin: "NOT_INSTANTIATED"}, nil, "created"},
		"FIVE: being built":                     {osm.Service{Operational: "init", Config: "init", Admin: "INSTANTIATED"}, nil, "instantiating"},
		"FIVE: machines run, charms do not yet": {osm.Service{Operational: "running", Config: "configuring: init: 1", Admin: "INSTANTIATED"}, op("instantiate", "PROCESSING"), "running"},
		"FIVE: charms failed":                   {osm.Service{Operational: "running", Config: "failed", Admin: "INSTANTIATED"}, op("instantiate", "FAILED_TEMP"), "broken"},
		"FIVE: a termination that failed":       {osm.Service{Operational: "terminating", Config: "terminating", Admin: "INSTANTIATED"}, op("terminate", "FAILED"), "stuck"},
		"just asked for":                        {osm.Service{State: "NOT_INSTANTIATED", Operational: "init", Admin: "NOT_INSTANTIATED"}, op("instantiate", "PROCESSING"), "instantiating"},
		"its end just asked for":                {ready, op("terminate", "PROCESSING"), "terminating"},
		"degraded":                              {osm.Service{State: "DEGRADED", Operational: "running", Admin: "INSTANTIATED"}, op("instantiate", "COMPLETED"), "running"},
		"scaling":                               {osm.Service{State: "READY", Operational: "scaling", Admin: "INSTANTIATED"}, op("scale", "PROCESSING"), "running"},
		"a scaling that failed":                 {osm.Service{State: "BROKEN", Operational: "failed", Config: "configured", Admin: "INSTANTIATED"}, op("scale", "FAILED"), "running"},
		"a word of a later release":             {osm.Service{State: "", Operational: "dreaming", Admin: "INSTANTIATED"}, nil, "running"},
		"partially completed":                   {osm.Service{State: "BUILDING", Operational: "init", Admin: "INSTANTIATED"}, op("instantiate", "PARTIALLY_COMPLETED"), "running"},
		"terminated, not shown yet":             {osm.Service{State: "TERMINATING", Operational: "terminating", Admin: "INSTANTIATED"}, op("terminate", "COMPLETED"), "terminated"},
	} {
		got := judge(x.record, x.ops)
		if got.Phase != x.want || (got.Phase == orchestration.Stuck) != (got.Detail != "") && got.Phase != orchestration.Broken {
			t.Errorf("%s: %s (%s), want %s", name, got.Phase, got.Detail, x.want)
		}
	}
}
