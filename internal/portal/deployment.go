package portal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"berth/internal/remote"
)

// Status is a deployment's status. The first generation has five of them; all are manual there.
type Status string

const (
	UnderReview       Status = "UNDER_REVIEW"
	Scheduled         Status = "SCHEDULED"
	Rejected          Status = "REJECTED"
	Running           Status = "RUNNING"
	Completed         Status = "COMPLETED"
	Instantiating     Status = "INSTANTIATING"
	Failed            Status = "FAILED"
	Terminating       Status = "TERMINATING"
	Terminated        Status = "TERMINATED"
	TerminationFailed Status = "TERMINATION_FAILED"
	RemovedInOSM      Status = "FAILED_OSM_REMOVED"
	DeletionFailed    Status = "DELETION_FAILED"
)

// Statuses lists all statuses; the first five are those of the first generation.
var Statuses = []Status{UnderReview, Scheduled, Rejected, Running, Completed, Instantiating, Failed, Terminating, Terminated, TerminationFailed, RemovedInOSM, DeletionFailed}

// User is a person of the portal.
type User struct {
	ID           int64  `json:"id,omitempty"`
	Username     string `json:"username,omitempty"`
	Name         string `json:"name,omitempty"`
	Organisation string `json:"organization,omitempty"`
	Email        string `json:"email,omitempty"`
}

// Infrastructure is a VIM of the portal.
type Infrastructure struct {
	ID           int64  `json:"id,omitempty"`
	Name         string `json:"name,omitempty"`
	Organisation string `json:"organization,omitempty"`
	Datacenter   string `json:"datacentername,omitempty"`
	VIM          string `json:"vimid,omitempty"` // not in the first generation
}

// Member is a VNF of an experiment.
type Member struct {
	Index json.Number `json:"membervnfIndex"`
	VNF   string      `json:"vnfdidRef"`
}

// Placement says where a member runs.
type Placement struct {
	Member         Member          `json:"constituentVxF"`
	Infrastructure *Infrastructure `json:"infrastructure"`
}

// Descriptor tells where an experiment is onboarded.
type Descriptor struct {
	DeployID string `json:"deployId"`
	Provider struct {
		Name string `json:"name"`
	} `json:"obMANOprovider"`
}

// Experiment is the NSD of a deployment.
type Experiment struct {
	ID          int64        `json:"id,omitempty"`
	UUID        string       `json:"uuid,omitempty"`
	Name        string       `json:"name"`
	Members     []Member     `json:"constituentVxF"`
	Descriptors []Descriptor `json:"experimentOnBoardDescriptors"`
}

