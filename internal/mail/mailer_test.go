package mail_test

import (
	"net/mail"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/internal/mail/mailtest"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// TestEverybodyConcernedIsTold walks through the life of a request and checks who gets mail and invitations at each
// step.
func TestEverybodyConcernedIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	var r scheduler.Request
	step := func(what string, do func() (scheduler.Outcome, error), invites string, who ...string) []mailtest.Mail {
		t.Helper()
		out, err := do()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		r = out.Request
		mails := h.post()
		if diff := cmp.Diff(who, readers(mails)); diff != "" {
			t.Errorf("%s is told to (-want +got):\n%s", what, diff)
		}
		for _, m := range mails {
			method, e, _ := h.invitation(m)
			if strings.HasPrefix(m.Envelope, "tickets@") {
				if method != "" {
					t.Errorf("%s: the list is invited", what)
				}
				continue
			}
			if method != invites {
				t.Errorf("%s: %s gets %q, want %q", what, m.Envelope, method, invites)
			}
			if method != "" && (e.Props.Get("UID").Value != r.ID+"@berth" || e.Props.Get("ATTENDEE").Value != "mailto:"+m.Envelope) {
				t.Errorf("%s: %+v", what, e.Props)
			}
		}
		return mails
	}
	step("submit", func() (scheduler.Outcome, error) { return h.svc.Submit(ctx, as("eva"), h.wants(48)) }, "", "eva", "monika", "paddy", "tickets")
	step("approve", func() (scheduler.Outcome, error) {
		return h.svc.Approve(ctx, as("paddy"), r.ID, "north", scheduler.Approve{Decision: scheduler.Approved})
	}, "", "eva", "monika", "tickets")
	step("schedule", func() (scheduler.Outcome, error) {
		return h.svc.Schedule(ctx, as("monika"), r.ID, scheduler.Schedule{})
	}, "REQUEST", "eva", "monika", "oskar", "paddy", "tickets")
	step("move", func() (scheduler.Outcome, error) {
		return h.svc.Move(ctx, as("monika"), r.ID, scheduler.Move{Slot: new(testbeds.NewSlot(h.clock().Add(50*time.Hour), 2*time.Hour)),
			Override: &scheduler.Override{Mode: scheduler.OverrideApprovals, Reason: "agreed by telephone"}})
	}, "REQUEST", "eva", "monika", "oskar", "paddy", "tickets")
	step("assign", func() (scheduler.Outcome, error) {
		return h.svc.Assign(ctx, as("monika"), r.ID, scheduler.Assign{Mentor: "marco"})
	}, "REQUEST", "eva", "marco", "tickets")
	step("assign", func() (scheduler.Outcome, error) {
		return h.svc.Assign(ctx, as("marco"), r.ID, scheduler.Assign{Mentor: "monika"})
	}, "REQUEST", "eva", "monika", "tickets")
	h.must(h.svc.AddFeedback(ctx, as("oskar"), r.ID, "Which image is it?", scheduler.Creation{}))
	if got := readers(h.post()); !cmp.Equal(got, []string{"eva", "monika", "tickets"}) {
		t.Errorf("feedback is told to %v", got)
	}
	h.must(h.svc.AddFeedback(ctx, as("eva"), r.ID, "The newest.", scheduler.Creation{}))
	if got := readers(h.post()); !cmp.Equal(got, []string{"monika", "oskar", "tickets"}) {
		t.Errorf("the answer is told to %v", got)
	}
	h.later(50 * time.Hour)
	h.post() // reminders
	step("start", func() (scheduler.Outcome, error) { return h.svc.Start(ctx, as("oskar"), r.ID, scheduler.Step{}) }, "", "eva", "monika", "tickets")
	h.later(0)
	h.post() // reminders
	step("fail", func() (scheduler.Outcome, error) {
		return h.svc.Fail(ctx, as("oskar"), r.ID, scheduler.Step{Reason: "no image"})
	}, "", "eva", "monika", "paddy", "tickets")

	r = h.scheduled(72)
	step("reject what was scheduled", func() (scheduler.Outcome, error) {
		return h.svc.Reject(ctx, as("monika"), r.ID, scheduler.Reject{Reason: "the roof leaks", Count: 1})
	}, "CANCEL", "eva", "monika", "oskar", "paddy", "tickets")
}

