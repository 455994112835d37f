package osmtest

import (
	"net/http"
	"regexp"
	"slices"
	"time"
)

// Outcome is how an operation ends.
type Outcome struct {
	Failure string // empty: well
	Runs    bool   // the machines run although it failed: a charm did not
}

// service is a network service with its operations.
type service struct {
	id, name, nsd, nsdID, account string
	members                       []any
	created                       time.Time
	row                           row
	ops                           []*operation
	vanish                        time.Time // when its record is removed; zero: never
	gone                          bool
}

// row is what shows of a service's state.
type row struct{ state, operational, config, detailed, current, description, detail, admin string }

type operation struct {
	id, kind, state, detail, message, stage string
	began, changed                          time.Time
	remove                                  bool // autoremove
}

// SetOutcome says how each operation ends, by the name of the service and the kind of operation.
func (s *Server) SetOutcome(outcome func(name, kind string) Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outcome = outcome
}

// advance brings everything to the present, what came late at its moment.
func (s *Server) advance() {
	now := s.clock()
	for len(s.late) > 0 && !now.Before(s.late[0].due) {
		x := s.late[0]
		s.late = s.late[1:]
		s.moment = x.due
		s.progress(x.due)
		x.work()
		s.moment = time.Time{}
	}
	s.progress(now)
}

// progress brings all operations to a moment.
func (s *Server) progress(now time.Time) {
	for _, x := range s.services {
		for _, o := range x.ops {
			if o.state == "PROCESSING" {
				s.work(x, o, now)
				break // the next one waits
			}
		}
		if !x.vanish.IsZero() && !now.Before(x.vanish) {
			x.gone = true
		}
	}
	s.services = slices.DeleteFunc(s.services, func(x *service) bool { return x.gone })
}

// work shows an operation as far as it has come: at first the service shows its old state.
func (s *Server) work(x *service, o *operation, now time.Time) {
	passed := now.Sub(o.began)
	end := o.began.Add(s.took)
	switch {
	case passed >= s.took:
		s.finish(x, o, end)
	case passed < s.took/8:
	case o.kind == "terminate":
		x.row.state, x.row.operational, x.row.config, x.row.current, x.row.description, x.row.detail = "TERMINATING", "terminating", "terminating", "TERMINATING", "", ""
		o.detail, o.stage = "Stage 1/3: prepare task.  ", "Stage 1/3: prepare task."
	case passed < 3*s.took/8:
		x.row = row{"BUILDING", "init", "init", "creating", "INSTANTIATING", "", "", "NOT_INSTANTIATED"}
		o.detail, o.stage = "Stage 1/5: preparation of the environment. Reading from database. ", "Stage 1/5: preparation of the environment."
	default:
		const two = "Stage 2/5: deployment of KDUs, VMs and execution environments."
		x.row = row{"BUILDING", "init", "init", two + " 0/1. VIM: (0/1)", "INSTANTIATING", "", "", "INSTANTIATED"}
		o.detail, o.stage = x.row.detailed, two
	}
}

