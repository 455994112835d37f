package scheduler

import (
	"context"
	"slices"

	"berth/scheduler/account"
	"berth/scheduler/series"
	"berth/testbeds"
)

// GetSeries reads a series by its UUID, or by the number of one of its requests ("42" or "#42"), with what became of its occurrences: those under review
// are checked one beside the other, as if those before were granted. It returns CodeNotFound where the actor may not know any of its requests.
func (s *Service) GetSeries(ctx context.Context, a account.Actor, id string) (SeriesView, error) {
	var v SeriesView
	err := s.snapshot(ctx, func(tx Reader, w snapshot) error {
		found, err := s.findSeries(ctx, tx, a, id)
		if err != nil {
			return err
		}
		v, err = s.seriesView(ctx, tx, w, a, found)
		return err
	})
	return v, err
}

// SeriesRequests reads a series by its UUID, or by the number of one of its requests, with the requests that its occurrences are now, by their places. It
// returns CodeNotFound where the actor may not know any of them.
func (s *Service) SeriesRequests(ctx context.Context, a account.Actor, id string) (x Series, list []Request, err error) {
	err = s.store.View(ctx, func(tx Reader) error {
		found, err := s.findSeries(ctx, tx, a, id)
		x, list = found.Series, found.members
		return err
	})
	return x, list, err
}

// foundSeries is a series with its requests by their places, those that the actor may know. Its revision grows with that of any of them.
type foundSeries struct {
	Series
	members  []Request
	revision int64
}

// findSeries reads a series and its requests, as far as the actor may know them.
func (s *Service) findSeries(ctx context.Context, tx Reader, a account.Actor, id string) (foundSeries, error) {
	none := foundSeries{}
	absent := Errorf(CodeNotFound, "there is no series %q", clip(id))
	if r, err := request(ctx, tx, id); err == nil {
		if !sees(a, r) || r.Series == nil {
			return none, absent
		}
		id = r.Series.ID
	} else if CodeOf(err) != CodeNotFound {
		return none, err
	}
	record, err := tx.Series(ctx, id)
	if CodeOf(err) == CodeNotFound {
		return none, absent
	} else if err != nil {
		return none, err
	}
	found := foundSeries{Series: record}
	if found.members, found.revision, err = membersOf(ctx, tx, record); err != nil {
		return none, err
	}
	found.members = slices.DeleteFunc(found.members, func(r Request) bool { return !sees(a, r) })
	if len(found.members) == 0 {
		return none, absent
	}
	return found, nil
}

// membersOf reads the requests of a series by their places: those that were submitted, or what became of them by an accepted offer. The revision adds up
// those of all.
func membersOf(ctx context.Context, tx Reader, record Series) (list []Request, revision int64, err error) {
	if list, err = tx.RequestsByNumber(ctx, record.numbers()); err != nil {
		return nil, 0, err
	}
	for i := range list {
		revision += list[i].Revision
		for next := list[i].successor(); next != ""; next = list[i].successor() {
			if list[i], err = tx.Request(ctx, next); err != nil {
				return nil, 0, err
			}
			revision += list[i].Revision
		}
	}
	slices.SortFunc(list, func(x, y Request) int { return x.Series.Place - y.Series.Place })
	return list, revision, nil
}

// successor returns the request that an accepted offer of a request became; empty for none.
func (r Request) successor() string {
	for _, o := range r.Offers {
		if o.State == OfferAccepted && o.Accepted != r.ID { // who waited takes what came free, and stays the same request
			return o.Accepted
		}
	}
	return ""
}

// seriesView tells what became of a series.
func (s *Service) seriesView(ctx context.Context, tx Reader, w snapshot, a account.Actor, x foundSeries) (SeriesView, error) {
	v := SeriesView{Series: x.Series, Said: x.Plan.String(), Revision: x.revision, Actions: []Action{}}
	fork := w
	fork.fed = w.fed.Without()
	for _, r := range x.members {
		p := partOf(r)
		p.Actions = allowed(a, r, s.now())
		if r.Status.Live() {
			fit := verdict(fork, r, s.now())
			if p.Fit = &fit; r.Status == UnderReview && fit.Fits {
				fork.fed.Put(testbeds.Booking{ID: r.Booking, Request: r.Number, Strength: testbeds.Firm, Slot: r.Slot, Claims: fork.fed.Claims(r.Demand, r.Slot)})
			}
			if err := s.mask(ctx, tx, a, w.fed, p.Fit); err != nil {
				return v, err
			}
		}
		if r.Ticket != nil && r.Ticket.Series && v.Ticket == nil {
			v.Ticket = new(r.Ticket.shown())
		}
		for _, action := range p.Actions {
			if !slices.Contains(v.Actions, action) {
				v.Actions = append(v.Actions, action)
			}
		}
		v.Parts = append(v.Parts, p)
	}
	if !knowsAll(a) {
		v.Series = v.Series.shown()
	}
	return v, nil
}

// shown keeps the fields of a series that its experimenter and providers may know.
func (x Series) shown() Series {
	return Series{ID: x.ID, Number: x.Number, Plan: x.Plan, Change: x.Change, Name: x.Name, Experimenter: x.Experimenter, AllOrNothing: x.AllOrNothing,
		Testbeds: x.Testbeds, Created: x.Created, Members: x.Members}
}

// WaysOfSeries finds ways to grant the occurrences of a series that are not over, where they do not fit as they are: what is granted to them counts as
// free. It returns CodeNotFound where the actor may not know the series, CodeForbidden without the scope to read, CodeInvalid for the limit, and
// CodeConflict where all of it is over or begun.
func (s *Service) WaysOfSeries(ctx context.Context, a account.Actor, id string, limit int) (ways []series.Way, err error) {
	if err := Require(a, account.ScopeRead, account.Roles...); err != nil {
		return nil, err
	}
	if limit < 0 || limit > maxSuggestions {
		var bad faults
		bad.add("limit", "must be from 1 to %d", maxSuggestions)
		return nil, bad.err()
	}
	err = s.snapshot(ctx, func(tx Reader, w snapshot) error {
		x, err := s.findSeries(ctx, tx, a, id)
		if err != nil {
			return err
		}
		var own []int64
		var ahead []Request
		var occurrences []series.Occurrence
		var asks []checkedAsk
		for _, r := range x.members {
			if !r.Status.Ahead() || r.Slot.Start.Before(s.now()) {
				continue
			}
			own, ahead = append(own, r.bookings()...), append(ahead, r)
			q := askOf(r)
			q.experiment = current(r, w.catalogue)
			occurrences, asks = append(occurrences, series.Occurrence{Place: r.Series.Place, Slot: r.Slot}), append(asks, q)
		}
		if len(asks) == 0 {
			return Errorf(CodeConflict, "nothing of the series of #%d is still ahead", x.Number)
		}
		allowed, err := s.boundsFor(ctx, tx, w, a, ahead[0], ahead)
		ways = s.ways(w.fed.Without(own...), x.Plan, occurrences, asks, limited(limit), allowed)
		return err
	})
	return ways, err
}
