package scheduler_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// count returns what waits for a person, with another service each time as well: one that follows the changes, and one that begins here, agree.
func (h *house) count(who string) scheduler.Waiting {
	h.Helper()
	w, err := h.Waiting(h.t.Context(), as(who))
	if err != nil {
		h.Fatalf("what waits for %s: %v", who, err)
	}
	anew, err := h.another().Waiting(h.t.Context(), as(who))
	if err != nil || anew != w {
		h.Fatalf("what waits for %s: %+v, and anew %+v, %v", who, w, anew, err)
	}
	return w
}

// The decisions that wait for each person, from the submission to the end.
func TestWhatWaitsForWhom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	decisions := func(want map[string]int) {
		t.Helper()
		for _, p := range people() {
			if got := h.count(p.Username).Decisions; got != want[p.Username] {
				t.Errorf("%d decisions wait for %s, want %d", got, p.Username, want[p.Username])
			}
		}
	}
	decisions(nil)
	hydra := h.submitted("hydra", hours(30, 4))
	decisions(map[string]int{"monika": 1, "paddy": 1})
	video := wants("video", hours(31, 4))
	video.Mentor = ""
	h.ok(h.Submit(t.Context(), as("hector"), video))
	decisions(map[string]int{"monika": 2, "marco": 1, "paddy": 1}) // the cloud is only informed
	h.ok(h.Approve(t.Context(), as("paddy"), hydra.ID, "radio", scheduler.Approve{Decision: scheduler.Approved}))
	decisions(map[string]int{"monika": 2, "marco": 1})
	h.ok(h.Schedule(t.Context(), as("monika"), hydra.ID, scheduler.Schedule{}))
	decisions(map[string]int{"monika": 1, "marco": 1})
}

// What an experimenter has to look at: an offer until it ends, a slot that was lost.
func TestWhatWaitsForItsOwner(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	own := func(want int) {
		t.Helper()
		if got := h.count("maeve").Own; got != want {
			t.Errorf("%d, want %d", got, want)
		}
		if got := h.count("hector").Own; got != 0 {
			t.Errorf("of somebody else: %d", got)
		}
	}
	r := h.rejected("hydra", hours(30, 4), 2)
	own(1)
	last := slices.MaxFunc(r.Offers, func(x, y scheduler.Offer) int { return x.Expires.Compare(y.Expires) })
	h.clock = last.Expires.Add(-time.Second)
	own(1)
	h.clock = last.Expires
	own(0) // though nothing noticed that yet
	h.at(h.clock.Sub(morning).Hours())
	own(0)
	granted := h.scheduled("hydra", hours(400, 4))
	own(0)
	f := facility()
	f.Testbeds[0].Devices[0].Count, f.Testbeds[0].Devices[0].Units = 2, []string{"u1", "u2"}
	h.put(f)
	own(1)
	h.ok(h.Cancel(t.Context(), as("maeve"), granted.ID, scheduler.Step{}))
	own(0)
}

// A duty waits from the instant at which it is due: the setup begins, the slot ends.
func TestDutiesWaitWhenTheyAreDue(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(30, 4))
	for _, step := range []struct {
		at   time.Duration
		want int
	}{{-30*time.Minute - time.Second, 0}, {-30 * time.Minute, 1}, {4*time.Hour - time.Second, 1}, {4 * time.Hour, 2}} {
		h.clock = r.Slot.Start.Add(step.at)
		if got := h.count("oskar").Duties; got != step.want {
			t.Errorf("%s from the start: %d, want %d", step.at, got, step.want)
		}
		if got := h.count("monika").Duties; got != 0 {
			t.Errorf("a mentor has %d duties", got)
		}
	}
}

// A request that begins months ahead is a duty when its time comes, though it was not in the tray at first.
func TestTheTrayFollowsTime(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(100*24, 4))
	if got := h.count("oskar").Duties; got != 0 {
		t.Fatalf("%d duties", got)
	}
	h.clock = r.Slot.Start
	if got := h.count("oskar").Duties; got != 1 {
		t.Errorf("%d duties, want 1", got)
	}
	h.clock = morning.Add(time.Hour)
	far, err := h.Duties(t.Context(), as("oskar"), h.clock, h.clock.Add(101*24*time.Hour))
	if err != nil || len(far) != 2 {
		t.Errorf("an agenda of a hundred days has %d duties, want 2: %v", len(far), err)
	}
}

