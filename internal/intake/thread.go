package intake

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"berth/testbeds/plain"
)

const (
	maxThread  = 30_000 // bytes of all that is said in an order
	maxEntries = 500    // remarks, and rows of the history, that are read
)

// told lists the decisions that people in a portal hear of. Remarks are told in full, and what merely happens is shown by the status.
var told = []scheduler.Action{scheduler.ActionSchedule, scheduler.ActionReject, scheduler.ActionMove, scheduler.ActionProposeMove, scheduler.ActionDisplace, scheduler.ActionCancel,
	scheduler.ActionFail, scheduler.ActionAssign, scheduler.ActionAcceptOffer}

// wanted returns what an order shall say of its request.
func (s *Sync) wanted(ctx context.Context, v scheduler.View, heard []string) (w Wanted, err error) {
	said, err := s.saidOf(ctx, v)
	if err != nil {
		return w, err
	}
	w = Wanted{Status: v.Status, Slot: v.Scheduled, Asked: v.Requested}
	if v.Scheduled == nil && v.Status.Granted() {
		w.Slot = &v.Slot
	}
	w.News = []Remark{{ID: "r" + strconv.FormatInt(v.Number, 10), At: v.Created, By: account.System.Name, Text: s.headline(v.Request)}}
	for _, x := range said {
		if !slices.Contains(heard, x.ID) {
			w.News = append(w.News, x)
		}
	}
	w.Thread = s.thread(v.Request, said)
	return w, nil
}

// saidOf lists remarks and decisions about a request, oldest first.
func (s *Sync) saidOf(ctx context.Context, v scheduler.View) (list []Remark, err error) {
	f, _, err := s.requests.Facility(ctx, account.System)
	if err != nil {
		return nil, err
	}
	remarks, err := s.requests.Feedback(ctx, account.System, v.ID, "", maxEntries)
	if err != nil {
		return nil, err
	}
	history, err := s.requests.History(ctx, account.System, v.ID, "", maxEntries)
	if err != nil {
		return nil, err
	}
	for _, x := range remarks.Items {
		list = append(list, Remark{ID: remarkID(x), At: x.At, By: shown(x.Author), Text: x.Text})
	}
	var rejection *Remark
	for _, x := range history.Items {
		if !slices.Contains(told, x.Action) {
			continue
		}
		e := scheduler.Event{At: x.At, Action: x.Action, Actor: x.Actor, Via: x.Via, From: x.From, Status: x.To, Text: x.Text}
		n := phrases.Public(v.Request, f, x.At).In(time.UTC).News(e, v.Request)
		text := strings.Join(append([]string{n.First}, n.More...), "\n")
		if x.Reason != "" {
			text += "\n" + x.Reason
		}
		list = append(list, Remark{ID: "h" + strconv.FormatInt(x.ID, 10), At: x.At, By: shown(x.Actor), Text: text})
		if x.Action == scheduler.ActionReject {
			rejection = &list[len(list)-1]
		}
	}
	if rejection != nil {
		reader := phrases.Public(v.Request, f, rejection.At).In(time.UTC)
		for _, o := range v.Offers {
			rejection.Text += "\n- " + reader.Alternative(o.What)
		}
	}
	slices.SortStableFunc(list, func(a, b Remark) int { return a.At.Compare(b.At) })
	return list, nil
}

func remarkID(f scheduler.Feedback) string { return "f" + strconv.FormatInt(f.ID, 10) }

// shown names an actor.
func shown(username string) string {
	if username == "" || username == account.System.Username {
		return account.System.Name
	}
	return username
}

// headline says which request an order became.
func (s *Sync) headline(r scheduler.Request) string {
	head := fmt.Sprintf("Request #%d in Berth", r.Number)
	if s.o.Pages != "" {
		head += fmt.Sprintf(": %s/requests/%d", s.o.Pages, r.Number)
	}
	return head
}

// thread joins all that was said into one text; the oldest of a very long one is left out.
func (s *Sync) thread(r scheduler.Request, said []Remark) string {
	head := s.headline(r)
	parts, length := []string{}, len(head)
	for _, x := range slices.Backward(said) {
		part := fmt.Sprintf("%s UTC, %s: %s", x.At.UTC().Format(phrases.Minute), x.By, tidy(x.Text))
		if length += len(part) + 2; length > maxThread && len(parts) > 0 {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, part)
	}
	slices.Reverse(parts)
	return strings.TrimSpace(head + "\n\n" + strings.Join(parts, "\n\n"))
}

// tidy makes a text that comes back from a portal as it was written: with plain line breaks, and nothing around it.
func tidy(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \t")
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// fresh returns what somebody wrote there: the lines of a text that are in none of the texts that Berth knows. What was put before or after them is
// found as it is; who wrote anew over everything is taken at their word.
func fresh(text string, before ...string) string {
	text = tidy(text)
	slices.SortFunc(before, func(a, b string) int { return len(b) - len(a) }) // a thread before a remark that it quotes
	for _, b := range before {
		if b = tidy(b); b != "" && strings.Contains(text, b) {
			text = tidy(strings.Replace(text, b, "\n", 1))
		}
	}
	had := map[string]bool{}
	for _, b := range before {
		for l := range strings.SplitSeq(tidy(b), "\n") {
			had[strings.TrimSpace(l)] = true
		}
	}
	var lines []string
	for l := range strings.SplitSeq(text, "\n") {
		if l == "" || !had[strings.TrimSpace(l)] {
			lines = append(lines, l)
		}
	}
	return strings.TrimSpace(collapse(strings.Join(lines, "\n")))
}

// collapse leaves at most one empty line between others.
func collapse(text string) string {
	for strings.Contains(text, "\n\n\n") {
		text = strings.ReplaceAll(text, "\n\n\n", "\n\n")
	}
	return text
}

// readable makes a text from a portal one that Berth takes: without control characters, and not longer than remarks may be.
func readable(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && plain.Hidden(r) {
			return -1
		}
		return r
	}, tidy(text))
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most-3], "") + "…"
	}
	return strings.TrimSpace(text)
}

// line makes one line of a text from a portal.
func line(text string, most int) string {
	return plain.Clip(strings.Join(strings.Fields(readable(text, 4*most)), " "), most-1)
}
