package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// rejectOffers is the number of alternatives that a rejection made in a portal offers: an order has no field for it.
const rejectOffers = 3

// digest shortens a text to what tells it from others.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// change is what people or programs changed of an order since it was last handled.
type change struct {
	status bool
	slot   bool
	asked  bool
	said   string
}

func (c change) none() bool { return !c.status && !c.slot && !c.asked && c.said == "" }

// changed compares an order with what Berth knows of it, and leaves out what Berth may have written itself.
func (s *Sync) changed(t *tie, o Order) (c change) {
	c.status = o.Word != t.Known.Word && !s.own(t, o, func(x intent) (Wanted, bool) { return Wanted{Status: x.Status}, x.Status != "" })
	c.slot = !sameSlot(o.Scheduled, t.Known.Slot) && !s.own(t, o, func(x intent) (Wanted, bool) { return Wanted{Slot: x.Slot}, x.Slot != nil })
	c.asked = !o.Requested.Equal(t.Known.Asked) && !o.Requested.IsZero() && !s.own(t, o, func(x intent) (Wanted, bool) { return Wanted{Asked: x.Asked}, x.Asked != nil })
	if o.Feedback != t.Known.Feedback && !o.Spoken {
		before := []string{t.Known.Feedback}
		for _, x := range t.Wrote {
			before = append(before, x.Thread)
		}
		c.said = fresh(o.Feedback, before...)
	}
	return c
}

// follow turns what changed in an order into steps of its request. What is refused is said there, and put back by what is written next.
func (s *Sync) follow(ctx context.Context, t *tie, o Order, v scheduler.View) error {
	c := s.changed(t, o)
	c.status = c.status || o.Runs && v.Status.Granted() && rank(o.Status) > rank(v.Status) // what runs there is tried again until it is accepted
	if c.said != "" {
		heard, err := s.heard(ctx, v)
		if err != nil {
			return err
		}
		c.said = fresh(c.said, heard...)
	}
	if c.none() {
		return nil
	}
	why, said, err := s.step(ctx, o, v, c)
	if err != nil {
		return err
	}
	key := digest(o.Word, fmt.Sprint(o.Scheduled), o.Requested.String(), c.said, fmt.Sprint(v.Revision))
	if c.said != "" && !said {
		if err := s.remark(ctx, t, v, "In "+s.called()+": "+c.said, "said "+key, true); err != nil {
			return err
		}
	}
	if why == "" {
		return nil
	}
	return s.remark(ctx, t, v, why, "refused "+key, false)
}

// heard lists what was said in the portal and stands with the request already, and all that Berth could have written there: a process may have ended
// before it noted that, and a write may come through when nobody expects it any more.
func (s *Sync) heard(ctx context.Context, v scheduler.View) (list []string, err error) {
	remarks, err := s.requests.Feedback(ctx, account.System, v.ID, "", maxEntries)
	if err != nil {
		return nil, err
	}
	history, err := s.requests.History(ctx, account.System, v.ID, "", maxEntries)
	if err != nil {
		return nil, err
	}
	said, err := s.saidOf(ctx, v)
	if err != nil {
		return nil, err
	}
	list = append(list, s.thread(v.Request, said))
	for _, x := range remarks.Items {
		if text, here := strings.CutPrefix(x.Text, "In "+s.called()+": "); here && x.Author == s.berth.Username {
			list = append(list, text)
		}
	}
	for _, x := range history.Items {
		if text, here := strings.CutPrefix(x.Reason, "in "+s.called()+": "); here && x.Via == s.o.Via {
			list = append(list, text)
		}
	}
	return list, nil
}

// remark adds a remark to the request, once for its key. One that was heard there needs not be told there as news.
func (s *Sync) remark(ctx context.Context, t *tie, v scheduler.View, text, key string, heard bool) error {
	text = readable(text, maxText)
	f, err := s.requests.AddFeedback(ctx, s.berth, v.ID, text, scheduler.Creation{Key: "order " + s.o.Name + " " + t.saved.Key + " " + key, Fingerprint: digest(text)})
	if err == nil && heard && !slices.Contains(t.Heard, remarkID(f)) {
		t.Heard = append(t.Heard, remarkID(f))
	}
	if refusal(err) != "" {
		return nil
	}
	return err
}

// step takes the step that a change asks for. why says for people why it was not taken; said reports that the text that came with it is its reason.
func (s *Sync) step(ctx context.Context, o Order, v scheduler.View, c change) (why string, said bool, err error) {
	x := s.meant(o, v, c)
	if x.take == nil {
		return x.why, false, nil
	}
	reason := "in " + s.called()
	if c.said != "" {
		reason += ": " + c.said
	} else if o.Detail != "" {
		reason += ": " + o.Detail
	}
	refused := x.take(ctx, readable(reason, maxReason))
	if text := refusal(refused); text != "" {
		return fmt.Sprintf("In %s this was set to %s. Request #%d stays %s: %s", s.called(), x.what, v.Number, v.Status, text), false, nil
	}
	return "", refused == nil && x.reasoned, refused
}

// meaning is what a change there asks for here.
type meaning struct {
	what     string // for people
	take     func(ctx context.Context, reason string) error
	reasoned bool   // the step keeps its reason
	why      string // it is not taken, and why
}

