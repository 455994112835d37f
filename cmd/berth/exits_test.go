package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// TestExitCodesOfWhatGoesWrong pins the codes that scripts rarely see: changed meanwhile, a fault, an interrupt.
func TestExitCodesOfWhatGoesWrong(t *testing.T) {
	t.Parallel()
	changed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusPreconditionFailed)
		_, _ = io.WriteString(w, `{"title":"Precondition Failed","detail":"request #7 was changed in between"}`)
	}))
	t.Cleanup(changed.Close)
	p := newPlace(t, "")
	says(t, p, 5, "", []string{"request #7 was changed in between"}, "request", "cancel", "7", "-y", "--server", changed.URL)

	p.write(t, "broken.db", strings.Repeat("this is no database\n", 400))
	says(t, p, 70, "", []string{"berth: "}, "verify", "--database", "broken.db")

	address, came := silent(t)
	c := p.command(t.Context(), "request", "list", "--server", "http://"+address)
	var said strings.Builder
	c.Stderr = &said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	<-came // it waits for an answer
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	if code := c.ProcessState.ExitCode(); code != 130 || said.String() != "berth: stopped\n" {
		t.Errorf("interrupted it ends with %d: %s", code, said.String())
	}
}
