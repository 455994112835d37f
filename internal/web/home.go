package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"berth/testbeds/plain"
)

// homePage is what a person has to do, and what comes next: the sections of each of their roles, the urgent ones first.
type homePage struct {
	Sections []string // their names, in order
	Did      string   // what was just done

	Inbox    []entry
	Others   int // decisions beyond those listed
	Fit      int // rows that can be taken together
	Several  []several
	Agenda   agenda
	Next     []entry // granted slots of one's own
	Later    int     // beyond those; negative where there are fewer
	Waiting  []entry // one's own requests that need their owner
	Review   []entry
	Again    []again1
	Troubles []entry
	Health   []health
	Setup    *checklist
}

// several is a button for the ticked rows.
type several struct {
	Action, Verb string
	Count        int
}

// shownNext bounds the slots ahead on the page.
const shownNext = 4

// home shows what waits for a person, and what comes next.
func (s *site) home(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	ctx := r.Context()
	p := homePage{Did: s.did(ctx, who, r.URL.Query())}
	for _, fill := range []func(context.Context, account.Actor, *homePage) error{s.fillInbox, s.fillOwn, s.fillAgenda, s.fillUpkeep} {
		if err := fill(ctx, who, &p); err != nil {
			return err
		}
	}
	p.order(who)
	s.show(w, r, http.StatusOK, "home.html", "Home", who, p)
	return nil
}

// order lists the sections that a person has, the urgent ones first.
func (p *homePage) order(who account.Actor) {
	operates, decides := who.Is(account.RoleOperator), who.Is(account.RoleMentor) || who.Is(account.RoleProvider)
	books := who.Is(account.RoleExperimenter) || len(p.Next)+len(p.Review)+len(p.Waiting) > 0
	for _, x := range []struct {
		name  string
		shown bool
	}{
		{"setup", p.Setup != nil}, {"now", operates && len(p.Agenda.Now) > 0}, {"waiting", len(p.Waiting) > 0}, {"inbox", decides || len(p.Inbox) > 0}, {"troubles", len(p.Troubles) > 0},
		{"agenda", operates}, {"next", books}, {"review", len(p.Review) > 0}, {"again", len(p.Again) > 0}, {"health", who.Is(account.RoleAdministrator)},
	} {
		if x.shown {
			p.Sections = append(p.Sections, x.name)
		}
	}
}

// fillInbox lists the decisions that wait for a mentor, a provider, or an administrator whom an overdue one was passed on to.
func (s *site) fillInbox(ctx context.Context, who account.Actor, p *homePage) (err error) {
	if !who.Is(account.RoleMentor) && !who.Is(account.RoleProvider) && !who.Is(account.RoleAdministrator) {
		return nil
	}
	p.Inbox, p.Several, err = s.inbox(ctx, who)
	if err != nil {
		return err
	}
	for _, x := range p.Several {
		p.Fit += x.Count
	}
	n, err := s.service.Waiting(ctx, who)
	p.Others = max(0, n.Decisions-len(p.Inbox))
	return err
}

// inbox lists the rows of an inbox, and the buttons for several of them.
func (s *site) inbox(ctx context.Context, who account.Actor) (rows []entry, buttons []several, err error) {
	list, err := s.service.Inbox(ctx, who)
	if err != nil {
		return nil, nil, err
	}
	n, err := s.namesIn(ctx, who, list)
	if err != nil {
		return nil, nil, err
	}
	x := s.readerOf(who)
	count := map[string]int{}
	for _, v := range list {
		e := x.decision(who, v, n)
		rows = append(rows, e)
		if action, _, some := strings.Cut(e.Pick, " "); some {
			count[action]++
		}
	}
	for _, b := range []several{{Action: "schedule", Verb: "Schedule"}, {Action: "approve", Verb: "Approve"}} {
		if b.Count = count[b.Action]; b.Count > 0 {
			buttons = append(buttons, b)
		}
	}
	return rows, buttons, nil
}

