package openslice

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// State is the state of a service order.
type State string

// The states that Openslice has.
const (
	Initial      State = "INITIAL"
	Acknowledged State = "ACKNOWLEDGED"
	Rejected     State = "REJECTED"
	Pending      State = "PENDING"
	Held         State = "HELD"
	InProgress   State = "INPROGRESS"
	Cancelled    State = "CANCELLED"
	Completed    State = "COMPLETED"
	Failed       State = "FAILED"
	Partial      State = "PARTIAL"
)

// States lists all of them.
var States = []State{Initial, Acknowledged, Rejected, Pending, Held, InProgress, Cancelled, Completed, Failed, Partial}

// Time is an instant, the zero time where there is none. Openslice writes ISO 8601 with any offset in orders, and in its lists, depending on how it is built,
// epoch seconds with a fraction.
type Time struct{ time.Time }

// UnmarshalJSON reads both forms.
func (t *Time) UnmarshalJSON(raw []byte) error {
	t.Time = time.Time{}
	if string(raw) == "null" || string(raw) == `""` {
		return nil
	}
	if text, err := strconv.Unquote(string(raw)); err == nil {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil || at.Year() < 1970 || at.Year() > 9999 {
			return errors.New("is not a date of ISO 8601")
		}
		t.Time = at.UTC()
		return nil
	}
	seconds, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || seconds < 0 || seconds > 253_402_300_799_000 {
		return errors.New("is not a date")
	}
	if seconds > 100_000_000_000 { // milliseconds
		seconds /= 1000
	}
	t.Time = time.Unix(int64(seconds), 0).UTC()
	return nil
}

// Listed is an order as a list shows it.
type Listed struct {
	ID       string `json:"id"`
	UUID     string `json:"uuid"`
	State    State  `json:"state"`
	Expected Time   `json:"expectedCompletionDate"`
}

// Order is a service order.
type Order struct {
	ID                  string  `json:"id"`
	Category            string  `json:"category"`
	Description         string  `json:"description"`
	ExternalID          string  `json:"externalId"`
	Priority            string  `json:"priority"`
	Contact             string  `json:"notificationContact"`
	State               State   `json:"state"`
	Ordered             Time    `json:"orderDate"`
	Completed           Time    `json:"completionDate"`
	Expected            Time    `json:"expectedCompletionDate"`
	RequestedCompletion Time    `json:"requestedCompletionDate"`
	RequestedStart      Time    `json:"requestedStartDate"`
	Start               Time    `json:"startDate"`
	Notes               []Note  `json:"note"`
	Items               []Item  `json:"orderItem"`
	Parties             []Party `json:"relatedParty"`

	Raw []byte `json:"-"` // as it was read
}

// Note is one remark on an order.
type Note struct {
	UUID   string `json:"uuid,omitempty"`
	Author string `json:"author,omitempty"`
	Date   Time   `json:"date,omitzero"`
	System string `json:"system,omitempty"`
	Text   string `json:"text"`
}

// Item is one service that is ordered.
type Item struct {
	ID      string  `json:"id"`
	Action  string  `json:"action"` // add, modify, delete, noChange
	State   State   `json:"state"`
	Service Service `json:"service"`
}

// Service is what an item orders.
type Service struct {
	ID              string           `json:"id"`
	Name            string           `json:"name"`
	State           string           `json:"state"` // feasibilityChecked, designed, reserved, active, inactive, terminated
	Specification   Reference        `json:"serviceSpecification"`
	Places          []Reference      `json:"place"`
	Characteristics []Characteristic `json:"serviceCharacteristic"`
	Supporting      []Reference      `json:"supportingService"`
}

// Reference names something by its id.
type Reference struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Characteristic is a property of a service.
type Characteristic struct {
	Name  string `json:"name"`
	Type  string `json:"valueType"`
	Value Value  `json:"value"`
}

// Value is the value of a characteristic, as a text: Openslice writes {"value": …, "alias": …}, other systems the value alone.
type Value struct{ Value, Alias string }

// UnmarshalJSON reads both forms, and any scalar.
func (v *Value) UnmarshalJSON(raw []byte) error {
	*v = Value{}
	var pair struct{ Value, Alias any }
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
		if err := json.Unmarshal(raw, &pair); err != nil {
			return err
		}
	} else if err := json.Unmarshal(raw, &pair.Value); err != nil {
		return err
	}
	v.Value, v.Alias = scalar(pair.Value), scalar(pair.Alias)
	return nil
}

func scalar(x any) string {
	switch x := x.(type) {
	case string:
		return x
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(x)
	}
	return ""
}