// Deployment is what somebody asked for: the portal's DeploymentDescriptor.
type Deployment struct {
	ID          int64           `json:"id"`
	UUID        string          `json:"uuid"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Feedback    string          `json:"feedback"`
	Status      Status          `json:"status"`
	Created     Date            `json:"dateCreated"`
	StartReq    Date            `json:"startReqDate"`
	EndReq      Date            `json:"endReqDate"`
	Start       Date            `json:"startDate"`
	End         Date            `json:"endDate"`
	Experiment  *Experiment     `json:"experiment"`
	Owner       *User           `json:"owner"`
	Mentor      *User           `json:"mentor"`
	ForAll      *Infrastructure `json:"infrastructureForAll"`
	Placements  []Placement     `json:"vxfPlacements"`

	Instance    string `json:"instanceId"`
	Operational string `json:"operationalStatus"`
	Config      string `json:"configStatus"`
	Detail      string `json:"detailedStatus"`
	IPs         string `json:"constituentVnfrIps"`

	// Raw is the whole record as the portal sent it, so that nothing of it is lost when it is put back.
	Raw map[string]json.RawMessage `json:"-"`
	// Fault says why the record cannot be believed, naming the field. Only ID and UUID count then.
	Fault string `json:"-"`
}

// Later reports whether the record is of the second generation: that writes fields which the first does not know.
func (d Deployment) Later() bool {
	for _, field := range []string{"instanceId", "operationalStatus", "detailedStatus", "mentor"} {
		if _, has := d.Raw[field]; has {
			return true
		}
	}
	return false
}

// Bounds of what a record may hold.
const (
	maxText    = 256 << 10 // bytes of a text
	maxLine    = 1000      // bytes of a name
	maxMembers = 200
)

// readDeployment reads one record. One that breaks a rule has a Fault.
func readDeployment(raw json.RawMessage) (d Deployment) {
	var named struct {
		ID   int64  `json:"id"`
		UUID string `json:"uuid"`
	}
	_ = json.Unmarshal(raw, &named)
	if err := json.Unmarshal(raw, &d); err != nil {
		return Deployment{ID: named.ID, UUID: named.UUID, Fault: wrong(err, raw)}
	}
	if err := json.Unmarshal(raw, &d.Raw); err != nil {
		return Deployment{ID: named.ID, UUID: named.UUID, Fault: "the record is no object"}
	}
	d.Fault = d.check()
	return d
}

// wrong names the field that could not be read.
func wrong(err error, raw json.RawMessage) string {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Sprintf("%s: %s is not what the portal writes there", clip(e.Field), clip(e.Value))
	}
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(raw, &fields)
	for _, name := range []string{"dateCreated", "startReqDate", "endReqDate", "startDate", "endDate"} {
		var d Date
		if v, has := fields[name]; has {
			if err := json.Unmarshal(v, &d); err != nil {
				return fmt.Sprintf("%s: %v", name, err)
			}
		}
	}
	return clip(err.Error())
}

// check returns the rule that a record breaks.
func (d Deployment) check() string {
	for field, text := range map[string]string{"name": d.Name, "uuid": d.UUID, "instanceId": d.Instance, "operationalStatus": d.Operational} {
		if len(text) > maxLine {
			return fmt.Sprintf("%s is longer than %d bytes", field, maxLine)
		}
	}
	for field, text := range map[string]string{"description": d.Description, "feedback": d.Feedback, "detailedStatus": d.Detail, "constituentVnfrIps": d.IPs} {
		if len(text) > maxText {
			return fmt.Sprintf("%s is longer than %d bytes", field, maxText)
		}
	}
	switch {
	case d.ID <= 0:
		return "id is missing"
	case !known(d.Status):
		return fmt.Sprintf("status: %q is none that the portal was seen to have", clip(string(d.Status)))
	case d.Experiment == nil || strings.TrimSpace(d.Experiment.Name) == "" || len(d.Experiment.Name) > maxLine:
		return "experiment.name: there is no experiment"
	case d.StartReq.IsZero():
		return "startReqDate is missing"
	case d.EndReq.IsZero():
		return "endReqDate is missing"
	case d.EndReq.Before(d.StartReq.Time):
		return "endReqDate is before startReqDate"
	case d.Start.IsZero() != d.End.IsZero():
		return "startDate and endDate are not set together"
	case d.End.Before(d.Start.Time):
		return "endDate is before startDate"
	case len(d.Placements) > maxMembers || len(d.Experiment.Members) > maxMembers:
		return fmt.Sprintf("vxfPlacements has more than %d members", maxMembers)
	}
	for i, p := range d.Placements {
		if p.Infrastructure == nil {
			return fmt.Sprintf("vxfPlacements[%d].infrastructure is missing", i)
		}
	}
	return ""
}

func known(s Status) bool {
	for _, x := range Statuses {
		if s == x {
			return true
		}
	}
	return false
}

// clip shortens quotations in messages.
func clip(s string) string {
	s = remote.Clip(s)
	if len(s) > 80 {
		s = strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}

// secrets are the fields of people that no record of theirs needs.
var secrets = []string{"apikey", "password", "currentSessionID"}

// Public returns a record without people's secrets, as it may be kept and shown.
func (d Deployment) Public() ([]byte, error) {
	raw, err := json.Marshal(d.Raw)
	if err != nil {
		return nil, err
	}
	return Censor(raw)
}

// Censor takes people's secrets out of a record.
func Censor(raw []byte) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var all any
	if err := dec.Decode(&all); err != nil {
		return nil, err
	}
	censor(all)
	return json.Marshal(all)
}

func censor(v any) {
	switch x := v.(type) {
	case map[string]any:
		for _, name := range secrets {
			delete(x, name)
		}
		for _, inner := range x {
			censor(inner)
		}
	case []any:
		for _, inner := range x {
			censor(inner)
		}
	}
}
