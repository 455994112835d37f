package intake

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// The most that a request's texts may have; see package scheduler.
const (
	maxName   = 200      // characters
	maxText   = 64 << 10 // bytes
	maxReason = 4 << 10  // bytes
)

// errNotTaken says why no request can be made of an order; a person can mend that.
type errNotTaken struct{ why, remedy string }

func (e errNotTaken) Error() string { return e.why }

// notYet says why an order is not taken and not even tied; empty if it is to be taken.
func (s *Sync) notYet(o Order) string {
	switch {
	case o.Problem != "":
		return o.Problem
	case o.Status == scheduler.Scheduled && s.o.Follow == FollowAll:
	case o.Status != scheduler.UnderReview:
		return fmt.Sprintf("it was %s before Berth first saw it", o.Word)
	}
	if !o.Requested.End.After(s.now()) && !o.Requested.End.IsZero() {
		return "its time is over"
	}
	return ""
}

// take makes a request of an order that has none, exactly one, whatever fails in between: whose it is stands in its tie before, and the rules know
// the order by its key.
func (s *Sync) take(ctx context.Context, t *tie, o Order) (taken bool, err error) {
	t.Name, t.URL, t.Facts = line(o.Name, maxName), o.URL, o.Facts
	if t.saved.Revision == 0 {
		t.Known = knownOf(o)
		t.Known.Feedback = "" // what was written there before is told to the request when there is one
	}
	if err := s.lock(ctx, t); err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, s.unlock(ctx, t)) }()
	view, err := s.submit(ctx, t, o)
	if refused, ok := errors.AsType[errNotTaken](err); ok {
		t.Trouble, t.Remedy = refused.why, refused.remedy
		return false, s.tellWhy(ctx, t, o)
	}
	if err != nil {
		return false, err
	}
	t.saved.Request, t.saved.Number = view.ID, view.Number
	t.Trouble, t.Remedy, t.Alike = "", "", false
	t.Known.Word, t.Known.Status, t.Known.Slot = "", scheduler.UnderReview, nil // what was decided there before counts as a change
	if o.Status == scheduler.UnderReview {
		t.Known.Word, t.Known.Slot = o.Word, o.Scheduled
	}
	return true, nil
}

// submit makes the request.
func (s *Sync) submit(ctx context.Context, t *tie, o Order) (r scheduler.Request, err error) {
	in, err := s.submission(ctx, o)
	if err != nil {
		return r, err
	}
	p, err := s.owner(ctx, t, o)
	if err != nil {
		return r, err
	}
	in.Mentor = s.mentor(ctx, o)
	in.Creation = scheduler.Creation{Key: fmt.Sprintf("order %s %s", s.o.Name, t.saved.Key), Fingerprint: "order"}
	out, err := s.requests.Submit(ctx, s.asExperimenter(p), in)
	if why := refusal(err); why != "" {
		return r, errNotTaken{why, "change the order in the portal, or the catalogue and the facility here; Berth tries again with every poll"}
	}
	return out.Request, err
}

// submission translates an order.
func (s *Sync) submission(ctx context.Context, o Order) (in scheduler.Submission, err error) {
	f, _, err := s.requests.Facility(ctx, account.System)
	if err != nil {
		return in, err
	}
	in = scheduler.Submission{Name: cmp.Or(line(o.Name, maxName), line(o.Design, maxName), "order "+o.Key), Description: readable(o.Description, maxText),
		Organisation: line(o.Owner.Organisation, maxName), Anyway: true, Portal: o.Raw}
	in.NSD, in.Components, in.Devices, in.Slot = o.Design, o.Components, o.Devices, o.Requested
	if len(o.Places) > 0 {
		in.Placement = testbeds.Placement{}
	}
	for _, p := range o.Places {
		vim, rule := s.place(p, f)
		if rule != "" {
			return in, errNotTaken{fmt.Sprintf("the place of member %s: %s", p.Member, rule),
				"give the VIM its vimid or datacentername in the facility, or name it under vims for this portal in portals_file"}
		}
		in.Placement[p.Member] = vim
	}
	in.Components = ready(in.Components, in.Placement)
	return in, nil
}

// ready makes components of no VNF ready where they are placed: an order that gives sizes of its own names no image that would have to be onboarded.
func ready(list []testbeds.Component, at testbeds.Placement) []testbeds.Component {
	list = slices.Clone(list)
	for i, c := range list {
		vim := cmp.Or(at[c.Member], at[testbeds.PlaceAll])
		if c.VNF == "" && len(c.Onboarded) == 0 && vim != "" {
			list[i].Onboarded = []string{vim}
		}
	}
	return list
}

