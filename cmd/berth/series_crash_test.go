package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"berth/internal/bugzilla"
	"berth/internal/bugzilla/bugzillatest"
	"berth/internal/mail/mailtest"
)

// TestASeriesIsTakenWholeOrNotThroughCrashes kills all processes while a series is submitted, granted, moved and cancelled, again and again. Whoever
// starts next finds all occurrences as they were, or all as they were to be; and in the end there is
// one ticket with one comment on each step, and one mail about it for each reader.
func TestASeriesIsTakenWholeOrNotThroughCrashes(t *testing.T) {
	t.Parallel()
	for _, tt := range arrangements(t, 2) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, tt.fresh(t))
			s := &seriesCrash{tickets: bugzillatest.New(t, bugzillatest.V52, time.Now), mails: mailtest.New(t, mailtest.Options{}), clock: filepath.Join(p.dir, "clock"), chance: dice(17), got: map[string]bool{}}
			p.environ = append(p.environ, clockFile+"="+s.clock)
			p.write(t, "key", bugzillatest.Key)
			p.write(t, "berth.toml", fmt.Sprintf("mail_server = %q\nmail_security = \"none\"\nmail_from = \"berth@berth.example\"\nmail_list = \"list@berth.example\"\nbugzilla_url = %q\nbugzilla_login = %q\nbugzilla_key_file = \"key\"\nbugzilla_poll = \"PT1S\"\nbugzilla_ticket_per_series = true\n",
				s.mails.Addr(), s.tickets.URL, bugzillatest.Login))
			s.crash = newCrash(t, p, tt.processes)
			s.instances = s.serve(t)

			weekly := map[string]any{"name": "weekly", "mentor": "root", "timezone": "Europe/Athens", "start": s.day.Format("2006-01-02") + "T09:00", "duration": "PT2H", "rrule": "FREQ=WEEKLY;COUNT=6",
				"devices": []map[string]any{{"testbed": "annex", "device": "radio", "count": 2}}}
			over := map[string]any{"mode": "approvals", "reason": "a test"}
			s.until(t, func() bool { return len(s.occurrences(t)) == occurrencesOfCrash }, "POST", "series", weekly)
			s.until(t, s.all(t, "SCHEDULED"), "POST", s.path("schedule"), map[string]any{"override": over})
			first := s.occurrences(t)[0].Slot.Start
			s.until(t, func() bool { return s.occurrences(t)[0].Slot.Start.Equal(first.Add(time.Hour)) }, "POST", s.path("move"),
				map[string]any{"change": map[string]any{"shift_minutes": 60}, "override": over})
			s.until(t, s.all(t, "CANCELLED"), "POST", s.path("cancel"), map[string]any{})
			s.settled(t)
			s.judge(t)
		})
	}
}

// The series has so many occurrences, and so many steps are taken with it.
const (
	occurrencesOfCrash = 6
	stepsOfCrash       = 4
)

type seriesCrash struct {
	*crash
	instances []*instance
	tickets   *bugzillatest.Server
	mails     *mailtest.Server
	got       map[string]bool // the mails that the list got, by their ids
	clock     string
	ahead     int
	chance    *rand.Rand
	number    int64 // of the series
}

type occurrenceOfCrash struct {
	Number int64
	Status string
	Slot   struct{ Start, End time.Time }
}

func (s *seriesCrash) who() *caller {
	return &caller{base: s.instances[len(s.instances)-1].url, secret: s.token}
}

// occurrences reads the series; none before there is one. Whatever it is asked, all of them are alike.
func (s *seriesCrash) occurrences(t *testing.T) []occurrenceOfCrash {
	t.Helper()
	var list struct{ Items []struct{ Number int64 } }
	s.who().call(t, 200, "GET", "series", nil).decode(t, &list)
	if len(list.Items) == 0 {
		return nil
	}
	var x struct{ Occurrences []occurrenceOfCrash }
	s.number = list.Items[0].Number // a database may leave out some
	s.who().call(t, 200, "GET", s.path(""), nil).decode(t, &x)
	if len(list.Items) != 1 || len(x.Occurrences) != occurrencesOfCrash {
		t.Fatalf("there are %d series, the first of %d occurrences", len(list.Items), len(x.Occurrences))
	}
	for i, o := range x.Occurrences {
		if week := x.Occurrences[0].Slot.Start.AddDate(0, 0, 7*i); o.Status != x.Occurrences[0].Status || o.Slot.Start.Sub(week).Abs() > time.Hour { // the clocks may change
			t.Fatalf("the series is half way: %+v", x.Occurrences)
		}
	}
	return x.Occurrences
}