// The inbox begins with what is most urgent, and holds what the reader may decide, and nothing else.
func TestTheInboxBeginsWithTheMostUrgent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	late, soon := h.submitted("hydra", hours(200, 4)), h.submitted("c2gran", hours(100, 4))
	video := h.submitted("video", hours(30, 4))
	inbox := func(who string) (numbers []int64) {
		t.Helper()
		list, err := h.Inbox(t.Context(), as(who))
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range list {
			if len(v.Actions) == 0 || !v.Fit.Fits {
				t.Errorf("#%d: %v, %+v", v.Number, v.Actions, v.Fit)
			}
			numbers = append(numbers, v.Number)
		}
		return numbers
	}
	for who, want := range map[string][]int64{"monika": {video.Number, soon.Number, late.Number}, "paddy": {soon.Number, late.Number}, "marco": nil, "maeve": nil, "adele": nil, "carla": nil} {
		if diff := cmp.Diff(want, inbox(who)); diff != "" {
			t.Errorf("%s: %s", who, diff)
		}
	}
}

// A slot that nobody has reported as started is its mentor's to look after, from the end of the grace until it is reported.
func TestAnUnreportedSlotWaitsForItsMentor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(24, 4))
	waits := func(who string) bool {
		t.Helper()
		list, err := h.Inbox(t.Context(), as(who))
		if err != nil {
			t.Fatal(err)
		}
		if n := h.count(who).Decisions; n != len(list) {
			t.Errorf("%s: %d are counted, and %d are listed", who, n, len(list))
		}
		return slices.ContainsFunc(list, func(v scheduler.View) bool { return v.Number == r.Number })
	}
	h.at(24.5 - 1.0/3600)
	if waits("monika") {
		t.Error("it waits before the grace has passed")
	}
	h.at(24.5)
	for who, want := range map[string]bool{"monika": true, "marco": false, "maeve": false, "oskar": false, "paddy": false} {
		if got := waits(who); got != want {
			t.Errorf("it waits for %s: %v, want %v", who, got, want)
		}
	}
	h.ok(h.Start(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
	if waits("monika") {
		t.Error("it waits after it was reported")
	}
}

// Of two requests that fit alone and not together the first is granted, the second is not; what is previewed is what happens.
func TestTogether(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	one, other := h.submitted("hydra", hours(30, 4)), h.submitted("c2gran", hours(32, 4))
	apart, unapproved := h.submitted("hydra", hours(50, 4)), h.submitted("video", hours(60, 4))
	for _, r := range []scheduler.Request{one, other, apart} {
		h.approve(r)
	}
	h.clock = morning.Add(time.Minute)
	ids := []string{one.ID, other.ID, apart.ID, unapproved.ID, "4711"}
	list, err := h.Together(t.Context(), as("monika"), ids)
	if err != nil || len(list) != 4 {
		t.Fatalf("%d previews, %v", len(list), err)
	}
	for i, want := range []string{"", "does not fit", "", ""} {
		previewed := ""
		if list[i].Err != nil {
			previewed = list[i].Err.Error()
		}
		_, err := h.Schedule(t.Context(), as("monika"), ids[i], scheduler.Schedule{Revision: list[i].Revision})
		if (want == "") != (previewed == "") || !strings.Contains(previewed, want) || (err == nil) != (previewed == "") {
			t.Errorf("%d: previewed %q, and then %v; want %q", i, previewed, err, want)
		}
	}
	for who, want := range map[string]string{"marco": "may not schedule", "maeve": "may not schedule"} {
		list, err := h.Together(t.Context(), as(who), []string{h.submitted("c2gran", hours(90, 4)).ID})
		if err != nil || len(list) != 1 || list[0].Err == nil || !strings.Contains(list[0].Err.Error(), want) {
			t.Errorf("%s: %v, %v", who, list, err)
		}
	}
	if list, err := h.Together(t.Context(), as("hector"), []string{one.ID}); err != nil || len(list) != 0 {
		t.Errorf("who may not know it: %v, %v", list, err)
	}
}

// News of a request's life: who is told of what, in order; nobody of what they did themself, nobody of what they may not know.
func TestNews(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submitted("hydra", hours(30, 4))
	h.ok(h.Approve(t.Context(), as("paddy"), r.ID, "radio", scheduler.Approve{Decision: scheduler.Approved}))
	h.ok(h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
	h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: new(hours(31, 3))}))
	if _, err := h.AddFeedback(t.Context(), as("maeve"), r.ID, "thanks", scheduler.Creation{}); err != nil {
		t.Fatal(err)
	}
	// Hector may not see the request, so a remark that mentions him tells him nothing.
	if _, err := h.AddFeedback(t.Context(), as("maeve"), r.ID, "@oskar, (@Adele.) and @hector: mail to x@carla or a@monika", scheduler.Creation{}); err != nil {
		t.Fatal(err)
	}
	want := map[string][]scheduler.Action{
		"maeve":  {scheduler.ActionApprove, scheduler.ActionSchedule, scheduler.ActionMove},
		"monika": {scheduler.ActionSubmit, scheduler.ActionApprove, scheduler.ActionFeedback, scheduler.ActionFeedback},
		"paddy":  {scheduler.ActionSubmit, scheduler.ActionSchedule, scheduler.ActionMove},
		"oskar":  {scheduler.ActionSchedule, scheduler.ActionMove, scheduler.ActionFeedback},
		"adele":  {scheduler.ActionFeedback},
		"hector": nil, "marco": nil, "carla": nil,
	}
	for who, want := range want {
		page, err := h.News(t.Context(), as(who), "", 0)
		if err != nil {
			t.Fatal(err)
		}
		var got []scheduler.Action
		for _, n := range slices.Backward(page.Items) {
			got = append(got, n.Action)
			if n.Name != "hydra" || !n.Unseen || n.Number != r.Number {
				t.Errorf("%s: %+v", who, n)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", who, diff)
		}
		if n := h.count(who).News; n != len(want) {
			t.Errorf("%s: %d are counted, want %d", who, n, len(want))
		}
	}
}