// fillOwn lists a person's own requests: what needs them, what comes next, what is under review, and what they may want to book again.
func (s *site) fillOwn(ctx context.Context, who account.Actor, p *homePage) error {
	list, err := s.service.Own(ctx, who)
	if err != nil {
		return err
	}
	n, err := s.namesIn(ctx, who, list)
	if err != nil {
		return err
	}
	x := s.readerOf(who)
	for _, v := range list {
		e := x.own(v, n)
		switch {
		case v.Offered(x.now) || v.Lost() || v.AskedNow(x.now):
			p.Waiting = append(p.Waiting, e)
		case v.Status == scheduler.UnderReview:
			p.Review = append(p.Review, e)
		default:
			p.Next = append(p.Next, e)
		}
	}
	slices.SortStableFunc(p.Next, func(a, b entry) int { return a.When.Start.Compare(b.When.Start) })
	if p.Later = len(p.Next) - shownNext; p.Later > 0 {
		p.Next = p.Next[:shownNext]
	}
	if who.Is(account.RoleExperimenter) {
		p.Again, err = s.again(ctx, who)
	}
	return err
}

// own is the row of one's own request.
func (x reader) own(v scheduler.View, n names) entry {
	e := x.row(v, n)
	e.Chip = statusChip(v.Request)
	open := deed{Label: "Open", URL: requestPageOf(v.Number)}
	switch {
	case v.Offered(x.now):
		e.offered(x)
		open.Label = "See others"
	case v.AskedNow(x.now) && !v.Lost():
		e.Chip, e.Hints = chip{"still needed?", "wait"}, []string{"Say whether you still need it; if not, others may."}
		open.Label, open.Primary = "Answer", true
	case v.Troubled():
		e.Chip, e.Hints = chip{flagWords[v.Flags[0].Kind], "bad"}, nil
		for _, flag := range v.Flags {
			e.Hints = append(e.Hints, sentence(x.humane(flag.Text)))
		}
		if v.Lost() {
			open.Label, open.Primary = "See what works", true
		}
	case v.Status == scheduler.UnderReview:
		e.reviewed(x, n)
	default:
		e.Soon = x.begins(v.Request)
		e.Deeds = append(e.Deeds, deed{Label: "Add to my calendar", URL: open.URL + "/calendar.ics"})
	}
	e.Deeds = append(e.Deeds, open)
	return e
}

// offered puts the open offer that ends first on a row.
func (e *entry) offered(x reader) {
	var first *scheduler.Offer
	n := 0
	for i, o := range e.Offers {
		if o.State == scheduler.OfferOpen && o.Expires.After(x.now) {
			if n++; first == nil || o.Expires.Before(first.Expires) {
				first = &e.Offers[i]
			}
		}
	}
	e.When, e.Soon, e.Chip = first.What.Slot, x.away(first.What.Slot.Start), chip{"held until " + x.at(first.Expires), "held"}
	e.Hints = changesOf(first.What)
	if n > 1 {
		e.Hints = append(e.Hints, "one of "+strconv.Itoa(n)+" offers")
	}
	e.Deeds = []deed{{Label: "Take it", Value: named("accept", e.Request, first.ID), Primary: true}}
}

// reviewed says for whom a request under review waits, and its place among those that compete with it where that may be told.
func (e *entry) reviewed(x reader, n names) {
	missing, refused := undecided(e.Request, n)
	switch {
	case e.Wait != nil && e.View.Place > 0:
		e.Chip = chip{"waits, place " + strconv.Itoa(e.View.Place), "wait"}
	case !e.Fit.Fits:
		e.Chip, _ = x.standing(e.View, n)
	case len(refused) > 0:
		e.Hints = append(e.Hints, strings.Join(refused, ", ")+" refused")
	case len(missing) > 0:
		e.Hints = append(e.Hints, strings.Join(missing, ", ")+" has to approve")
	case e.Mentor == "":
		e.Hints = append(e.Hints, "waits for a mentor")
	default:
		e.Hints = append(e.Hints, e.To+" decides")
	}
	if e.Fit.Fits { // else standing has said it
		e.Hints = append(e.Hints, x.decideBy(e.Request)...)
	}
	if place := placeAmong(e.View); place != "" {
		e.Hints = append(e.Hints, place)
	}
}

// placeAmong says which of the requests that want the same came first; where some of them may not be told of, only how many there are.
func placeAmong(v scheduler.View) string {
	before := 0
	for _, t := range v.Fit.Contenders {
		if t.Request == 0 {
			return plain.Count(len(v.Fit.Contenders), "other") + " under review may want the same"
		}
		if t.Request < v.Number {
			before++
		}
	}
	switch {
	case len(v.Fit.Contenders) == 0:
		return ""
	case before == 0:
		return "it came before the others that want some of the same"
	}
	return plain.Count(before, "request") + " for some of the same came before yours"
}

