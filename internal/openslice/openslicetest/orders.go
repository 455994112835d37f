package openslicetest

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// order is a service order, as the entity of Openslice.
type order struct {
	id     string
	fields map[string]any // texts and dates, as ISO 8601
	state  string
	notes  []map[string]any
	items  []map[string]any
	party  []map[string]any
}

// dates of an order.
var dates = []string{"requestedStartDate", "requestedCompletionDate", "startDate", "expectedCompletionDate", "completionDate", "orderDate"}

// texts of an order.
var texts = []string{"category", "description", "externalId", "notificationContact", "priority"}

// states that Openslice has.
var states = []string{"INITIAL", "ACKNOWLEDGED", "REJECTED", "PENDING", "HELD", "INPROGRESS", "CANCELLED", "COMPLETED", "FAILED", "PARTIAL"}

func entity(id string) map[string]any {
	return map[string]any{"uuid": id, "@baseType": "BaseEntity", "@schemaLocation": nil, "@type": nil, "href": nil}
}

// document writes an order as Openslice answers it.
func (o *order) document() map[string]any {
	d := entity(o.id)
	d["@baseType"], d["@type"], d["id"], d["state"] = "BaseRootEntity", "ServiceOrder", o.id, o.state
	for _, name := range append(slices.Clone(dates), texts...) {
		d[name] = o.fields[name]
	}
	d["note"], d["orderItem"], d["relatedParty"], d["orderRelationship"] = o.notes, o.items, o.party, []any{}
	return d
}

func (s *Server) find(id string) *order {
	i := slices.IndexFunc(s.orders, func(o *order) bool { return o.id == id })
	if i < 0 {
		return nil
	}
	return s.orders[i]
}

// list answers a list: a row for each requester, with some of the fields; without the role ADMIN only those of the caller.
func (s *Server) list(admin bool) []map[string]any {
	rows := []map[string]any{}
	for _, o := range slices.Backward(s.orders) {
		for _, p := range o.party {
			if p["role"] != "REQUESTER" || !admin && p["name"] != Account {
				continue
			}
			row := map[string]any{"id": o.id, "uuid": o.id, "state": o.state, "@type": "ServiceOrder", "type": "ServiceOrder", "relatedParty_uuid": p["uuid"], "relatedParty_name": p["name"],
				"relatedParty": []any{map[string]any{"name": p["name"], "role": "REQUESTER"}}}
			for _, name := range dates[:4] {
				row[name] = o.fields[name]
			}
			row["orderDate"] = o.fields["orderDate"]
			rows = append(rows, row)
		}
	}
	return rows
}

func (s *Server) now() string { return s.clock().UTC().Format("2006-01-02T15:04:05Z") }

// note adds a note, as Openslice's own programs do where no author is given.
func (s *Server) note(o *order, author, system, date, text any) {
	n := entity(s.id())
	n["author"], n["system"], n["date"], n["text"] = author, system, date, text
	o.notes = append(o.notes, n)
}

// create makes an order as ServiceOrderRepoService.addServiceOrder does.
func (s *Server) create(body map[string]any, requester, mail string) *order {
	o := &order{id: s.id(), state: "INITIAL", fields: map[string]any{"orderDate": s.now()}, notes: []map[string]any{}, items: []map[string]any{}, party: []map[string]any{}}
	for _, name := range append([]string{"requestedStartDate", "requestedCompletionDate"}, texts...) {
		o.fields[name] = body[name]
	}
	o.fields["startDate"], o.fields["expectedCompletionDate"] = body["requestedStartDate"], body["requestedCompletionDate"]
	for _, n := range objects(body["note"]) {
		s.note(o, n["author"], n["system"], n["date"], n["text"])
	}
	all := true
	for _, x := range objects(body["orderItem"]) {
		o.items = append(o.items, s.item(x))
		all = all && x["state"] == "ACKNOWLEDGED"
	}
	for _, p := range append(objects(body["relatedParty"]), map[string]any{"name": requester, "role": "REQUESTER", "extendedInfo": nullable(mail), "@referredType": "SimpleUsername_Individual"}) {
		party := entity(s.id())
		maps.Copy(party, p)
		if party["id"] == nil {
			party["id"] = party["uuid"]
		}
		o.party = append(o.party, party)
	}
	s.note(o, "SO641API-addServiceOrder", nil, s.now(), "Service Order INITIAL")
	if all {
		o.state, o.fields["startDate"] = "ACKNOWLEDGED", s.now()
		s.note(o, "SO641API-addServiceOrder", nil, s.now(), "Service Order ACKNOWLEDGED")
	}
	s.orders = append(s.orders, o)
	return o
}

