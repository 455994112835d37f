package tmf685

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// The states of a reservation, as Openslice has them. COMPLETED means that the resources are reserved.
const (
	inProgress = "INPROGRESS"
	completed  = "COMPLETED"
	rejected   = "REJECTED"
	cancelled  = "CANCELLED"
)

// states translates the status of a request. A failed one holds nothing any more.
var states = map[scheduler.Status]string{
	scheduler.UnderReview: inProgress, scheduler.Scheduled: completed, scheduler.Instantiating: completed, scheduler.Running: completed,
	scheduler.Terminating: completed, scheduler.Completed: completed, scheduler.Rejected: rejected, scheduler.Cancelled: cancelled, scheduler.Failed: cancelled,
}

// statusesOf lists the statuses that some states stand for.
func statusesOf(names ...string) (list []scheduler.Status) {
	for _, s := range scheduler.Statuses {
		if slices.Contains(names, states[s]) {
			list = append(list, s)
		}
	}
	return list
}

// shownReservation is a request as a Reservation.
type shownReservation struct {
	Type        string          `json:"@type"`
	ID          string          `json:"id"`
	UUID        string          `json:"uuid"`
	Href        string          `json:"href"`
	Number      int64           `json:"number"` // by which Berth's people call it
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	State       string          `json:"reservationState"`
	Reason      string          `json:"reservationStateReason,omitempty"` // why it is not what was asked for
	Lifecycle   string          `json:"lifecycleStatus"`                  // the request's own status
	Updated     time.Time       `json:"lastUpdate"`
	Start       string          `json:"requestedPeriodStartDateTime"`
	End         string          `json:"requestedPeriodEndDateTime"`
	ValidFor    *validFor       `json:"validFor,omitempty"` // the slot that was granted
	Parties     any             `json:"relatedParty,omitempty"`
	Order       json.RawMessage `json:"serviceOrderRef,omitempty"`
	Items       []item          `json:"reservationItem"`
}

type validFor struct {
	Start string `json:"startDateTime"`
	End   string `json:"endDateTime"`
}

// kept is what a reservation came with and a request has no place for.
type kept struct {
	Party json.RawMessage `json:"relatedParty,omitempty"`
	Order json.RawMessage `json:"serviceOrderRef,omitempty"`
}

// envelope marks what is kept beside a request as ours.
type envelope struct {
	Kept *kept `json:"tmf685"`
}

func keptOf(r scheduler.Request) kept {
	var e envelope
	if len(r.Portal) == 0 || json.Unmarshal(r.Portal, &e) != nil || e.Kept == nil {
		return kept{}
	}
	return *e.Kept
}

// shown makes the reservation of a request.
func shown(r scheduler.Request) shownReservation {
	k := keptOf(r)
	out := shownReservation{Type: "Reservation", ID: r.ID, UUID: r.ID, Href: base + "/reservation/" + r.ID, Number: r.Number, Name: r.Name, Description: r.Description,
		State: states[r.Status], Lifecycle: string(r.Status), Updated: r.Updated, Start: written(r.Slot.Start), End: written(r.Slot.End), Order: k.Order, Items: itemsOf(r)}
	if s := r.Scheduled; s != nil {
		out.ValidFor = &validFor{written(s.Start), written(s.End)}
	}
	if len(k.Party) > 0 {
		out.Parties = k.Party
	} else {
		out.Parties = map[string]string{"id": r.Experimenter, "name": r.Experimenter, "role": "REQUESTER", "@referredType": "User"}
	}
	if len(out.Items) == 0 { // Openslice's calendar reads the first one unasked
		none := []reference{}
		out.Items = append(out.Items, item{Capacity: demand{Pool: poolRef{Resources: none}}, Applied: &applied{Resources: none, Demand: demandShown{Resources: none}}})
	}
	return out
}

// given is a Reservation as a client sends it: to create one, all of it; to change one, what is to change.
type given struct {
	Name        *string         `json:"name"`
	Description *string         `json:"description"`
	Start       *string         `json:"requestedPeriodStartDateTime"`
	End         *string         `json:"requestedPeriodEndDateTime"`
	ValidFor    *validFor       `json:"validFor"`
	Items       *[]item         `json:"reservationItem"`
	State       string          `json:"reservationState"`
	Reason      string          `json:"reservationStateReason"`
	Party       json.RawMessage `json:"relatedParty"`
	Order       json.RawMessage `json:"serviceOrderRef"`
}

// maxKept bounds what is kept beside a request, in bytes.
const maxKept = 16 << 10

// keep makes what is kept of it beside the request.
func (g given) keep(bad *faults) []byte {
	k := kept{present(g.Party), present(g.Order)}
	if len(k.Party) == 0 && len(k.Order) == 0 {
		return nil
	}
	if len(k.Party)+len(k.Order) > maxKept {
		bad.add("relatedParty", "is longer than 16 KiB, with serviceOrderRef")
		return nil
	}
	raw, err := json.Marshal(envelope{&k})
	if err != nil {
		bad.add("relatedParty", "is not JSON")
	}
	return raw
}

func present(raw json.RawMessage) json.RawMessage {
	if string(raw) == "null" {
		return nil
	}
	return raw
}

// name returns the name of a new reservation: TMF685 does not require one.
func (g given) name() string {
	if g.Name != nil && strings.TrimSpace(*g.Name) != "" {
		return *g.Name
	}
	if g.Description != nil {
		line, _, _ := strings.Cut(strings.TrimSpace(*g.Description), "\n")
		if line != "" && len(line) <= 200 {
			return line
		}
	}
	return "Reservation"
}

// slot returns the period asked for; the one that it is valid for stands in. A start that it has already may lie in the past.
func (g given) slot(now time.Time, before *testbeds.Slot, bad *faults) testbeds.Slot {
	start, end := "", ""
	if before != nil {
		start, end = written(before.Start), written(before.End)
	}
	if g.ValidFor != nil {
		start, end = pick(g.ValidFor.Start, start), pick(g.ValidFor.End, end)
	}
	if g.Start != nil {
		start = *g.Start
	}
	if g.End != nil {
		end = *g.End
	}
	if before != nil && len(*bad) == 0 {
		var none faults
		if instant("", start, &none).Equal(before.Start) {
			now = before.Start
		}
	}
	return slotOf("requestedPeriodStartDateTime", start, "requestedPeriodEndDateTime", end, now, bad)
}

func pick(text, usual string) string {
	if text == "" {
		return usual
	}
	return text
}
