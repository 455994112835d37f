package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"berth/testbeds"
)

// deskPage is the page on which a request is decided: the picture around its slot, what stands in the way, the ways out, and what each would do.
type deskPage struct {
	R         scheduler.View
	Names     names
	Zones     []*time.Location // of its testbeds
	Action    scheduler.Action // what the ways lead to: schedule, or move for a request that has its slot; empty for none
	Rejects   bool             // the reader may reject it
	Take      bool             // a mentor can take it over
	Over      string           // why there is nothing to decide; empty where there is
	Approvals []saidApproval
	Slot      testbeds.Slot // the one under consideration
	Other     bool          // it is not the request's own
	Start     string        // as inputs write it
	End       string
	Room      []string // how far a granted slot could grow
	Fits      bool
	Takes     []string
	Conflicts []string
	Rivals    []testbeds.Taker
	Ways      []deskWay
	Offers    []deskOffer
	Hold      int64
	Lacks     string // the testbeds that have not approved, where the reader may pass over them
	Pass      bool   // they are passed over
	Breaks    string // what the policy does not allow, where the reader may decide against it
	Against   bool   // they do
	Chosen    string // the way
	Reason    string
	Effects   []string // of the chosen way
	Says      string   // the button
	Can       bool     // it can be taken
	Waiting   string   // the testbeds whose approval the chosen way still needs
	Problem   *failure // with the slot or the way
	Did       string   // what the reader has just done
	seen
}

// saidApproval is a testbed's approval in words.
type saidApproval struct {
	Testbed string
	Name    string
	Look    string // a class: good, bad, wait; empty for testbeds that are only told
	Words   string
	Reason  string
	Mine    bool // the reader decides
	Given   bool // they have
}

// holdDays is how long offers are held where nobody says so.
const holdDays = 3

// desk shows the page for a decision. A script asks only for the parts that follow what was chosen.
func (s *site) desk(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	v, err := s.service.Get(r.Context(), who, r.PathValue("number"))
	if err != nil {
		return err
	}
	return s.decides(w, r, who, v, r.URL.Query(), http.StatusOK)
}

// decides shows the page for a decision as a form has it so far.
func (s *site) decides(w http.ResponseWriter, r *http.Request, who account.Actor, v scheduler.View, form url.Values, status int) error {
	p, err := s.deskOf(r.Context(), who, v, form)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("note") == "decided" {
		history, err := s.service.History(r.Context(), who, v.ID, "", longestThread)
		if err != nil {
			return err
		}
		p.Did = s.readerOf(who).confirmed(who, v.Request, history.Items, p.Names)
	}
	name, title := "desk.html", fmt.Sprintf("Decide #%d %s", v.Number, v.Name)
	if r.URL.Query().Get("part") != "" {
		name = "desk-parts.html"
	}
	s.show(w, r, status, name, title, who, p)
	return nil
}

func (s *site) deskOf(ctx context.Context, who account.Actor, v scheduler.View, form url.Values) (*deskPage, error) {
	f, _, err := s.service.Facility(ctx, who)
	if err != nil {
		return nil, err
	}
	p := &deskPage{R: v, Zones: phrases.Zones(v.Request, f), Slot: v.Slot, Reason: form.Get("reason"), Takes: takesOf(v.Demand, f)}
	p.may(who, s.o.Clock())
	if p.Names, err = s.named(ctx, who, f, peopleOf(v.Request, nil, nil)...); err != nil {
		return nil, err
	}
	if p.Over != "" && p.Take {
		p.Over = "It has no mentor yet. Take it to decide about it."
		if v.Mentor != "" {
			p.Over = p.Names.Person(v.Mentor) + ", its mentor, decides about it. Take it over to decide yourself."
		}
	}
	p.approvals(who)
	x := s.readerOf(who)
	p.Room = x.room(v.Request, p.Names)
	zone := x.zone
	if err := p.read(form, zone); err != nil {
		return nil, err
	}
	if v.Status.Live() {
		if err := s.weigh(ctx, who, p); err != nil {
			return nil, err
		}
	}
	if p.Over == "" {
		if err := s.foresee(ctx, who, p, form); err != nil {
			return nil, err
		}
	}
	look, err := readLook(form, zone)
	if err != nil {
		return nil, err
	}
	if !look.sees(p.Slot, zone) && form.Get("pan") == "" {
		look.At = time.Time{}
	}
	p.Start, p.End = p.Slot.Start.In(zone).Format(localTime), p.Slot.End.In(zone).Format(localTime)
	q := pictured{ask: asksFor(v), demand: v.Demand, testbeds: v.Demand.Testbeds(), slot: &p.Slot, look: look, ways: p.drawn()}
	q.ask.Duration = testbeds.Period{Clock: p.Slot.Duration()}
	p.seen, err = s.see(ctx, who, q, zone, f)
	return p, err
}