func nullable(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// item makes an order item with all of its members.
func (s *Server) item(x map[string]any) map[string]any {
	i := entity(s.id())
	i["id"], i["action"], i["state"], i["orderItemRelationship"], i["appointment"] = i["uuid"], "add", "INITIAL", []any{}, nil
	service := entity(s.id())
	service["id"], service["state"] = service["uuid"], "feasibilityChecked"
	for _, name := range []string{"place", "relatedParty", "serviceCharacteristic", "supportingResource", "serviceRelationship", "supportingService"} {
		service[name] = []any{}
	}
	if given, ok := x["service"].(map[string]any); ok {
		maps.Copy(service, given)
	}
	maps.Copy(i, x)
	i["service"] = service
	return i
}

func objects(v any) (list []map[string]any) {
	entries, _ := v.([]any)
	for _, e := range entries {
		if o, ok := e.(map[string]any); ok {
			list = append(list, o)
		}
	}
	return list
}

// patch changes an order as ServiceOrderRepoService.updateServiceOrder does.
func (s *Server) patch(o *order, body map[string]any) {
	changed := false
	for name, value := range body {
		switch {
		case value == nil || name == "note":
		case name == "state":
			state, _ := value.(string)
			if !slices.Contains(states, state) {
				s.wrongs = append(s.wrongs, "a state "+state)
				continue
			}
			changed, o.state = o.state != state, state
			if state == "COMPLETED" {
				o.fields["completionDate"] = s.now()
			}
		case slices.Contains([]string{"category", "description", "notificationContact", "requestedCompletionDate", "requestedStartDate", "expectedCompletionDate", "startDate"}, name):
			if text, ok := value.(string); slices.Contains(dates, name) {
				if _, err := time.Parse(time.RFC3339, text); !ok || err != nil {
					s.wrongs = append(s.wrongs, name+" is no date")
					continue
				}
			}
			o.fields[name] = value
		default: // items would become ACKNOWLEDGED, and are not Berth's to change
			s.wrongs = append(s.wrongs, "a change of "+name)
		}
	}
	for _, n := range objects(body["note"]) {
		if n["uuid"] == nil {
			s.note(o, n["author"], n["system"], n["date"], n["text"])
		}
	}
	if changed {
		s.note(o, "SO641API-stateChanged", nil, s.now(), "Service Order "+o.state)
	}
}

// orchestrate does what Openslice's orchestrator does each minute: it begins with acknowledged orders whose start has come, completes those whose
// services are there, and ends services whose time is over.
func (s *Server) orchestrate(now time.Time) {
	for _, o := range s.orders {
		switch {
		case o.state == "ACKNOWLEDGED" && len(o.items) > 0 && o.items[0]["action"] == "delete":
			s.patch(o, map[string]any{"state": "INPROGRESS"})
		case o.state == "INPROGRESS" && len(o.items) > 0 && o.items[0]["action"] == "delete":
			s.services(o, "terminated")
			s.patch(o, map[string]any{"state": "COMPLETED"})
		case o.state == "ACKNOWLEDGED" && o.time("startDate").Before(now):
			s.services(o, "reserved")
			s.patch(o, map[string]any{"state": "INPROGRESS"})
		case o.state == "INPROGRESS" && o.service() == "reserved":
			s.services(o, "active")
			s.patch(o, map[string]any{"state": "COMPLETED"})
		case o.service() == "active" && o.time("expectedCompletionDate").Before(now):
			s.services(o, "terminated")
		}
	}
}

func (o *order) time(name string) time.Time {
	text, _ := o.fields[name].(string)
	at, _ := time.Parse(time.RFC3339, text)
	return at
}

// service returns the state of the first service.
func (o *order) service() string {
	if len(o.items) == 0 {
		return ""
	}
	service, _ := o.items[0]["service"].(map[string]any)
	state, _ := service["state"].(string)
	return strings.ToLower(state)
}

func (s *Server) services(o *order, state string) {
	for i, x := range o.items {
		service, _ := x["service"].(map[string]any)
		service, item := maps.Clone(service), maps.Clone(x)
		service["state"], item["service"] = state, service
		o.items[i] = item
	}
}