// finish ends an operation.
func (s *Server) finish(x *service, o *operation, at time.Time) {
	var out Outcome
	if s.outcome != nil {
		out = s.outcome(x.name, o.kind)
	}
	o.state, o.stage, o.changed, o.detail = "COMPLETED", "", at, "Done"
	if out.Failure != "" {
		o.state, o.detail = "FAILED", out.Failure
	}
	switch {
	case o.kind == "terminate" && out.Failure == "":
		x.row = row{"NOT_INSTANTIATED", "terminated", "terminating", "Done", "IDLE", "", "", "NOT_INSTANTIATED"}
		if o.remove {
			x.vanish = at.Add(5 * time.Second)
		}
	case o.kind == "terminate":
		o.message = "Stage 3/3 Detail: " + out.Failure
		x.row = row{"BROKEN", "failed", "terminating", "Operation: TERMINATING Detail: " + out.Failure, "IDLE", "Operation: TERMINATING." + o.id + ", Stage 3/3.", out.Failure, "INSTANTIATED"}
		if s.release == Five { // it stays as it is: only the operation shows the failure
			x.row = row{"", "terminating", "terminating", "Deletion errors " + out.Failure, "", "", "", "INSTANTIATED"}
		}
	case out.Failure == "":
		x.row = row{"READY", "running", "configured", "Done", "IDLE", "", "", "INSTANTIATED"}
	default:
		o.message = "Stage 2/5 Detail: " + out.Failure
		operational, config := "failed", "configured"
		if out.Runs {
			operational, config = "running", "failed"
		}
		description := "Operation: INSTANTIATING." + o.id + ", Stage 2/5"
		x.row = row{"BROKEN", operational, config, description + " Detail: " + out.Failure, "IDLE", description, out.Failure, "INSTANTIATED"}
	}
	for _, next := range x.ops {
		if next.state == "PROCESSING" {
			next.began = at
			break
		}
	}
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func stamp(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

// record shows a service as the release does.
func (s *Server) record(x *service) map[string]any {
	r := map[string]any{"_id": x.id, "id": x.id, "name": x.name, "name-ref": x.name, "short-name": x.name, "admin-status": "ENABLED", "datacenter": x.account,
		"nsd-ref": x.nsd, "nsd-id": x.nsdID, "operational-status": x.row.operational, "config-status": x.row.config, "detailed-status": x.row.detailed,
		"_admin": map[string]any{"nsState": x.row.admin, "created": stamp(x.created), "nslcmop": nil}}
	if s.release == Five {
		r["crete-time"] = stamp(x.created)
		return r
	}
	r["nsState"], r["currentOperation"], r["currentOperationID"] = x.row.state, x.row.current, nil
	r["errorDescription"], r["errorDetail"] = orNull(x.row.description), orNull(x.row.detail)
	r["create-time"], r["deploymentStatus"], r["configurationStatus"] = stamp(x.created), nil, nil
	r["nsd"] = map[string]any{"id": x.nsd, "_id": x.nsdID, "name": x.nsd}
	r["instantiate_params"] = map[string]any{"nsName": x.name, "nsdId": x.nsdID, "vimAccountId": x.account}
	return r
}

func (s *Server) operations(of string) []map[string]any {
	list := []map[string]any{}
	for _, x := range s.services {
		for _, o := range x.ops {
			if of != "" && x.id != of {
				continue
			}
			changed := o.changed
			if changed.IsZero() {
				changed = o.began
			}
			list = append(list, map[string]any{"_id": o.id, "id": o.id, "nsInstanceId": x.id, "lcmOperationType": o.kind, "operationState": o.state, "startTime": stamp(o.began),
				"statusEnteredTime": stamp(changed), "detailed-status": orNull(o.detail), "errorMessage": orNull(o.message), "stage": orNull(o.stage), "queuePosition": 0,
				"isAutomaticInvocation": false, "isCancelPending": false})
		}
	}
	return list
}

func (s *Server) find(id string) *service {
	for _, x := range s.services {
		if x.id == id {
			return x
		}
	}
	return nil
}

func (s *Server) collection(r *http.Request, body map[string]any) reply {
	switch r.Method {
	case http.MethodGet:
		list := []map[string]any{}
		for _, x := range s.services {
			list = append(list, s.record(x))
		}
		return reply{status: 200, body: where(list, "name", r.URL.Query().Get("name"))}
	case http.MethodPost:
		return s.create(body)
	}
	return refuse(http.StatusMethodNotAllowed, "Method not allowed")
}

// properties lists what a creation may name.
var properties = []string{"nsName", "nsDescription", "nsdId", "vimAccountId", "vnf", "lcmOperationType", "nsInstanceId"}

var nsNames = regexp.MustCompile(`^[^,;()'"]+$`)

func (s *Server) create(body map[string]any) reply {
	if bad := invalid(body); bad.status != 0 {
		return bad
	}
	i := slices.IndexFunc(s.nsds, func(d map[string]any) bool { return d["_id"] == body["nsdId"] })
	if i < 0 {
		return refuse(http.StatusNotFound, "Not found any nsd with filter='{'_id': '%s'}'", body["nsdId"])
	}
	name, _ := body["nsName"].(string)
	account, _ := body["vimAccountId"].(string) // an unknown one is taken
	members, _ := body["vnf"].([]any)
	x := s.add(name, s.nsds[i]["id"].(string), account)
	x.nsdID, x.members = s.nsds[i]["_id"].(string), members
	said := map[string]any{"id": x.id}
	if s.release == Nineteen {
		said["_id"] = x.id
	}
	return reply{status: http.StatusCreated, location: "/osm/nslcm/v1/ns_instances/" + x.id, body: said}
}

func invalid(body map[string]any) reply {
	for name := range body {
		if !slices.Contains(properties, name) {
			return refuse(http.StatusUnprocessableEntity, "Format error: Additional properties are not allowed ('%s' was unexpected)", name)
		}
	}
	name, _ := body["nsName"].(string)
	if !nsNames.MatchString(name) || len(name) > 255 {
		return refuse(http.StatusUnprocessableEntity, "Format error at 'nsName' ''%s' does not match '^[^,;()'\"]+$''", name)
	}
	return reply{}
}

func (s *Server) add(name, nsd, account string) *service {
	x := &service{id: s.id(), name: name, nsd: nsd, account: account, created: s.present(), row: row{"NOT_INSTANTIATED", "init", "init", "scheduled", "IDLE", "", "", "NOT_INSTANTIATED"}}
	s.services = append(s.services, x)
	return x
}

func (s *Server) instance(r *http.Request, path []string, body map[string]any) reply {
	x := s.find(path[0])
	if x == nil {
		return refuse(http.StatusNotFound, "database exception database exception Not found entry with filter='{'_admin.projects_read.cont': ['ANY'], '_id': '%s'}'", path[0])
	}
	switch {
	case r.Method == http.MethodGet && len(path) == 1:
		return reply{status: 200, body: s.record(x)}
	case r.Method == http.MethodDelete && len(path) == 1:
		return s.remove(x, r.URL.Query().Get("FORCE") == "TRUE")
	case r.Method == http.MethodPost && len(path) == 2 && path[1] == "instantiate":
		return s.instantiate(x, body)
	case r.Method == http.MethodPost && len(path) == 2 && path[1] == "terminate":
		return s.terminate(x, body["autoremove"] == true)
	}
	return refuse(http.StatusMethodNotAllowed, "Method not allowed")
}

func (s *Server) instantiate(x *service, body map[string]any) reply {
	if bad := invalid(body); bad.status != 0 {
		return bad
	}
	if x.row.admin == "INSTANTIATED" {
		return refuse(http.StatusConflict, "ns_instance '%s' cannot be 'instantiate' because it is already instantiated", x.id)
	}
	if slices.ContainsFunc(x.ops, func(o *operation) bool { return o.kind == "instantiate" && o.state == "PROCESSING" }) {
		s.doubles = append(s.doubles, x.name)
	}
	return s.begin(x, "instantiate", false)
}

func (s *Server) terminate(x *service, remove bool) reply {
	if x.row.admin != "INSTANTIATED" {
		return refuse(http.StatusConflict, "ns_instance '%s' cannot be 'terminate' because it is not instantiated", x.id)
	}
	return s.begin(x, "terminate", remove)
}

func (s *Server) begin(x *service, kind string, remove bool) reply {
	o := &operation{id: s.id(), kind: kind, state: "PROCESSING", began: s.present(), remove: remove}
	x.ops = append(x.ops, o)
	said := map[string]any{"id": o.id}
	status := http.StatusAccepted
	switch s.release {
	case Nineteen:
		said["nsName"] = x.name
	case Five:
		status = http.StatusCreated
	}
	return reply{status: status, location: "/osm/nslcm/v1/ns_lcm_op_occs/" + o.id, body: said}
}

func (s *Server) remove(x *service, force bool) reply {
	if x.row.admin == "INSTANTIATED" && !force {
		return refuse(http.StatusConflict, "nsr '%s' cannot be deleted because it is in 'INSTANTIATED' state. Launch 'terminate' operation first; or force deletion", x.id)
	}
	if x.row.admin == "INSTANTIATED" || slices.ContainsFunc(x.ops, func(o *operation) bool { return o.state == "PROCESSING" }) {
		s.orphans = append(s.orphans, x.name)
	}
	x.gone = true
	s.services = slices.DeleteFunc(s.services, func(y *service) bool { return y == x })
	return reply{status: http.StatusNoContent}
}