// TestRemindersArriveInTheirTime also checks that late ones are dropped.
func TestRemindersArriveInTheirTime(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.scheduled(48)
	h.later(24 * time.Hour) // a day before orchestration
	mails := h.post()
	if got := readers(mails); !cmp.Equal(got, []string{"eva", "oskar"}) {
		t.Fatalf("reminded: %v", got)
	}
	if text := h.of(mails, "oskar").Text("text/plain"); !strings.Contains(text, "Begins soon: Thu 26 Nov, 11:00–13:00 Athens time") || !strings.Contains(text, "You get this mail as an operator.") {
		t.Error(text)
	}
	h.later(23 * time.Hour) // an hour before, but the outage outlasts the reminder's use
	h.now.Add(7 * 3600)
	if got := readers(h.post()); len(got) != 0 {
		t.Errorf("reminded too late: %v", got)
	}
}

// TestOffersAndApprovalsComeWithLinks checks that links reach only those who may use them.
func TestOffersAndApprovalsComeWithLinks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	r := h.submit(48)
	mails := h.post()
	linked := regexp.MustCompile(`https://berth\.example/approvals/(\S+)`).FindStringSubmatch(h.of(mails, "paddy").Text("text/plain"))
	if linked == nil {
		t.Fatal(h.of(mails, "paddy").Text("text/plain"))
	}
	for _, m := range mails {
		if !strings.HasPrefix(m.Envelope, "paddy@") && strings.Contains(string(m.Raw), "/approvals/") {
			t.Errorf("%s can approve", m.Envelope)
		}
	}
	h.must(h.svc.ApproveByLink(ctx, linked[1], scheduler.Approve{Decision: scheduler.Approved}))
	h.must(h.svc.Reject(ctx, as("monika"), r.ID, scheduler.Reject{Reason: "not then", Count: 2}))
	mails = h.post()
	for _, m := range mails {
		if has := strings.Contains(m.Text("text/plain"), "/offers/"); has != strings.HasPrefix(m.Envelope, "eva@") && !strings.Contains(m.Text("text/plain"), "Approved by Athens") {
			t.Errorf("%s gets links: %v", m.Envelope, has)
		}
	}
	rejection := mails[len(mails)-1]
	for _, m := range mails {
		if strings.HasPrefix(m.Envelope, "eva@") {
			rejection = m
		}
	}
	link := regexp.MustCompile(`href="https://berth\.example/offers/([^"]+)"`).FindStringSubmatch(rejection.Text("text/html"))
	if link == nil {
		t.Fatal(rejection.Text("text/html"))
	}
	out, err := h.svc.AcceptByLink(ctx, link[1])
	if err != nil || out.Created == nil {
		t.Fatal(err)
	}
}

// TestOneThreadPerRequest also checks that a mail keeps its identity when it is sent again.
func TestOneThreadPerRequest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submit(48)
	first := h.of(h.post(), "eva")
	h.server.CutAfterTaking(true)
	h.must(h.svc.Cancel(t.Context(), as("monika"), r.ID, scheduler.Step{Reason: "no"}))
	second := h.of(h.post(), "eva")
	h.server.CutAfterTaking(false)
	h.now.Add(3600)
	again := h.of(h.post(), "eva")
	id := func(m mailtest.Mail) string { return m.Head.Get("Message-Id") }
	if id(second) != id(again) || id(first) == id(second) || !strings.HasSuffix(id(first), "@berth.example>") {
		t.Errorf("identities %s, %s, %s", id(first), id(second), id(again))
	}
	want := "<berth." + r.ID + "@berth.example>"
	for _, m := range []mailtest.Mail{first, second} {
		if m.Head.Get("References") != want || m.Head.Get("In-Reply-To") != want || m.Head.Get("Subject") != "[Berth] #1 Trial" || m.Head.Get("Auto-Submitted") != "auto-generated" {
			t.Errorf("%+v", m.Head)
		}
	}
}

// TestAReaderWhoIsRefusedKeepsNobodyElseWaiting also checks that the missed mails arrive once the address is
// right.
func TestAReaderWhoIsRefusedKeepsNobodyElseWaiting(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.server.Refuse(func(to string) error {
		if strings.HasPrefix(to, "eva@") {
			return mailtest.Error(550, "no such mailbox")
		}
		return nil
	})
	r := h.submit(48)
	if got := readers(h.post()); !cmp.Equal(got, []string{"monika", "paddy", "tickets"}) {
		t.Fatal(got)
	}
	stuck, err := h.store.Deliveries(t.Context(), "mail", "eva", true, 0, 10)
	if err != nil || len(stuck) != 1 || stuck[0].State != "stuck" || !strings.Contains(stuck[0].Failure, "no such mailbox") || stuck[0].Remedy == "" {
		t.Fatalf("%+v, %v", stuck, err)
	}
	h.must(h.svc.Cancel(t.Context(), as("monika"), r.ID, scheduler.Step{Reason: "no"}))
	h.post()
	h.server.Refuse(nil)
	h.now.Add(3 * 3600)
	mails := h.post()
	if len(mails) != 2 || !strings.Contains(mails[0].Text("text/plain"), "Requested: ") || !strings.Contains(mails[1].Text("text/plain"), "Cancelled: ") {
		t.Errorf("%d mails to %v", len(mails), readers(mails))
	}
}