// path returns the path of the series, or of a step with it.
func (s *seriesCrash) path(step string) string {
	return strings.TrimSuffix(fmt.Sprintf("series/%d/%s", s.number, step), "/")
}

func (s *seriesCrash) all(t *testing.T, status string) func() bool {
	return func() bool { return s.occurrences(t)[0].Status == status }
}

// until sends a step, kills everybody in the middle of it, and begins anew, until the step was taken.
func (s *seriesCrash) until(t *testing.T, taken func() bool, method, path string, body map[string]any) {
	t.Helper()
	for round := 0; ; round++ {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		gone := make(chan struct{})
		who := s.who()
		go func() {
			defer close(gone)
			_, _ = who.send(ctx, method, path, body)
		}()
		wait(ctx, time.Duration(s.chance.IntN(30*(round+1)))*time.Millisecond)
		for _, in := range s.instances {
			in.kill()
		}
		<-gone
		cancel()
		s.instances = s.serve(t)
		if taken() {
			t.Logf("%s %s was taken in round %d", method, path, round+1)
			break
		}
	}
	if out := s.place.must(t, "", "verify"); !strings.Contains(out, ": clean") {
		t.Fatalf("verify says:\n%s", out)
	}
}

// settled lets time pass, for what killed processes have claimed, and for writes whose fate they left open, until everything is told.
func (s *seriesCrash) settled(t *testing.T) {
	t.Helper()
	for range 20 {
		s.ahead += 600
		if err := os.WriteFile(s.clock, []byte(fmt.Sprint(s.ahead)), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, in := range s.instances {
			in.stop(t)
		}
		s.instances = s.serve(t)
		wait(t.Context(), 3*time.Second)
		out := s.place.must(t, "", "bugzilla", "status")
		if regexp.MustCompile(`waiting +0\n`).MatchString(out) && regexp.MustCompile(`stuck +0\n`).MatchString(out) && len(s.mailed()) >= stepsOfCrash {
			return
		}
	}
	t.Fatalf("it does not become quiet; mailed: %v\n%s", s.mailed(), s.place.must(t, "", "bugzilla", "status"))
}

// mailed returns the mails that the list got, by their ids: one that was sent twice, because nobody knew whether it had arrived, has the same id.
func (s *seriesCrash) mailed() map[string]bool {
	for _, m := range s.mails.Mails() {
		if m.Envelope == "list@berth.example" {
			s.got[m.Head.Get("Message-Id")] = true
		}
	}
	return s.got
}

// judge looks at what was told outside.
func (s *seriesCrash) judge(t *testing.T) {
	t.Helper()
	if n := s.tickets.Count(); n != 1 {
		t.Errorf("%d tickets", n)
	}
	client, err := bugzilla.New(bugzilla.Options{URL: s.tickets.URL, Login: bugzillatest.Login, Key: bugzillatest.Key})
	if err != nil {
		t.Fatal(err)
	}
	comments, err := client.Comments(t.Context(), 1, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	said := "\n\n"
	for _, c := range comments {
		said += c.Text + "\n\n"
	}
	for _, first := range []string{"A series, ", "Scheduled: ", "Moved: ", "Cancelled: "} {
		if n := strings.Count(said, "\n\n"+first); n != 1 {
			t.Errorf("%q is said %d times:\n%s", first, n, said)
		}
	}
	if n := len(s.mailed()); n != stepsOfCrash {
		t.Errorf("%d mails about %d steps", n, stepsOfCrash)
	}
}
