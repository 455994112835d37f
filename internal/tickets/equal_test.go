package tickets_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"berth/internal/bugzilla"
	"berth/internal/bugzilla/bugzillatest"
	"berth/internal/bugzilla/tracker"
	"berth/internal/tickets"
	"berth/scheduler"
	"berth/scheduler/account"
)

// settleBoth polls and delivers until there is nothing more of either, whatever goes wrong in between.
func (d *bench) settleBoth() {
	d.t.Helper()
	still := 0
	for range 400 {
		d.now.Add(7)
		before := len(d.events())
		_, pollErr := d.sync.Poll(context.Background(), true)
		p, err := d.sync.Progress(context.Background())
		d.must(p, err)
		if len(p.Again) > 0 && pollErr == nil {
			pollErr = fmt.Errorf("bugs %v are looked at again", p.Again)
		}
		n, err := d.courier.Round(context.Background())
		d.must(n, err)
		b, err := d.store.Backlog(context.Background(), tickets.Channel)
		d.must(b, err)
		if b.Stuck > 0 {
			list, err := d.store.Deliveries(context.Background(), tickets.Channel, "", true, 0, 10)
			d.must(list, err)
			d.t.Fatalf("stuck: %+v", list)
		}
		if pollErr == nil && b.Waiting == 0 && len(d.events()) == before {
			if still++; still == 2 {
				return
			}
			continue
		}
		still = 0
		if pollErr != nil || n == 0 {
			d.now.Add(1000)
		}
	}
	d.t.Fatal("it does not become quiet")
}

func (d *bench) events() []scheduler.Event {
	d.t.Helper()
	list, _, err := d.svc.Events(context.Background(), account.System, 0, 100_000)
	d.must(list, err)
	return list
}

func (d *bench) feedback(id string) []scheduler.Feedback {
	d.t.Helper()
	page, err := d.svc.Feedback(context.Background(), account.System, id, "", 500)
	d.must(page, err)
	return page.Items
}

// stranger has an account there and none here.
const stranger = "stranger@bugs.example"

var tokens = regexp.MustCompile(`\[berth:[^\]]*/(\d+)\]`)

// equal compares both sides of a request: its status, responsible people, end, and all texts, there and here, each exactly once.
func (d *bench) equal(id string) {
	d.t.Helper()
	v := d.view(id)
	if v.Ticket == nil {
		d.t.Fatalf("request #%d has no ticket", v.Number)
	}
	b, err := d.client.Bug(context.Background(), number(v.Ticket.Key))
	d.must(b, err)
	want := tracker.Stock()[v.Status]
	verified := b.Status == "VERIFIED" && want.Status == "RESOLVED"
	if b.Status != want.Status && !verified || b.Resolution != want.Resolution {
		d.t.Errorf("request #%d is %s, its ticket %s %s", v.Number, v.Status, b.Status, b.Resolution)
	}
	if day := v.Slot.End.Format(time.DateOnly); b.Deadline != day || b.URL != fmt.Sprintf("https://berth.example/requests/%d", v.Number) {
		d.t.Errorf("its ticket is due %s, not %s, and leads to %s", b.Deadline, day, b.URL)
	}
	if v.Mentor != "" && b.Assignee != v.Mentor+"@bugs.example" {
		d.t.Errorf("its mentor is %s, its ticket's assignee %s", v.Mentor, b.Assignee)
	}
	if !slices.Contains(b.CC, v.Experimenter+"@bugs.example") {
		d.t.Errorf("its experimenter is not among %v", b.CC)
	}
	comments, err := d.client.Comments(context.Background(), b.ID, time.Time{})
	d.must(comments, err)
	feedback := d.feedback(id)
	said := map[string]int{}
	for _, c := range comments {
		if found := tokens.FindAllStringSubmatch(c.Text, -1); len(found) > 0 && c.Creator == bugzillatest.Login {
			for _, f := range found {
				said[f[1]]++
			}
			continue
		}
		want := 1
		if c.Creator == stranger {
			want = 0
		}
		if n := count(feedback, func(f scheduler.Feedback) bool { return f.Text == c.Text && f.Author+"@bugs.example" == c.Creator }); n != want {
			d.t.Errorf("%s wrote %q there, which is here %d times", c.Creator, c.Text, n)
		}
	}
	for _, e := range d.events() {
		if e.Request != id || !tickets.Takes(e) || e.Action == scheduler.ActionFeedback && e.Via != "" {
			continue
		}
		if times := said[fmt.Sprint(e.Sequence)]; times != 1 {
			d.t.Errorf("of %s (%d, %q) there are %d comments", e.Action, e.Sequence, e.Text, times)
		}
		delete(said, fmt.Sprint(e.Sequence))
	}
	delete(said, "0") // a description that tells of no event
	if len(said) > 0 {
		d.t.Errorf("comments on what never happened: %v", said)
	}
	for _, f := range feedback {
		if n := count(comments, func(c bugzilla.Comment) bool { return strings.Contains(c.Text, f.Text) }); n != 1 {
			d.t.Errorf("%s wrote %q here, which is there %d times", f.Author, f.Text, n)
		}
	}
}

func count[T any](list []T, such func(T) bool) (n int) {
	for _, x := range list {
		if such(x) {
			n++
		}
	}
	return n
}