// asksFor asks for what a request asks for, its own booking aside.
func asksFor(v scheduler.View) scheduler.Ask {
	q := scheduler.Ask{NSD: v.NSD, Placement: v.Placement, Devices: v.Devices, Request: v.ID}
	if q.Devices == nil {
		q.Devices = []testbeds.DeviceNeed{}
	}
	if q.NSD == "" {
		q.Components = v.Components
	}
	return q
}

// may notes what the reader may do with the request now.
func (p *deskPage) may(who account.Actor, now time.Time) {
	v, can := p.R, map[scheduler.Action]bool{}
	for _, a := range v.Actions {
		can[a] = true
	}
	switch {
	case can[scheduler.ActionSchedule]:
		p.Action = scheduler.ActionSchedule
	case v.Status.Granted() && can[scheduler.ActionMove] && scheduler.MayOverride(who, scheduler.ActionMove, v.Request):
		p.Action = scheduler.ActionMove
	}
	p.Rejects = can[scheduler.ActionReject]
	p.Take = can[scheduler.ActionAssign] && who.Is(account.RoleMentor) && v.Mentor != who.Username
	switch {
	case p.Action != "" || p.Rejects || can[scheduler.ActionApprove]:
	case p.Take:
		p.Over = "Its mentor decides about it."
	case v.Status.Over():
		p.Over = "It is " + phrases.Status(v.Status) + ": there is nothing left to decide."
	default:
		p.Over = "There is nothing for you to decide about it now."
	}
}

// approvals words the approvals that the request asks for, and notes which are the reader's.
func (p *deskPage) approvals(who account.Actor) {
	mine := map[string]bool{}
	for _, a := range p.R.Actions {
		if a == scheduler.ActionApprove {
			for _, x := range p.R.Decidable(who) {
				mine[x.Testbed] = true
			}
		}
	}
	list := p.R.Asked()
	if len(list) == 0 {
		list = p.R.Approvals
	}
	for _, a := range list {
		x := saidApproval{Testbed: a.Testbed, Name: p.Names.Bed(a.Testbed), Reason: a.Reason, Mine: mine[a.Testbed], Given: a.Decision != ""}
		switch {
		case a.Decision == scheduler.Approved:
			x.Look, x.Words = "good", "approved by "+p.Names.Person(a.By)
		case a.Decision == scheduler.Refused:
			x.Look, x.Words = "bad", "refused by "+p.Names.Person(a.By)
		case a.Decision == scheduler.Overridden:
			x.Look, x.Words = "wait", "passed over by "+p.Names.Person(a.By)
		case a.Open():
			x.Look, x.Words = "wait", "has to approve"
		default:
			x.Words = "is told"
		}
		p.Approvals = append(p.Approvals, x)
	}
	if p.Action == scheduler.ActionSchedule && scheduler.MayOverride(who, p.Action, p.R.Request) {
		p.Lacks = p.Waits()
	}
}

// read takes over what the form has so far: the slot, and the chosen way.
func (p *deskPage) read(form url.Values, zone *time.Location) error {
	slot, given, err := readSlot(form, zone)
	if err != nil {
		return err
	}
	switch {
	case given && !slot.Equal(p.R.Slot):
		p.Slot, p.Other = slot, true
	case p.R.PendingMove != nil && p.Action == "": // a testbed decides about the move
		p.Slot = p.R.PendingMove.Slot
	}
	p.Chosen, p.Pass, p.Against = form.Get("way"), form.Get("pass") != "", form.Get("against") != ""
	if p.Hold, err = number(form, "hold"); err != nil {
		return err
	}
	if most := int64(testbeds.MaxPeriod / (24 * time.Hour)); p.Hold > most {
		return invalid("hold", "must be from 0 to %d", most)
	}
	if p.Hold == 0 {
		p.Hold = holdDays
	}
	return nil
}

// Waits lists the testbeds that have not approved.
func (p *deskPage) Waits() string {
	return p.named(func(a saidApproval) bool { return a.Look == "wait" && !a.Given || a.Look == "bad" })
}

// agreesAnew lists the testbeds that have to approve another slot, whatever they said to the one that was asked for.
func (p *deskPage) agreesAnew() string {
	return p.named(func(a saidApproval) bool { return a.Look != "" })
}

// named lists the testbeds of some approvals by name.
func (p *deskPage) named(such func(saidApproval) bool) string {
	var list []string
	for _, a := range p.Approvals {
		if such(a) {
			list = append(list, a.Name)
		}
	}
	return strings.Join(list, " and ")
}