// What was seen stays seen; what is old is no news; pages follow one another.
// What the pages keep quiet about is everybody's choice. A mention is a kind of its own: it comes to whom other remarks do not.
func TestNewsThatNobodyWants(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submitted("hydra", hours(30, 4))
	for _, text := range []string{"thanks", "thanks, @monika"} {
		if _, err := h.AddFeedback(t.Context(), as("maeve"), r.ID, text, scheduler.Creation{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		quiet []account.Topic
		want  int
	}{
		{nil, 3},
		{[]account.Topic{account.TopicRequests}, 2},
		{[]account.Topic{account.TopicFeedback}, 2},
		{[]account.Topic{account.TopicMentions}, 3}, // the mentor gets every remark
		{[]account.Topic{account.TopicFeedback, account.TopicMentions}, 1},
		{account.PageTopics, 0},
	} {
		monika := as("monika")
		monika.Quiet = c.quiet
		page, err := h.News(t.Context(), monika, "", 0)
		if err != nil || len(page.Items) != c.want {
			t.Errorf("quiet about %v: %d, %v, want %d", c.quiet, len(page.Items), err, c.want)
		}
	}
}

// An overrun is prolonged every hour, and stays one notice: the latest, which is seen once its beginning was.
func TestAnOverrunIsOneNotice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.brought(scheduler.Running) // until 28
	about := func(want int, unseen bool) (last scheduler.News) {
		t.Helper()
		page, err := h.News(t.Context(), as("maeve"), "", 0)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, x := range slices.Backward(page.Items) {
			if x.Action == scheduler.ActionOverrun {
				n, last = n+1, x
			}
		}
		if n != want || last.Unseen != unseen {
			t.Errorf("%d notices, unseen %v: want %d, %v", n, last.Unseen, want, unseen)
		}
		return last
	}
	h.at(28.5)
	first, count := about(1, true), h.count("maeve").News
	h.at(29.5)
	h.at(30.5)
	last := about(1, true)
	if last.Sequence <= first.Sequence || last.Text == first.Text || h.count("maeve").News != count {
		t.Errorf("three hours later it says %q of %q, and %d are counted, not %d", last.Text, first.Text, h.count("maeve").News, count)
	}
	page, err := h.News(t.Context(), as("maeve"), strconv.FormatInt(last.Sequence, 10), 0)
	if err != nil || slices.ContainsFunc(page.Items, func(n scheduler.News) bool { return n.Action == scheduler.ActionOverrun }) {
		t.Errorf("the next page has it again: %+v, %v", page.Items, err)
	}
	if err := h.Seen(t.Context(), as("maeve"), last.Sequence); err != nil {
		t.Fatal(err)
	}
	h.at(31.5)
	about(1, false)
	if n := h.count("maeve").News; n != 0 {
		t.Errorf("an overrun that lasts is counted %d times after it was seen", n)
	}
	// Past another end it is another overrun.
	h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: new(testbeds.Slot{Start: h.get(r.ID).Slot.Start, End: hours(34, 1).Start})}))
	h.ok(h.Approve(t.Context(), as("paddy"), r.ID, "radio", scheduler.Approve{Decision: scheduler.Approved}))
	h.at(34.5)
	about(2, true)
}

