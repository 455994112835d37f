package calendar

import (
	"slices"
	"strings"

	"berth/scheduler"
	"berth/testbeds"
)

// Site is the public address of Berth's pages, and what its database went through.
type Site struct {
	URL string // without a trailing slash
	// Later is added to the revisions of requests where they become the SEQUENCE of an event. Revisions go back when a database is restored from a
	// backup, and calendars ignore what has a lower SEQUENCE than what they have: it is greater after each restore.
	Later int64
}

// Objects draws everything that the calendars show of a request.
func (s Site) Objects(r scheduler.Request, f testbeds.Facility) []Object {
	beds := r.Demand.Testbeds()
	base := Object{Request: r.ID, Owner: r.Experimenter, Testbeds: beds, Revision: r.Revision,
		Open: !slices.ContainsFunc(beds, func(id string) bool { t, _ := f.Testbed(id); return t.Visibility != testbeds.VisibilityOpen })}
	shared := []string{keyDeployments}
	for _, id := range beds {
		shared = append(shared, keyTestbed(id))
	}
	own := slices.Clone(shared)
	if r.Status != scheduler.Cancelled { // experimenters do not want to see requests that they took back
		own = append(own, keyMine(r.Experimenter), keyDecisions)
		if r.Mentor != "" {
			own = append(own, keyDecisionsOf(r.Mentor))
		}
	}
	list := []Object{base.of(KindDeployment, own, s.deployment(r, f), "Busy: ")}
	for _, o := range r.Offers {
		if o.State == scheduler.OfferOpen {
			list = append(list, base.of(KindOffer, shared, s.offer(r, o, f), "Held: "))
		}
	}
	if r.Scheduled != nil && statusOf(r.Status) != Tentative {
		orchestrate, teardown := s.operations(r, f)
		list = append(list, base.of(KindOrchestrate, []string{keyOperations}, orchestrate, ""), base.of(KindTearDown, []string{keyOperations}, teardown, ""))
	}
	return list
}

// of wraps an event in an object. busy begins the text for viewers without full access; without it, or when the event is withdrawn, they
// see nothing.
func (o Object) of(kind Kind, collections []string, e Event, busy string) Object {
	o.Name, o.Kind, o.Collections = e.Name, kind, collections
	o.Start, o.End, o.Status, o.Transparent, o.Modified = e.Start, e.End, e.Status, e.Transparent, e.Modified
	o.Full = render(e)
	if busy != "" && e.Status != Withdrawn {
		mark := ""
		if e.Status == Tentative {
			mark = "? "
		}
		o.Busy = render(e.masked(mark + busy + strings.Join(e.Categories, ", ")))
	}
	return tagged(o)
}
