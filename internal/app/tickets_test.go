package app_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"berth/internal/app"
	"berth/internal/bugzilla/bugzillatest"
)

// TestTicketsAreToldWhatHappens starts an instance beside a Bugzilla, writes a remark, and waits until there is a ticket that has it.
func TestTicketsAreToldWhatHappens(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("playing the demo takes long")
	}
	s := bugzillatest.New(t, bugzillatest.V52, time.Now)
	seen := make(chan struct{}, 100)
	s.SetFaults(func(r *http.Request) bugzillatest.Fault {
		select {
		case seen <- struct{}{}:
		default:
		}
		return bugzillatest.None
	})
	var out, log bytes.Buffer
	a := app.New(settings(t, "bugzilla_url", s.URL, "bugzilla_key", bugzillatest.Key, "bugzilla_login", bugzillatest.Login, "bugzilla_poll", "PT1S"), options(&log), app.Serving{Demo: true, Out: &out})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	remark(t, a, out.String(), "Is anybody there?")
	for i := 0; !s.Said("Is anybody there?"); i++ {
		if i > 5000 {
			t.Fatal(log.String())
		} // it is asked for news every second
		<-seen
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+a.Addr()+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if figures, err := io.ReadAll(res.Body); err != nil || !strings.Contains(string(figures), "berth_bugzilla_poll_last_success_timestamp_seconds ") {
		t.Errorf("no figures of the polls, %v", err)
	}
	if err := a.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if strings.Contains(log.String(), bugzillatest.Key) {
		t.Errorf("the key is in the log:\n%s", log.String())
	}
}
