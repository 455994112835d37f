package web

import (
	"net/http"
	"strings"
	"unicode"

	"berth/scheduler"
	"berth/scheduler/account"
)

// link leads to a page.
type link struct {
	Label, URL string
	Here       bool // the page is this one, or above it
	Count      int  // what waits there for the reader
}

// navigation lists the pages open to a user.
func navigation(who account.Actor, path string, waits scheduler.Waiting) []link {
	if who.Username == "" {
		return nil
	}
	list := []link{{Label: "Home", URL: "/"}, {Label: "Schedule", URL: "/schedule"}, {Label: "Book", URL: "/new"}, {Label: "Requests", URL: "/requests"}, {Label: "Testbeds", URL: "/testbeds"}, {Label: "Use", URL: "/use"}, {Label: "Calendar", URL: "/subscribe"}}
	if who.Is(account.RoleAdministrator) {
		list = append(list, link{Label: "Administration", URL: "/admin"})
	}
	list[0].Count = toDo(waits)
	for i := range list {
		list[i].Here = list[i].URL == path || list[i].URL != "/" && strings.HasPrefix(path, list[i].URL+"/")
	}
	return list
}

// toDo counts what a person has to act on.
func toDo(w scheduler.Waiting) int { return w.Decisions + w.Own + w.Duties }

// ToDo counts what the reader has to act on.
func (v view) ToDo() int { return toDo(v.Waiting) }

// waiting counts what waits for the reader of a page; nothing for somebody who has not signed in. A page without its counts is better than none.
func (s *site) waiting(r *http.Request, who account.Actor) scheduler.Waiting {
	if who.Username == "" {
		return scheduler.Waiting{}
	}
	w, err := s.service.Waiting(r.Context(), who)
	if err != nil && r.Context().Err() == nil {
		s.o.Log.WarnContext(r.Context(), "counts of a page", "error", err)
	}
	return w
}

// barLinks is how many pages have a place of their own at the bottom of a phone.
const barLinks = 4

// Bar lists the pages at the bottom of a phone.
func (v view) Bar() []link { return v.Nav[:min(barLinks, len(v.Nav))] }

// Beyond lists the pages behind "More" on a phone.
func (v view) Beyond() []link {
	return append(v.Nav[min(barLinks, len(v.Nav)):len(v.Nav):len(v.Nav)], link{Label: "Account", URL: "/account", Here: v.Path == "/account"}, link{Label: "Documentation", URL: docsPath, Here: v.Path == docsPath})
}

// initials stands for a person where there is no room: the first letters of the first and the last name.
func initials(who account.Actor) string {
	names := strings.FieldsFunc(who.Name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
	if len(names) == 0 {
		names = []string{who.Username}
	}
	letters := letter(names[0])
	if len(names) > 1 {
		letters += letter(names[len(names)-1])
	}
	return strings.ToUpper(letters)
}

func letter(name string) string {
	for _, r := range name {
		return string(r)
	}
	return ""
}