// TestAServerThatIsBusyIsAskedAgain lets a busy server answer at last.
func TestAServerThatIsBusyIsAskedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.server.Refuse(func(string) error { return mailtest.Error(451, "later") })
	h.submit(48)
	for range 5 {
		if got := h.post(); len(got) != 0 {
			t.Fatal(readers(got))
		}
		h.now.Add(24 * 3600)
	}
	if b, err := h.store.Backlog(t.Context(), "mail"); err != nil || b.Stuck != 0 || b.Waiting != 4 {
		t.Errorf("%+v, %v", b, err)
	}
	h.server.Refuse(nil)
	if got := readers(h.post()); len(got) != 4 {
		t.Errorf("%v", got)
	}
}

func TestEverybodyChooses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.must(h.svc.Mute(t.Context(), as("oskar"), []account.Topic{account.TopicInvitations, account.TopicReminders}, nil))
	h.must(h.svc.Mute(t.Context(), as("eva"), []account.Topic{account.TopicRequests}, nil))
	r := h.submit(48)
	h.approve(r)
	h.post()
	h.must(h.svc.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
	mails := h.post()
	if got := readers(mails); !cmp.Equal(got, []string{"monika", "oskar", "paddy", "tickets"}) {
		t.Fatal(got)
	}
	if _, _, invited := h.invitation(h.of(mails, "oskar")); invited {
		t.Error("invited who does not want to be")
	}
	h.later(24 * time.Hour)
	if got := readers(h.post()); !cmp.Equal(got, []string{"eva"}) {
		t.Errorf("reminded: %v", got)
	}
}

// TestOneClickStopsOneKindOfMail: each mail to a person names an address of their own for its kind; used, it stops that kind for them, until it is taken
// back.
func TestOneClickStopsOneKindOfMail(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submit(48)
	mails := h.post()
	address := func(m mailtest.Mail) string {
		t.Helper()
		link, ok := strings.CutPrefix(strings.Trim(m.Head.Get("List-Unsubscribe"), "<>"), site+"/mails/")
		if !ok || m.Head.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" || !strings.Contains(m.Text("text/plain"), site+"/mails/"+link) {
			t.Fatalf("List-Unsubscribe %q, List-Unsubscribe-Post %q", m.Head.Get("List-Unsubscribe"), m.Head.Get("List-Unsubscribe-Post"))
		}
		return link
	}
	eva := address(h.of(mails, "eva"))
	if eva == address(h.of(mails, "monika")) {
		t.Fatal("two readers have the same address")
	}
	if to := h.of(mails, "tickets").Head.Get("List-Unsubscribe"); to != "" {
		t.Errorf("anybody on the list can stop it for all: %s", to)
	}
	h.must(h.svc.AddFeedback(t.Context(), as("monika"), r.ID, "Which image?", scheduler.Creation{}))
	if other := address(h.of(h.post(), "eva")); other == eva {
		t.Fatal("two kinds of mail have the same address")
	}
	h.must(h.svc.MuteByLink(t.Context(), eva, true))
	h.approve(r)
	if got := readers(h.post()); !cmp.Equal(got, []string{"monika", "tickets"}) {
		t.Errorf("an approval is told to %v", got)
	}
	h.must(h.svc.AddFeedback(t.Context(), as("monika"), r.ID, "Which image?", scheduler.Creation{}))
	if got := readers(h.post()); !cmp.Equal(got, []string{"eva", "tickets"}) {
		t.Errorf("a remark is told to %v", got)
	}
	h.must(h.svc.MuteByLink(t.Context(), eva, false))
	h.must(h.svc.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
	if got := readers(h.post()); !cmp.Equal(got, []string{"eva", "monika", "oskar", "paddy", "tickets"}) {
		t.Errorf("a grant is told to %v", got)
	}
}

