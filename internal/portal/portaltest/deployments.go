package portaltest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// over are the statuses that the second generation leaves out of its list.
var over = []string{"COMPLETED", "TERMINATED", "REJECTED", "FAILED", "DELETION_FAILED", "TERMINATION_FAILED", "FAILED_OSM_REMOVED"}

func (s *Server) deployments(who user, status string) []record {
	found := []record{}
	for _, d := range s.list {
		text, _ := d["status"].(string)
		switch {
		case !who.admin && !owned(d, who):
		case s.generation == Second && status == "" && slices.Contains(over, text):
		case status != "" && status != text:
		default:
			found = append(found, s.shown(d))
		}
	}
	return found
}

func owned(d record, who user) bool {
	owner, _ := d["owner"].(record)
	return owner["username"] == who.fields["username"]
}

// shown is a record as its generation writes it.
func (s *Server) shown(d record) record {
	d = maps.Clone(d)
	delete(d, "since")
	if s.generation == Second {
		d["scheduledStartDate"], d["scheduledEndDate"] = nil, nil
		if start, ok := instant(d["startDate"]); ok {
			d["scheduledStartDate"] = start.Truncate(24 * time.Hour).Format(time.RFC3339)
		}
		if end, ok := instant(d["endDate"]); ok {
			d["scheduledEndDate"] = end.Truncate(24 * time.Hour).Add(24*time.Hour - time.Second).Format(time.RFC3339)
		}
	}
	return d
}

// instant reads a date of a record: milliseconds, or ISO 8601.
func instant(v any) (time.Time, bool) {
	switch x := v.(type) {
	case int64:
		return time.UnixMilli(x).UTC(), true
	case json.Number:
		ms, err := x.Int64()
		return time.UnixMilli(ms).UTC(), err == nil
	case string:
		at, err := time.Parse(time.RFC3339Nano, x)
		return at.UTC(), err == nil
	}
	return time.Time{}, false
}

// stored turns the dates of a record into what the server answers: milliseconds.
func (s *Server) stored(d record, names ...string) {
	for _, name := range names {
		at, ok := instant(d[name])
		if !ok {
			d[name] = nil
			continue
		}
		d[name] = at.UnixMilli()
	}
}

// create makes a deployment of whoever is logged in.
func (s *Server) create(who user, raw []byte) reply {
	d, err := decode(raw)
	if err != nil {
		return reply{http.StatusBadRequest, "cannot read it"}
	}
	s.serial++
	d["id"], d["uuid"], d["dateCreated"], d["owner"], d["status"] = s.serial, s.uuid(), s.clock().UnixMilli(), who.fields, "UNDER_REVIEW"
	for _, name := range []string{"startReqHour", "startReqMinute", "endReqHour", "endReqMinute"} {
		delete(d, name)
	}
	fields := []string{"description", "feedback", "startDate", "endDate"}
	if s.generation == Second {
		fields = append(fields, "mentor", "infrastructureForAll", "instanceId", "operationalStatus", "configStatus", "detailedStatus", "constituentVnfrIps")
	}
	for _, name := range fields {
		if _, has := d[name]; !has {
			d[name] = nil
		}
	}
	s.stored(d, "startReqDate", "endReqDate", "startDate", "endDate")
	s.list = append(s.list, d)
	return reply{200, s.shown(d)}
}

func (s *Server) find(id string) (record, int) {
	for i, d := range s.list {
		if fmt.Sprint(d["id"]) == id {
			return d, i
		}
	}
	return nil, -1
}

// deployment reads, changes or deletes one.
func (s *Server) deployment(method, id string, who user, raw []byte) reply {
	if _, err := strconv.ParseInt(id, 10, 64); err != nil {
		return reply{http.StatusNotFound, ""}
	}
	d, i := s.find(id)
	switch {
	case method == http.MethodPut:
		return s.change(id, who, raw)
	case i < 0 || !who.admin && !owned(d, who):
		return reply{http.StatusNotFound, ""}
	case method == http.MethodGet:
		return reply{200, s.shown(d)}
	case method == http.MethodDelete:
		s.list = slices.Delete(s.list, i, i+1)
		return reply{200, nil}
	}
	return reply{http.StatusMethodNotAllowed, ""}
}