// begins says how far off a granted slot is.
func (x reader) begins(r scheduler.Request) string {
	switch {
	case r.Slot.Start.After(x.now):
		return "starts " + x.away(r.Slot.Start)
	case r.Slot.End.After(x.now):
		return "ends " + x.away(r.Slot.End)
	}
	return "ended " + x.away(r.Slot.End)
}

// again1 is a service that a person booked before, with how long they usually take it.
type again1 struct {
	Name, Length string
	URL          string
}

const (
	lookedBack = 60 // requests of one's own, for what to book again
	shownAgain = 4
)

// again lists the services that a person booked last, each with its usual length.
func (s *site) again(ctx context.Context, who account.Actor) (list []again1, err error) {
	page, err := s.service.List(ctx, who, scheduler.RequestFilter{Experimenter: who.Username, Limit: lookedBack}, "")
	if err != nil {
		return nil, err
	}
	var order []string
	lengths := map[string][]time.Duration{}
	for _, r := range page.Items {
		if r.NSD == "" {
			continue
		}
		if lengths[r.NSD] == nil {
			order = append(order, r.NSD)
		}
		lengths[r.NSD] = append(lengths[r.NSD], r.Slot.Duration())
	}
	c, _, err := s.service.Catalogue(ctx, who)
	if err != nil {
		return nil, err
	}
	for _, nsd := range order {
		if _, there := c.NSD(nsd); there && len(list) < shownAgain {
			usual := median(lengths[nsd])
			list = append(list, again1{nsd, lasting(usual), "/new?" + url.Values{"nsd": {nsd}, "hours": {strconv.Itoa(max(1, int(usual.Hours())))}}.Encode()})
		}
	}
	return list, nil
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}

// fillAgenda lists the work of operators.
func (s *site) fillAgenda(ctx context.Context, who account.Actor, p *homePage) (err error) {
	if who.Is(account.RoleOperator) {
		p.Agenda, err = s.agenda(ctx, who)
	}
	return err
}

// fillUpkeep lists what administrators look after: what is left to set up, which requests are stuck, and the health of the instance.
func (s *site) fillUpkeep(ctx context.Context, who account.Actor, p *homePage) error {
	if !who.Is(account.RoleAdministrator) {
		return nil
	}
	c, err := s.checklist(ctx, who)
	if err != nil {
		return err
	}
	if c.Open() {
		p.Setup = &c
	}
	if p.Health, err = s.health(ctx); err != nil {
		return err
	}
	list, err := s.service.Troubles(ctx, who)
	if err != nil {
		return err
	}
	n, err := s.namesIn(ctx, who, list)
	if err != nil {
		return err
	}
	x := s.readerOf(who)
	for _, v := range list {
		p.Troubles = append(p.Troubles, x.trouble(v, n))
	}
	return nil
}

// trouble is the row of a request that is stuck or broken.
func (x reader) trouble(v scheduler.View, n names) entry {
	e := x.row(v, n)
	e.Deeds = []deed{{Label: "Open", URL: requestPageOf(v.Number)}}
	switch {
	case v.Troubled():
		e.Chip = chip{flagWords[v.Flags[0].Kind], "bad"}
		e.Hints = []string{sentence(x.humane(v.Flags[0].Text))}
	case v.Status == scheduler.UnderReview:
		e.Chip = chip{"undecided, slot has begun", "wait"}
	case v.Slot.End.Before(x.now):
		e.Chip = chip{"past its end", "wait"}
	default:
		e.Chip = chip{"not started", "wait"}
	}
	if v.Mentor == "" {
		e.Hints = append(e.Hints, "it has no mentor")
	}
	return e
}

// flagWords say in a chip what a flag is about.
var flagWords = map[scheduler.FlagKind]string{
	scheduler.FlagFacility: "lost capacity", scheduler.FlagDisplaced: "displaced", scheduler.FlagOverrun: "past its end", scheduler.FlagApproval: "approval taken back",
	scheduler.FlagDeployment: "deployment to look at", scheduler.FlagUnreported: "start not reported",
}

// statusChip names a request's status.
func statusChip(r scheduler.Request) chip { return chip{phrases.Status(r.Status), chips[r.Status]} }

// namesIn reads the names of the people and testbeds of requests.
func (s *site) namesIn(ctx context.Context, who account.Actor, list []scheduler.View) (names, error) {
	f, _, err := s.service.Facility(ctx, who)
	if err != nil {
		return names{}, err
	}
	var people []string
	for _, v := range list {
		people = append(people, peopleOf(v.Request, nil, nil)...)
	}
	slices.Sort(people)
	return s.named(ctx, who, f, slices.Compact(people)...)
}
