package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// foundPage lists what a search finds, by kind.
type foundPage struct {
	Query  string
	Groups []foundGroup
}

type foundGroup struct {
	Title string
	Items []finding
}

// finding is one thing that a search finds.
type finding struct {
	Label, Hint, URL string
	Chip             *chip
}

const (
	foundEach   = 6   // things of a kind
	longestFind = 100 // runes of a search
	leastText   = 3   // runes by which texts of requests are searched: fewer have no index
)

// search finds requests, testbeds, services, people and pages by what they are called. The palette shows the same list.
func (s *site) search(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	q := queryOf(r)
	p := foundPage{Query: q}
	for _, find := range []func(context.Context, account.Actor, string) (foundGroup, error){s.findRequests, s.findPages, s.findTestbeds, s.findServices, s.findPeople} {
		g, err := find(r.Context(), who, q)
		if err != nil {
			return err
		}
		if len(g.Items) > 0 {
			p.Groups = append(p.Groups, g)
		}
	}
	g, err := s.findDocs(q)
	if err != nil {
		return err
	}
	if len(g.Items) > 0 {
		p.Groups = append(p.Groups, g)
	}
	s.show(w, r, http.StatusOK, "search.html", "Search", who, p)
	return nil
}

// queryOf returns what a search asks for, cut to its bound.
func queryOf(r *http.Request) string {
	q := strings.Join(strings.Fields(r.URL.Query().Get("q")), " ")
	if utf8.RuneCountInString(q) > longestFind {
		q = string([]rune(q)[:longestFind])
	}
	return q
}

// findRequests finds requests by number, and by words of their name or service.
func (s *site) findRequests(ctx context.Context, who account.Actor, q string) (g foundGroup, err error) {
	g.Title = "Requests"
	add := func(r scheduler.Request) {
		if len(g.Items) > 0 && g.Items[0].URL == requestPageOf(r.Number) {
			return
		}
		c := statusChip(r)
		g.Items = append(g.Items, finding{Label: fmt.Sprintf("#%d %s", r.Number, r.Name), Hint: s.readerOf(who).slot(r.Slot) + ", " + r.Experimenter, URL: requestPageOf(r.Number), Chip: &c})
	}
	if n, err := strconv.ParseInt(strings.TrimPrefix(q, "#"), 10, 64); err == nil && n > 0 {
		v, err := s.service.Get(ctx, who, strconv.FormatInt(n, 10))
		switch scheduler.CodeOf(err) {
		case "":
			if err != nil {
				return g, err
			}
			add(v.Request)
		case scheduler.CodeNotFound:
		default:
			return g, err
		}
	}
	if utf8.RuneCountInString(q) < leastText || strings.HasPrefix(q, "#") {
		return g, nil
	}
	page, err := s.service.List(ctx, who, scheduler.RequestFilter{Text: q, Limit: foundEach}, "")
	for _, r := range page.Items {
		add(r)
	}
	return g, err
}

// findPages finds pages and what one can do there.
func (s *site) findPages(_ context.Context, who account.Actor, q string) (foundGroup, error) {
	g := foundGroup{Title: "Pages and actions"}
	list := []finding{{Label: "Book a slot", URL: "/new"}}
	for _, v := range listViews(who) {
		list = append(list, finding{Label: viewLabels[v], Hint: "requests", URL: "/requests?" + url.Values{"view": {v}}.Encode()})
	}
	for _, l := range navigation(who, "", scheduler.Waiting{}) {
		list = append(list, finding{Label: l.Label, URL: l.URL})
	}
	list = append(list, finding{Label: "Notifications", URL: "/notifications"}, finding{Label: "Account", Hint: "password, mail, tokens", URL: "/account"},
		finding{Label: "Change my time zone", Hint: "account", URL: "/account#zone"}, finding{Label: "Subscribe to a calendar", Hint: "feeds and app passwords", URL: "/subscribe"},
		finding{Label: "Webhooks", URL: "/webhooks"}, finding{Label: "Documentation", Hint: "help, guides, reference", URL: docsPath})
	if who.Is(account.RoleAdministrator) {
		list = append(list, finding{Label: "People", Hint: "administration", URL: "/admin/people"}, finding{Label: "Invite somebody", Hint: "administration", URL: "/admin/invite"},
			finding{Label: "Facility", Hint: "administration", URL: "/admin/facility"}, finding{Label: "Catalogue", Hint: "administration", URL: "/admin/catalogue"},
			finding{Label: "Audit trail", Hint: "administration", URL: "/admin/audit"})
	}
	for _, x := range list {
		if len(g.Items) < foundEach && has(q, x.Label, x.Hint) {
			g.Items = append(g.Items, x)
		}
	}
	return g, nil
}

// findTestbeds finds testbeds by name, id, place, organisation, and what they have.
func (s *site) findTestbeds(ctx context.Context, who account.Actor, q string) (foundGroup, error) {
	g := foundGroup{Title: "Testbeds"}
	f, _, err := s.service.Facility(ctx, who)
	for _, t := range f.Testbeds {
		if q != "" && len(g.Items) < foundEach && has(q, equipmentOf(t)...) {
			g.Items = append(g.Items, finding{Label: title(t), Hint: t.Organisation, URL: "/testbeds/" + url.PathEscape(t.ID)})
		}
	}
	return g, err
}

// equipmentOf lists the words by which a testbed is found.
func equipmentOf(t testbeds.Testbed) []string {
	words := append([]string{t.Name, t.ID, t.Organisation, t.Location}, t.Features...)
	for _, v := range t.VIMs {
		words = append(words, v.ID, v.Name)
	}
	for _, d := range t.Devices {
		words = append(append(words, d.ID, d.Name), d.Features...)
	}
	return words
}

// findServices finds network services by name and by what they need, to book.
func (s *site) findServices(ctx context.Context, who account.Actor, q string) (foundGroup, error) {
	g := foundGroup{Title: "Book a service"}
	c, _, err := s.service.Catalogue(ctx, who)
	for _, n := range c.NSDs {
		if q != "" && len(g.Items) < foundEach && has(q, needsOf(n)...) {
			g.Items = append(g.Items, finding{Label: n.ID, Hint: hintOf(n), URL: "/new?" + url.Values{"nsd": {n.ID}}.Encode()})
		}
	}
	return g, err
}

// needsOf lists the words by which a network service is found.
func needsOf(n testbeds.NSD) []string {
	words := []string{n.ID, n.Name}
	for _, m := range n.Members {
		words = append(words, m.VNF)
	}
	for _, d := range n.Devices {
		words = append(words, d.Device)
	}
	return words
}

func hintOf(n testbeds.NSD) string {
	if n.Name == n.ID {
		return ""
	}
	return n.Name
}

// findPeople finds people, for administrators.
func (s *site) findPeople(ctx context.Context, who account.Actor, q string) (foundGroup, error) {
	g := foundGroup{Title: "People"}
	if q == "" || !who.Is(account.RoleAdministrator) {
		return g, nil
	}
	page, _, _, err := s.people.FindPeople(ctx, who, account.Search{Text: q}, "", foundEach)
	for _, p := range page.Items {
		g.Items = append(g.Items, finding{Label: p.Name, Hint: p.Username + ", " + p.Organisation, URL: "/admin/people/" + url.PathEscape(p.Username)})
	}
	return g, err
}

// has reports whether each word of a search stands in one of the texts.
func has(q string, texts ...string) bool {
	all := strings.ToLower(strings.Join(texts, " "))
	for _, word := range strings.Fields(strings.ToLower(q)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}
