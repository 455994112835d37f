package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"berth/internal/api"
)

// TestGeneratedClients makes clients from the OpenAPI document by public generators, compiles them, and leads one conversation with each.
func TestGeneratedClients(t *testing.T) {
	t.Parallel()
	in := newPlace(t, "").serve(t, "--demo")
	for _, c := range []struct {
		name     string
		programs []string
		document func() ([]byte, error)
		make     func(t *testing.T, dir string) *exec.Cmd // generates and compiles; returns the conversation
	}{
		{"typescript", []string{"node", "npm"}, api.Document, typescriptClient},
		{"go", []string{"go"}, api.Document30, goClient},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, p := range c.programs {
				if _, err := exec.LookPath(p); err != nil {
					absent(t, p+" is missing")
				}
			}
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "generated", c.name))); err != nil {
				t.Fatal(err)
			}
			b, err := c.document()
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "openapi.json"), b, 0o600); err != nil {
				t.Fatal(err)
			}
			conversation := c.make(t, dir)
			conversation.Dir = dir
			conversation.Args = append(conversation.Args, in.url, "vera", demoPassword(t, in))
			if out, err := conversation.CombinedOutput(); err != nil || !strings.HasPrefix(string(out), "done ") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// TestTheDocumentLintsClean asks two public linters about the OpenAPI document; a warning counts.
func TestTheDocumentLintsClean(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("the linters have to be installed")
	}
	for _, p := range []string{"node", "npm"} {
		if _, err := exec.LookPath(p); err != nil {
			absent(t, p+" is missing")
		}
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "generated", "lint"))); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "openapi.json"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	compiled(t, dir, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	compiled(t, dir, filepath.Join(dir, "node_modules", ".bin", "spectral"), "lint", "--fail-severity", "warn", "openapi.json")
	c := exec.CommandContext(t.Context(), filepath.Join(dir, "node_modules", ".bin", "redocly"), "lint", "openapi.json")
	c.Dir, c.Env = dir, append(os.Environ(), "REDOCLY_TELEMETRY=off", "REDOCLY_SUPPRESS_UPDATE_NOTICE=true")
	if out, err := c.CombinedOutput(); err != nil || strings.Contains(string(out), "You have ") {
		t.Errorf("%v\n%s", err, out)
	}
}

// compiled runs a step of making a client.
func compiled(t *testing.T, dir, program string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, program, args...)
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
}

func typescriptClient(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	compiled(t, dir, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	compiled(t, dir, filepath.Join(dir, "node_modules", ".bin", "openapi-typescript"), "openapi.json", "-o", "schema.d.ts")
	compiled(t, dir, filepath.Join(dir, "node_modules", ".bin", "tsc"))
	return exec.CommandContext(t.Context(), "node", filepath.Join("out", "conversation.js"))
}

func goClient(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	tools, err := filepath.Abs("../../tools/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	compiled(t, filepath.Dir(filepath.Dir(tools)), "go", "tool", "-modfile="+tools, "oapi-codegen", "-generate", "types,client", "-package", "main", "-o", filepath.Join(dir, "client.go"), filepath.Join(dir, "openapi.json"))
	compiled(t, dir, "go", "build", "-o", "conversation", ".")
	return exec.CommandContext(t.Context(), filepath.Join(dir, "conversation"))
}