// change changes a deployment: the one that the body names, whatever the path says.
func (s *Server) change(path string, who user, raw []byte) reply {
	in, err := decode(raw)
	if err != nil {
		return reply{http.StatusBadRequest, "cannot read it"}
	}
	if !who.admin {
		return reply{http.StatusNotAcceptable, notAdmin}
	}
	if fmt.Sprint(in["id"]) != path {
		s.wrongs = append(s.wrongs, fmt.Sprintf("PUT of %s changes %v", path, in["id"]))
	}
	d, i := s.find(fmt.Sprint(in["id"]))
	if i < 0 {
		return reply{http.StatusNotFound, ""}
	}
	for name := range d {
		if _, has := in[name]; !has && name != "since" {
			s.wrongs = append(s.wrongs, fmt.Sprintf("PUT of %s loses %s", path, name))
		}
	}
	if s.generation == First {
		return s.merge(d, in)
	}
	return s.step(d, in)
}

// merge stores the whole of what came, as the first generation does, and mails the owner every time.
func (s *Server) merge(d, in record) reply {
	status, _ := in["status"].(string)
	if !slices.Contains([]string{"UNDER_REVIEW", "SCHEDULED", "REJECTED", "RUNNING", "COMPLETED"}, status) {
		return reply{http.StatusBadRequest, "not one of the statuses"}
	}
	s.stored(in, "startReqDate", "endReqDate", "startDate", "endDate", "dateCreated")
	in["id"] = d["id"]
	for name, v := range in {
		if name != "owner" && name != "uuid" {
			d[name] = v
		}
	}
	s.mails = append(s.mails, fmt.Sprintf("%v: %v", d["id"], d["status"]))
	return reply{200, s.shown(d)}
}

// step stores what the second generation lets be changed, and does what a status asks for.
func (s *Server) step(d, in record) reply {
	from, _ := d["status"].(string)
	to, _ := in["status"].(string)
	free := d["instanceId"] == nil
	switch {
	case to == from:
	case (to == "SCHEDULED" || to == "RUNNING" || to == "REJECTED") && free, to == "COMPLETED" && !free:
	default:
		return reply{http.StatusNotAcceptable, "Inconsistent status change"}
	}
	s.stored(in, "startDate", "endDate")
	for _, name := range []string{"name", "feedback", "startDate", "endDate"} {
		d[name] = in[name]
	}
	switch {
	case to == from:
	case to == "RUNNING":
		s.launch(d)
	case to == "COMPLETED":
		s.set(d, "TERMINATING", "Deleting ns at RO")
	default:
		d["status"] = to
	}
	return reply{200, s.shown(d)}
}

// launch instantiates a deployment in the portal's OSM.
func (s *Server) launch(d record) {
	id, _ := strconv.ParseInt(fmt.Sprint(d["id"]), 10, 64)
	if s.launched[id]++; s.launched[id] > 1 {
		s.wrongs = append(s.wrongs, fmt.Sprintf("deployment %d was instantiated twice", id))
	}
	d["instanceId"] = s.uuid()
	s.set(d, "INSTANTIATING", "creating")
}

// set gives a deployment a status by a program, which overwrites the feedback.
func (s *Server) set(d record, status, detail string) {
	d["status"], d["detailedStatus"], d["feedback"], d["since"] = status, detail, detail, s.clock().UnixMilli()
	d["operationalStatus"], d["configStatus"] = strings.ToLower(status), "configured"
}

// advance does what is due: late work, and what the second generation's programs do every two minutes.
func (s *Server) advance() {
	now := s.clock()
	due := []late{}
	s.late = slices.DeleteFunc(s.late, func(x late) bool {
		if x.due.After(now) {
			return false
		}
		due = append(due, x)
		return true
	})
	for _, x := range due {
		x.work()
	}
	if s.generation != Second {
		return
	}
	for _, d := range s.list {
		s.automate(d, now)
	}
}

func (s *Server) automate(d record, now time.Time) {
	start, scheduled := instant(d["startDate"])
	end, _ := instant(d["endDate"])
	at, _ := instant(d["since"])
	waited := now.Sub(at) >= s.took
	switch d["status"] {
	case "SCHEDULED":
		if s.deploys && scheduled && now.After(start) {
			s.launch(d)
		}
	case "INSTANTIATING":
		if waited {
			s.set(d, "RUNNING", "done")
			d["constituentVnfrIps"] = "10.154.26.134, 10.154.26.135"
		}
	case "RUNNING":
		if s.deploys && scheduled && now.After(end) {
			s.set(d, "TERMINATING", "Deleting ns at RO")
		}
	case "TERMINATING":
		if waited {
			s.set(d, "TERMINATED", "Done")
			d["constituentVnfrIps"] = "N/A"
		}
	case "TERMINATED":
		if scheduled && now.After(end) {
			d["status"] = "COMPLETED"
		}
	}
}
