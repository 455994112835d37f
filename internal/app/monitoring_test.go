package app

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"

	"berth/internal/config"
	"berth/internal/testdb"
)

var updateMetrics = flag.Bool("update", false, "write the metrics in docs/monitoring.md anew")

const (
	rulesFile     = "../../deploy/monitoring/rules.yaml"
	dashboardFile = "../../deploy/monitoring/dashboard.json"
	monitoringDoc = "../../docs/monitoring.md"
	runbooksDoc   = "../../docs/runbooks.md"
)

// exposed starts the demo with everything around it, lets it work, and reads what it exposes.
func exposed(t *testing.T) map[string]*dto.MetricFamily {
	t.Helper()
	empty := filepath.Join(t.TempDir(), "berth.toml")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := config.Load(config.Sources{File: empty, Flags: map[string]string{"listen": "127.0.0.1:0", "database": testdb.SQLite(t), "policy_hook": "http://127.0.0.1:9/berth"}})
	if err != nil {
		t.Fatal(err)
	}
	a := New(s, Options{Log: slog.New(slog.DiscardHandler), Version: "1.2.3"}, Serving{Demo: true, World: true, Out: io.Discard})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Stop(t.Context()) })
	for _, note := range []error{a.parts.NoteVerified(t.Context(), true), a.parts.NoteBackup(t.Context())} {
		if note != nil {
			t.Fatal(note)
		}
	}
	text := func(path string) string {
		res, err := http.Get("http://" + a.Addr() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil || path == "/metrics" && res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s (%v)", path, res.StatusCode, b, err)
		}
		return string(b)
	}
	text("/readyz")
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for range 600 { // until every system was read once, and something was delivered
		body := text("/metrics")
		problems, err := promlint.New(strings.NewReader(body)).Lint()
		if err != nil || len(problems) > 0 {
			t.Fatalf("promlint: %v (%v)", problems, err)
		}
		parser := expfmt.NewTextParser(model.UTF8Validation)
		families, err := parser.TextToMetricFamilies(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		late := []string{"berth_bugzilla_poll_age_seconds", "berth_testbed_calendar_last_success_timestamp_seconds", "berth_delivery_delay_seconds", "berth_deliveries_last_success_timestamp_seconds", "berth_system_poll_age_seconds", "berth_job_last_success_timestamp_seconds", "berth_http_request_duration_seconds"}
		if !slices.ContainsFunc(late, func(name string) bool { return families[name] == nil }) {
			return families
		}
		<-tick.C
	}
	t.Fatal("the demo exposes not everything within half a minute")
	return nil
}

// TestMonitoringFits compares what an instance exposes with what the rules, the dashboard and the documents name, both ways.
func TestMonitoringFits(t *testing.T) {
	if testing.Short() {
		t.Skip("it serves the demo")
	}
	t.Parallel()
	families := exposed(t)
	rules, alerts := readRules(t)
	known := func(file, expression string) {
		for _, name := range namesIn(expression) {
			base := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
			if families[name] == nil && families[base] == nil && !rules[name] {
				t.Errorf("%s names %s, which is neither exposed nor recorded", file, name)
			}
		}
	}
	for _, e := range expressions(t) {
		known("the dashboard", e)
	}
	for _, e := range alerts {
		known("a rule", e)
	}
	documented(t, families)
}

// namesIn lists the metrics in an expression.
func namesIn(expression string) []string {
	return regexp.MustCompile(`\b(?:berth[_:][a-z0-9_:]+|process_[a-z_]+|go_[a-z_]+)`).FindAllString(expression, -1)
}

// readRules returns the names that rules record, and the expressions of all rules.
func readRules(t *testing.T) (recorded map[string]bool, all []string) {
	t.Helper()
	var file struct {
		Groups []struct {
			Rules []struct {
				Record, Alert, Expr string
				Annotations         map[string]string
			}
		}
	}
	readYAML(t, rulesFile, &file)
	recorded = map[string]bool{}
	book := headingsOf(t, runbooksDoc)
	names := map[string]bool{}
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			all = append(all, r.Expr)
			if r.Record != "" {
				recorded[r.Record] = true
				continue
			}
			names[r.Alert] = true
			if !book[r.Alert] {
				t.Errorf("docs/runbooks.md has no section %s", r.Alert)
			}
			if want := "https://berth.example.org/docs/runbooks#" + strings.ToLower(r.Alert); r.Annotations["runbook_url"] != want || r.Annotations["summary"] == "" {
				t.Errorf("%s leads to %q, want %s, and a summary", r.Alert, r.Annotations["runbook_url"], want)
			}
		}
	}
	for heading := range book {
		if strings.HasPrefix(heading, "Berth") && !names[heading] {
			t.Errorf("docs/runbooks.md has a section %s, and there is no such alert", heading)
		}
	}
	if len(names) < 20 {
		t.Errorf("only %d alerts were read", len(names))
	}
	return recorded, all
}

// headingsOf lists the headings of the second level of a document.
func headingsOf(t *testing.T, file string) map[string]bool {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^## (.+)$`).FindAllStringSubmatch(string(b), -1) {
		list[m[1]] = true
	}
	return list
}

func readYAML(t *testing.T, file string, into any) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(b, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// expressions lists the queries of the dashboard.
func expressions(t *testing.T) (list []string) {
	t.Helper()
	b, err := os.ReadFile(dashboardFile)
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
		Templating struct{ List []struct{ Query string } }
	}
	if err := json.Unmarshal(b, &board); err != nil {
		t.Fatal(err)
	}
	for _, p := range board.Panels {
		for _, x := range p.Targets {
			list = append(list, x.Expr)
		}
	}
	for _, v := range board.Templating.List {
		list = append(list, v.Query)
	}
	if len(list) < 30 {
		t.Errorf("only %d queries were found in the dashboard", len(list))
	}
	return list
}

// documented compares the table of metrics in the documents with those that are exposed.
func documented(t *testing.T, families map[string]*dto.MetricFamily) {
	t.Helper()
	var table strings.Builder
	table.WriteString("\n| metric | | labels | |\n|---|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(families)) {
		if !strings.HasPrefix(name, "berth_") {
			continue
		}
		f := families[name]
		var labels []string
		for _, l := range f.GetMetric()[0].GetLabel() {
			labels = append(labels, "`"+l.GetName()+"`")
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", name, strings.ToLower(f.GetType().String()), strings.Join(labels, ", "), f.GetHelp())
	}
	table.WriteString("\n")
	b, err := os.ReadFile(monitoringDoc)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- metrics: generated, go test ./internal/app -run TestMonitoringFits -update -->\n", "<!-- metrics: end -->"
	before, rest, found := strings.Cut(string(b), begin)
	is, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatal("docs/monitoring.md has no place for the metrics")
	}
	if *updateMetrics {
		if err := os.WriteFile(monitoringDoc, []byte(before+begin+table.String()+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(is, table.String()); diff != "" {
		t.Errorf("docs/monitoring.md differs from what is exposed; -update writes it anew (-docs +exposed):\n%s", diff)
	}
}
