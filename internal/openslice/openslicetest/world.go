package openslicetest

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Wish is an order that a person makes in Openslice.
type Wish struct {
	Requester, Email string
	Organisation     string
	Service          string            // the name of the service specification
	Is               map[string]string // its characteristics
	Start, End       time.Time
	Description      string
	Note             string
	Acknowledged     bool // by itself, as for services that need nobody's decision
}

// Order makes an order, and returns its id.
func (s *Server) Order(w Wish) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := "INITIAL"
	if w.Acknowledged {
		state = "ACKNOWLEDGED"
	}
	list := []any{}
	for name, value := range w.Is {
		c := entity(s.id())
		c["name"], c["valueType"], c["value"] = name, "TEXT", map[string]any{"value": value, "alias": nil}
		list = append(list, c)
	}
	body := map[string]any{"category": "Experimentation", "description": nullable(w.Description),
		"requestedStartDate": w.Start.UTC().Format(time.RFC3339Nano), "requestedCompletionDate": w.End.UTC().Format(time.RFC3339Nano),
		"orderItem": []any{map[string]any{"state": state, "service": map[string]any{"name": nil, "serviceCharacteristic": list,
			"serviceSpecification": map[string]any{"id": s.id(), "name": nullable(w.Service), "version": "0.1.0", "@referredType": nil}}}}}
	if w.Note != "" {
		body["note"] = []any{map[string]any{"author": w.Requester, "date": s.now(), "text": w.Note}}
	}
	if w.Organisation != "" {
		body["relatedParty"] = []any{map[string]any{"name": w.Organisation, "role": "ORGANIZATION"}}
	}
	return s.create(body, w.Requester, w.Email).id
}

// Change changes an order as a person does in the pages: other states, dates, or what they say.
func (s *Server) Change(id string, fields map[string]any) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.find(id)
	if o == nil {
		return false
	}
	for name, value := range fields {
		if at, ok := value.(time.Time); ok {
			fields[name] = at.UTC().Format("2006-01-02T15:04:05Z")
		}
	}
	s.patch(o, fields)
	return true
}

// End lets an order end its services, as a person does in the pages: its items become deletions, and the order acknowledged.
func (s *Server) End(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.find(id)
	if o == nil {
		return
	}
	for i, x := range o.items {
		item := maps.Clone(x)
		item["action"], item["state"] = "delete", "ACKNOWLEDGED"
		o.items[i] = item
	}
	s.patch(o, map[string]any{"state": "ACKNOWLEDGED"})
}

// Say adds a person's note.
func (s *Server) Say(id, author, text string) bool {
	return s.Change(id, map[string]any{"note": []any{map[string]any{"author": author, "date": s.clock().UTC().Format(time.RFC3339), "text": text}}})
}

// Delete removes an order.
func (s *Server) Delete(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.orders = slices.DeleteFunc(s.orders, func(o *order) bool { return o.id == id })
}

// Seen is an order as a test looks at it.
type Seen struct {
	ID, State                                         string
	RequestedStartDate, RequestedCompletionDate       time.Time
	StartDate, ExpectedCompletionDate, CompletionDate *time.Time
	Note                                              []struct{ Author, System, Text string }
	OrderItem                                         []struct{ Service struct{ State string } }
}

// Look returns an order; ok is false if there is none.
func (s *Server) Look(id string) (seen Seen, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	o := s.find(id)
	if o == nil {
		return seen, false
	}
	raw, err := json.Marshal(o.document())
	if err == nil {
		err = json.Unmarshal(raw, &seen)
	}
	return seen, err == nil
}

// All lists the ids of all orders.
func (s *Server) All() (ids []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.orders {
		ids = append(ids, o.id)
	}
	return ids
}