// meant finds the step that a change stands for: first that of the status, then that of the dates.
func (s *Sync) meant(o Order, v scheduler.View, c change) meaning {
	r := v.Request
	if c.status && o.Status != r.Status {
		switch o.Status {
		case scheduler.Scheduled, scheduler.Rejected, scheduler.Cancelled, scheduler.UnderReview:
			return s.decision(o, r)
		default:
			return s.progress(o, r)
		}
	}
	switch {
	case c.slot && o.Scheduled != nil && r.Scheduled != nil && !o.Scheduled.Equal(*r.Scheduled):
		slot := *o.Scheduled
		return s.decided("the dates "+slot.String(), true, func(ctx context.Context, a account.Actor, reason string) error {
			_, err := s.requests.Move(ctx, a, r.ID, scheduler.Move{Slot: &slot, Reason: reason, Revision: r.Revision})
			return err
		}, r.Mentor)
	case c.asked && r.Status == scheduler.UnderReview && !o.Requested.Equal(r.Slot):
		slot := o.Requested
		return s.decided("the wanted dates "+slot.String(), false, func(ctx context.Context, a account.Actor, _ string) error {
			_, err := s.requests.Edit(ctx, a, r.ID, scheduler.Edit{Slot: &slot, Anyway: true, Revision: r.Revision})
			return err
		}, r.Experimenter)
	}
	return meaning{}
}

// decision is what a mentor or an experimenter decided there.
func (s *Sync) decision(o Order, r scheduler.Request) meaning {
	switch o.Status {
	case scheduler.Scheduled:
		var slot *testbeds.Slot
		if o.Scheduled != nil {
			slot = new(*o.Scheduled)
		}
		return s.decided(o.Word, true, func(ctx context.Context, a account.Actor, reason string) error {
			_, err := s.requests.Schedule(ctx, a, r.ID, scheduler.Schedule{Slot: slot, Reason: reason, Revision: r.Revision})
			return err
		}, r.Mentor)
	case scheduler.Rejected:
		return s.decided(o.Word, true, func(ctx context.Context, a account.Actor, reason string) error {
			_, err := s.requests.Reject(ctx, a, r.ID, scheduler.Reject{Reason: reason, Count: rejectOffers, Revision: r.Revision})
			return err
		}, r.Mentor)
	case scheduler.Cancelled:
		return s.decided(o.Word, true, func(ctx context.Context, a account.Actor, reason string) error {
			_, err := s.requests.Cancel(ctx, a, r.ID, scheduler.Step{Reason: reason, Revision: r.Revision})
			return err
		}, r.Experimenter)
	}
	return meaning{what: o.Word, why: fmt.Sprintf("In %s this was set to %s. Request #%d stays %s: no step leads back there.", s.called(), o.Word, r.Number, r.Status)}
}

// decided makes a decision of a person, with their rights, if the settings let decisions in the portal count.
func (s *Sync) decided(what string, reasoned bool, take func(ctx context.Context, a account.Actor, reason string) error, by string) meaning {
	if s.o.Follow != FollowAll {
		return meaning{what: what, why: fmt.Sprintf("In %s this was set to %s, which changes nothing: decisions are made in Berth. It is put back.", s.called(), what)}
	}
	return meaning{what: what, reasoned: reasoned, take: func(ctx context.Context, reason string) error {
		if by == "" {
			return scheduler.Errorf(scheduler.CodeForbidden, "it has no mentor in Berth, with whose rights this could be decided")
		}
		p, err := s.people.Person(ctx, account.System, by)
		if err != nil {
			return err
		}
		return take(ctx, s.as(p), reason)
	}}
}

// progress is what a program or an operator reported there.
func (s *Sync) progress(o Order, r scheduler.Request) meaning {
	if s.o.Follow == FollowNothing {
		return meaning{what: o.Word, why: fmt.Sprintf("In %s this was set to %s, which changes nothing: what runs is reported to Berth. It is put back.", s.called(), o.Word)}
	}
	if r.Status.Over() || rank(o.Status) > 0 && rank(o.Status) < rank(r.Status) {
		return meaning{} // it is behind, and Berth knows more
	}
	m := meaning{what: o.Word, reasoned: true}
	m.take = func(ctx context.Context, reason string) (err error) {
		in := scheduler.Step{State: o.Status, Reason: reason, Revision: r.Revision}
		switch o.Status {
		case scheduler.Instantiating, scheduler.Running:
			_, err = s.requests.Start(ctx, s.operator, r.ID, in)
		case scheduler.Terminating, scheduler.Completed:
			_, err = s.requests.Complete(ctx, s.operator, r.ID, in)
		default:
			in.State = ""
			_, err = s.requests.Fail(ctx, s.operator, r.ID, in)
		}
		return err
	}
	return m
}

// rank says how far a deployment has come; 0 for what does not concern its run.
func rank(s scheduler.Status) int {
	return 1 + slices.Index([]scheduler.Status{scheduler.Instantiating, scheduler.Running, scheduler.Terminating, scheduler.Completed}, s)
}

// refusal returns for people why Berth refused; empty for success, and for errors that decide nothing.
func refusal(err error) string {
	switch scheduler.CodeOf(err) {
	case scheduler.CodeConflict, scheduler.CodeForbidden, scheduler.CodeInvalid, scheduler.CodeNotFound:
		return strings.Join(scheduler.Explain(err), "; ")
	}
	return ""
}