// Party is a person or an organisation with a part in an order. Info of a requester is their e-mail address.
type Party struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`
	Info string `json:"extendedInfo"`
}

// Change is what a PATCH changes; empty parts stay. Notes without a uuid are added.
type Change struct {
	State               State  `json:"state,omitempty"`
	Start               *Time  `json:"startDate,omitempty"`
	Expected            *Time  `json:"expectedCompletionDate,omitempty"`
	RequestedStart      *Time  `json:"requestedStartDate,omitempty"`
	RequestedCompletion *Time  `json:"requestedCompletionDate,omitempty"`
	Notes               []Note `json:"note,omitempty"`
}

const ordersPath = "serviceOrdering/v4/serviceOrder"

// idForm is the form of an order's id: a UUID here, and at most this anywhere.
var idForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)

// List lists all orders that the client may see: with the role ADMIN all of them, else only its own. It skips entries without an id.
func (c *Client) List(ctx context.Context) ([]Listed, error) {
	const doing = "listing the service orders"
	raw, err := c.call(ctx, doing, http.MethodGet, ordersPath, nil, maxAnswer)
	if err != nil {
		return nil, err
	}
	var entries []json.RawMessage
	if err := json.Unmarshal(raw, &entries); err != nil || entries == nil {
		return nil, &Error{Doing: doing, Status: http.StatusOK, Detail: "the answer is not a list"}
	}
	list, seen := make([]Listed, 0, len(entries)), map[string]bool{}
	for _, entry := range entries {
		var x Listed
		if err := json.Unmarshal(entry, &x); err != nil {
			var named struct{ ID, UUID string } // its dates cannot be read: the order itself will say
			_ = json.Unmarshal(entry, &named)
			x = Listed{ID: named.ID, UUID: named.UUID}
		}
		if x.ID == "" {
			x.ID = x.UUID
		}
		if idForm.MatchString(x.ID) && !seen[x.ID] { // an order of several requesters is listed several times
			seen[x.ID] = true
			list = append(list, x)
		}
	}
	return list, nil
}

// Unreadable is an order that does not have the form of one.
type Unreadable struct {
	Field string // of the order; may be empty
	Rule  string
	Raw   []byte
}

func (u *Unreadable) Error() string {
	if u.Field == "" {
		return u.Rule
	}
	return u.Field + ": " + u.Rule
}

// Get reads an order. There is false if Openslice does not have it. It returns an Unreadable for an order that does not have the form of one.
func (c *Client) Get(ctx context.Context, id string) (o Order, there bool, err error) {
	if !idForm.MatchString(id) {
		return o, false, &Error{Doing: "reading a service order", Detail: "its id does not have the form of one"}
	}
	doing := "reading service order " + id
	raw, err := c.call(ctx, doing, http.MethodGet, ordersPath+"/"+id, nil, maxOrder)
	if status(err) == http.StatusNotFound {
		if e, ok := AsError(err); ok && e.Spring {
			return o, false, nil
		}
	}
	if err != nil {
		return o, false, err
	}
	if text := bytes.TrimSpace(raw); len(text) == 0 || string(text) == "null" {
		return o, false, nil
	}
	o, err = Read(raw)
	if err == nil && o.ID != id {
		return o, true, &Error{Doing: doing, Status: http.StatusOK, Detail: "the answer is another order"}
	}
	return o, true, err
}

// Read decodes an order. It returns an Unreadable for what does not have the form of one.
func Read(raw []byte) (Order, error) {
	var o Order
	if err := json.Unmarshal(raw, &o); err != nil {
		return o, unreadable(raw, err)
	}
	o.Raw = raw
	if !knownState(o.State) {
		return o, &Unreadable{Field: "state", Rule: fmt.Sprintf("is %q, which is no state of an order", o.State), Raw: raw}
	}
	return o, nil
}

// dates are the fields of an order that hold one.
var dates = []string{"requestedStartDate", "requestedCompletionDate", "startDate", "expectedCompletionDate", "completionDate", "orderDate"}

// unreadable names the field that keeps an order from being read.
func unreadable(raw []byte, err error) *Unreadable {
	u := &Unreadable{Rule: "it does not have the form of an order", Raw: raw}
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		u.Field, u.Rule = t.Field, "is a JSON "+t.Value
		return u
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return u
	}
	for _, name := range dates {
		var t Time
		if value, there := fields[name]; there && json.Unmarshal(value, &t) != nil {
			u.Field, u.Rule = name, "is not a date of ISO 8601"
			return u
		}
	}
	return u
}

func knownState(s State) bool {
	for _, x := range States {
		if x == s {
			return true
		}
	}
	return false
}

// Patch changes an order.
func (c *Client) Patch(ctx context.Context, id string, change Change) error {
	if !idForm.MatchString(id) {
		return &Error{Doing: "changing a service order", Detail: "its id does not have the form of one"}
	}
	_, err := c.call(ctx, "changing service order "+id, http.MethodPatch, ordersPath+"/"+id, change, maxOrder)
	return err
}
