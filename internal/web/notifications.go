package web

import (
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds/plain"
)

// newsPage lists what happened to the requests that concern a person.
type newsPage struct {
	Items  []newsItem
	Next   string
	First  bool  // it is the first page
	Newest int64 // up to which the button marks everything as seen; 0 where nothing is unseen
}

// shownNews is how many changes a page lists.
const shownNews = 30

func (s *site) notifications(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	cursor := r.URL.Query().Get("cursor")
	page, err := s.service.News(r.Context(), who, cursor, shownNews)
	if err != nil {
		return err
	}
	f, _, err := s.service.Facility(r.Context(), who)
	if err != nil {
		return err
	}
	var people []string
	for _, c := range page.Items {
		people = append(people, c.Actor)
	}
	n, err := s.named(r.Context(), who, f, people...)
	if err != nil {
		return err
	}
	p := newsPage{Next: page.Next, First: cursor == ""}
	for _, c := range page.Items {
		p.Items = append(p.Items, s.readerOf(who).newsItem(c, n, who.Username))
	}
	if len(p.Items) > 0 && p.Items[0].Unseen && p.First {
		p.Newest = p.Items[0].Sequence
	}
	s.show(w, r, http.StatusOK, "notifications.html", "Notifications", who, p)
	return nil
}

// markSeen records that a person has seen everything up to the newest change of the page that they looked at.
func (s *site) markSeen(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	newest, err := strconv.ParseInt(r.PostFormValue("newest"), 10, 64)
	if err != nil || newest < 0 {
		return invalid("newest", "is not a number of a change")
	}
	if err := s.service.Seen(r.Context(), who, newest); err != nil {
		return err
	}
	return done(w, r, "/notifications", "seen")
}

// newsLooks are the colours of what happened.
var newsLooks = map[scheduler.Action]string{
	scheduler.ActionSchedule: "set", scheduler.ActionStart: "now", scheduler.ActionReject: "bad", scheduler.ActionFail: "bad", scheduler.ActionFlag: "bad",
	scheduler.ActionDisplace: "bad", scheduler.ActionOverrun: "wait", scheduler.ActionApprove: "good", scheduler.ActionOfferEnds: "wait", scheduler.ActionOffer: "good", scheduler.ActionWait: "wait", scheduler.ActionStopWaiting: "wait", scheduler.ActionRemind: "wait",
	scheduler.ActionDecideSoon: "wait", scheduler.ActionEscalate: "wait", scheduler.ActionOverdue: "bad",
	scheduler.ActionUnreported: "wait", scheduler.ActionAskNeeded: "wait", scheduler.ActionRelease: "bad", scheduler.ActionNoShow: "bad",
}

// newsLook returns the colour of a change.
func newsLook(n scheduler.News) string {
	if n.Action == scheduler.ActionApprove && strings.HasSuffix(n.Text, string(scheduler.Refused)) {
		return "bad"
	}
	return newsLooks[n.Action]
}

// newsItem is a change as a sentence.
type newsItem struct {
	scheduler.News
	Who   string
	What  template.HTML // follows the name
	Quote string        // the reason that was given, or what was written
	Look  string
}

// maxQuoted bounds how much of a remark or a reason a list shows.
const maxQuoted = 160

// newsItem words a change for a person.
func (x reader) newsItem(c scheduler.News, n names, to string) newsItem {
	e := scheduler.Entry{Actor: c.Actor, Action: c.Action, From: c.From, To: c.Status, Text: c.Text}
	item := newsItem{News: c, Who: n.Person(c.Actor), What: x.happened(e, n), Quote: c.Reason, Look: newsLook(c)}
	if c.Action == scheduler.ActionFeedback {
		item.What, item.Quote = "wrote", c.Text
		if slices.Contains(c.Mentions, to) {
			item.What = "mentioned you"
		}
	}
	if c.Actor == account.System.Username {
		item.Quote = x.humane(item.Quote)
	}
	item.Quote = plain.Clip(strings.Join(strings.Fields(item.Quote), " "), maxQuoted)
	return item
}