// TestTheDigestSaysWhatIsToBeDone mails operators once a day, unless there is no work.
func TestTheDigestSaysWhatIsToBeDone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	h.must(h.svc.Digest(ctx, "2026-11-24"))
	if got := h.post(); len(got) != 0 {
		t.Fatalf("a digest of nothing to %v", readers(got))
	}
	h.scheduled(20)
	running := h.scheduled(1)
	h.scheduled(24 * 9)
	h.later(time.Hour)
	h.must(h.svc.Start(ctx, as("oskar"), running.ID, scheduler.Step{}))
	h.post()
	h.must(h.svc.Digest(ctx, "2026-11-25"))
	h.must(h.svc.Digest(ctx, "2026-11-25"))
	mails := h.post()
	if got := readers(mails); !cmp.Equal(got, []string{"oskar"}) {
		t.Fatalf("the digest goes to %v", got)
	}
	text := mails[0].Text("text/plain")
	last := -1
	for _, want := range []string{"1 to orchestrate and 2 to tear down until Fri 27 Nov, 10:00 UTC", "Tue 24 Nov:", "12:00  tear down #2 Trial (running)", "Wed 25 Nov:", "04:30  orchestrate #1 Trial, whose slot begins at 05:00", "07:00  tear down #1 Trial (scheduled)"} {
		at := strings.Index(text, want)
		if at <= last {
			t.Errorf("%q is not where it belongs in\n%s", want, text)
		}
		last = at
	}
}

// TestNobodyWritesHeads tries requests with hostile texts.
func TestNobodyWritesHeads(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	evil := "x\r\nBcc: all@victim.example\r\n\r\n<script>alert(1)</script>\u202e" + strings.Repeat("w", 400)
	in := h.wants(48)
	in.Description = evil
	out, err := h.svc.Submit(t.Context(), as("eva"), in)
	h.must(out, err)
	r := out.Request
	r.Name, r.Revision = evil, r.Revision+1 // the rules stop this earlier; the mails do not rely on them
	h.must(nil, h.store.Change(t.Context(), nil, func(tx scheduler.Tx) error { return tx.UpdateRequest(t.Context(), r) }))
	p, err := h.svc.Person(t.Context(), account.System, "eva")
	h.must(p, err)
	p.Name, p.Revision = evil, p.Revision+1
	h.must(nil, h.store.Change(t.Context(), nil, func(tx scheduler.Tx) error { return tx.PutPerson(t.Context(), p) }))
	h.must(h.svc.AddFeedback(t.Context(), as("monika"), r.ID, "</td><img src=x onerror=alert(1)>\n.\nBcc: all@victim.example", scheduler.Creation{}))
	mails := h.post()
	if len(mails) < 5 {
		t.Fatal(readers(mails))
	}
	for _, m := range mails {
		if strings.ContainsRune(m.Text("text/html")+m.Text("text/plain"), '\u202e') {
			t.Errorf("text is turned around:\n%s", m.Text("text/plain"))
		}
		if m.Head.Get("Bcc") != "" || strings.Contains(m.Text("text/html"), "<script") || strings.Contains(m.Text("text/html"), "<img") {
			t.Errorf("%s", m.Raw)
		}
		if to, err := mail.ParseAddressList(m.Head.Get("To")); err != nil || len(to) != 1 || to[0].Address != m.Envelope {
			t.Errorf("to %q, %v", m.Head.Get("To"), err)
		}
	}
}

// A mention reaches who may see the request, whatever else they do not want, and calls it a mention.
func TestMentions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.must(h.svc.Mute(t.Context(), as("oskar"), []account.Topic{account.TopicFeedback}, nil))
	h.must(h.svc.Mute(t.Context(), as("paddy"), []account.Topic{account.TopicMentions}, nil))
	r := h.submit(48)
	h.post()
	h.must(h.svc.AddFeedback(t.Context(), as("eva"), r.ID, "Does it fit, @oskar and @paddy?", scheduler.Creation{}))
	mails := h.post()
	if got := readers(mails); !cmp.Equal(got, []string{"monika", "oskar", "tickets"}) {
		t.Fatal(got)
	}
	if text := string(h.of(mails, "oskar").Raw); !strings.Contains(text, "mentioned you") || !strings.Contains(text, "Stop remarks that mention you") {
		t.Error(text)
	}
	if text := string(h.of(mails, "monika").Raw); strings.Contains(text, "mentioned you") {
		t.Error(text)
	}
}