func TestNewsAreSeen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var numbers []int64
	for i := range 5 {
		numbers = append(numbers, h.scheduled("video", hours(float64(30+10*i), 4)).Number)
	}
	first, err := h.News(t.Context(), as("oskar"), "", 3)
	if err != nil || len(first.Items) != 3 || first.Items[0].Number != numbers[4] {
		t.Fatalf("%+v, %v", first, err)
	}
	rest, err := h.News(t.Context(), as("oskar"), first.Next, 3)
	if err != nil || len(rest.Items) != 2 || rest.Items[0].Number != numbers[1] || rest.Next != "" {
		t.Errorf("the next page: %+v, %v", rest, err)
	}
	seen := func(sequence int64, want int) {
		t.Helper()
		if err := h.Seen(t.Context(), as("oskar"), sequence); err != nil {
			t.Fatal(err)
		}
		if got := h.count("oskar").News; got != want {
			t.Errorf("after %d: %d are unseen, want %d", sequence, got, want)
		}
	}
	seen(first.Items[2].Sequence-1, 3)
	seen(first.Items[2].Sequence, 2)
	seen(first.Items[2].Sequence-1, 2) // never back
	seen(1<<40, 0)
	h.scheduled("video", hours(200, 4))
	seen(0, 1) // beyond the end of the log nothing was seen
	h.clock = h.clock.Add(14 * 24 * time.Hour)
	seen(0, 1)
	h.clock = h.clock.Add(time.Second)
	seen(0, 0)
}

// The tray remembers so many changes and no more, and a service that follows them remembers the same.
func TestTheTrayForgets(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submitted("hydra", hours(30, 4))
	for i := range 40 {
		if _, err := h.AddFeedback(t.Context(), as("maeve"), r.ID, fmt.Sprint("remark ", i), scheduler.Creation{}); err != nil {
			t.Fatal(err)
		}
		h.count("monika")
	}
	if got := h.count("monika").News; got != 41 {
		t.Errorf("%d news", got)
	}
	for i := range 100 {
		if _, err := h.AddFeedback(t.Context(), as("maeve"), r.ID, fmt.Sprint("remark ", i), scheduler.Creation{}); err != nil {
			t.Fatal(err)
		}
	}
	if got := h.count("monika").News; got != scheduler.MaxNews {
		t.Errorf("%d news", got)
	}
}

func TestTroublesAreForAdministrators(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	stale, fine := h.submitted("hydra", hours(30, 4)), h.submitted("hydra", hours(60, 4))
	h.clock = stale.Slot.Start
	list, err := h.Troubles(t.Context(), as("adele"))
	if err != nil || len(list) != 1 || list[0].Number != stale.Number {
		t.Errorf("%v, %v; #%d is fine", list, err, fine.Number)
	}
	for _, who := range []string{"maeve", "monika", "oskar", "paddy"} {
		_, err := h.Troubles(t.Context(), as(who))
		h.refused(scheduler.CodeForbidden, err)
	}
}
