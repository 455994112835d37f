package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// deployed reads what deploy/kubernetes says, without kustomize.
func deployed(t *testing.T) string {
	t.Helper()
	var all []string
	for _, name := range []string{"namespace", "settings", "deployment", "service", "disruption", "networkpolicy", "ingress"} {
		b, err := os.ReadFile(filepath.Join("../../deploy/kubernetes", name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, strings.TrimSpace(string(b)))
	}
	return strings.Join(all, "\n---\n")
}

// TestWhatIsWrongInManifestsIsFound breaks what is deployed in one place after the other.
func TestWhatIsWrongInManifestsIsFound(t *testing.T) {
	t.Parallel()
	good := deployed(t)
	if err := kubernetes([]byte(good)); err != nil {
		t.Fatalf("what is deployed has faults: %v", err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"replicas:", "replica:", "replica"},
		{"readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "it may do more than it needs"},
		{"runAsNonRoot: true", "runAsNonRoot: false", "may run as root"},
		{"path: /readyz, port: http", "path: /readyz, port: web", "port that is not there"},
		{"targetPort: http", "targetPort: web", "no container has the port web"},
		{"kind: PodDisruptionBudget", "kind: PodDisruptionBudgets", "is not known here"},
	} {
		if !strings.Contains(good, c.old) {
			t.Errorf("%q is nowhere in what is deployed", c.old)
			continue
		}
		if err := kubernetes([]byte(strings.Replace(good, c.old, c.new, 1))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("with %q it says %v, want %q", c.new, err, c.want)
		}
	}
}