// place returns the VIM of a place: as the settings say, else as the facility does.
func (s *Sync) place(p Place, f testbeds.Facility) (vim, rule string) {
	for _, name := range append([]string{p.Account, p.Datacenter}, p.Names...) {
		if vim := s.o.VIMs[name]; vim != "" && name != "" {
			return vim, ""
		}
	}
	i := testbeds.Infrastructure{Account: p.Account, Datacenter: p.Datacenter}
	if len(p.Names) > 0 {
		i.Name = p.Names[0]
	}
	return f.Locate(i)
}

// owner returns the person whose order it is, and makes them at first sight. Once it is settled it stays, so that one order never becomes two
// requests.
func (s *Sync) owner(ctx context.Context, t *tie, o Order) (p account.Person, err error) {
	if t.Owner != "" {
		if p, err = s.people.Person(ctx, s.berth, t.Owner); scheduler.CodeOf(err) == scheduler.CodeNotFound {
			return p, errNotTaken{fmt.Sprintf("there is no person %s any more", t.Owner), "untie the order, or make the person again"}
		}
		return p, err
	}
	p, made, err := s.people.PersonOrNewcomer(ctx, s.berth, account.Newcomer{Name: o.Owner.Name, Email: o.Owner.Email, Organisation: o.Owner.Organisation})
	if why := refusal(err); why != "" {
		return p, errNotTaken{"its owner: " + why, "give exactly one account the address " + line(o.Owner.Email, 100)}
	}
	if err != nil {
		return p, err
	}
	if made {
		s.log.InfoContext(ctx, "a person was made for an order", "person", p.Username, "order", t.saved.Key)
	}
	t.Owner = p.Username
	return p, busy(s.save(ctx, t))
}

// mentor returns the username of an order's mentor, if it is one here; a mentor is assigned later otherwise.
func (s *Sync) mentor(ctx context.Context, o Order) string {
	if o.Mentor.Email == "" {
		return ""
	}
	p, found, err := s.people.PersonByMail(ctx, s.berth, o.Mentor.Email)
	if err != nil || !found || !account.MayMentor(p.Roles) {
		return ""
	}
	return p.Username
}

// asExperimenter makes a person the actor of what they did in the portal: whatever else they are in Berth, an address in a portal gives them no
// more than an experimenter's rights.
func (s *Sync) asExperimenter(p account.Person) account.Actor {
	a := s.as(p)
	a.Roles, a.Testbeds = []account.Role{}, nil
	if slices.ContainsFunc(p.Roles, func(r account.Role) bool {
		return r == account.RoleExperimenter || r == account.RoleMentor || r == account.RoleAdministrator
	}) {
		a.Roles = []account.Role{account.RoleExperimenter}
	}
	return a
}

func (s *Sync) as(p account.Person) account.Actor {
	a := account.ActorOf(p)
	a.Scopes, a.Via = []account.Scope{account.ScopeRead, account.ScopeWrite}, s.o.Via
	return a
}

// tellWhy tells the people in the portal why Berth makes no request of an order, once for each reason.
func (s *Sync) tellWhy(ctx context.Context, t *tie, o Order) error {
	said := "Berth cannot take this yet: " + t.Trouble
	theirs := fresh(o.Feedback, t.Known.Feedback)
	w := Wanted{Thread: strings.TrimSpace(theirs + "\n\n" + said), News: []Remark{{ID: "x" + digest(said), At: s.now(), By: account.System.Name, Text: said}}}
	if strings.Contains(o.Feedback, said) || s.portal.Shows(o, w) || s.now().Before(t.Wait) {
		return nil
	}
	if !strings.Contains(t.Known.Feedback, said) {
		t.Known.Feedback, t.Tries = strings.TrimSpace(t.Known.Feedback+"\n"+said), 0
	}
	t.Tries++
	t.Wait = s.now().Add(later.After(t.Tries))
	if err := busy(s.save(ctx, t)); err != nil {
		return err
	}
	if err := s.portal.Write(ctx, o, w); err != nil {
		return s.harmless(err)
	}
	return nil
}

// harmless drops an error that concerns one order alone: the next round looks again.
func (s *Sync) harmless(err error) error {
	if err == nil || s.portal.Fault(err).Outage != "" || s.portal.Fault(err).Text == "" {
		return err
	}
	return nil
}
