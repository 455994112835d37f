package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
	"berth/testbeds/plain"
)

// The 5GinFIRE portal's own description of a deployment, as its clients send and expect it. Unknown properties are ignored, as in
// the portal. The owner is the user who signed in, never a name from the document.

// portalTime is an instant in the portal's format: epoch milliseconds, or ISO 8601 with milliseconds. It is written as milliseconds.
type portalTime struct{ time.Time }

// UnmarshalJSON reads both forms. Fractions of a second must be zero.
func (t *portalTime) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, []byte("null")) {
		return nil
	}
	if text, err := strconv.Unquote(string(b)); err == nil {
		if t.Time, err = time.Parse(time.RFC3339, text); err != nil {
			return fmt.Errorf("%q is not a date: send epoch milliseconds or ISO 8601 such as 2026-12-10T00:00:00.000Z", clip(text))
		}
	} else {
		ms, err := strconv.ParseInt(string(b), 10, 64)
		if err != nil || ms < 0 || ms > 7_258_118_400_000 { // the year 2200
			return fmt.Errorf("%s is not a date: send epoch milliseconds or ISO 8601", clip(string(b)))
		}
		t.Time = time.UnixMilli(ms).UTC()
	}
	if t.Nanosecond() != 0 {
		return fmt.Errorf("%s: fractions of a second must be zero", clip(string(b)))
	}
	return nil
}

// MarshalJSON writes epoch milliseconds.
func (t portalTime) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, t.UnixMilli(), 10), nil
}

// clip shortens quotations in messages.
func clip(s string) string { return plain.Clip(s, 60) }

type portalUser struct {
	Username     string `json:"username,omitempty"`
	Name         string `json:"name,omitempty"`
	Organisation string `json:"organization,omitempty"`
	Email        string `json:"email,omitempty"`
}

type portalInfrastructure struct {
	Name         string `json:"name,omitempty"`
	Organisation string `json:"organization,omitempty"`
	Datacenter   string `json:"datacentername,omitempty"`
	VIM          string `json:"vimid,omitempty"`
}

type portalMember struct {
	Index json.Number `json:"membervnfIndex"`
	VNF   string      `json:"vnfdidRef"`
}

type portalPlacement struct {
	Member         portalMember          `json:"constituentVxF"`
	Infrastructure *portalInfrastructure `json:"infrastructure"`
}

type portalExperiment struct {
	Name    string         `json:"name"`
	Members []portalMember `json:"constituentVxF,omitempty"`
}

// deployment is the DeploymentDescriptor.
type deployment struct {
	ID          int64                 `json:"id"`
	UUID        string                `json:"uuid,omitempty"`
	Name        string                `json:"name"`
	Description string                `json:"description,omitempty"`
	Feedback    string                `json:"feedback,omitempty"`
	Status      string                `json:"status,omitempty"`
	Created     portalTime            `json:"dateCreated"`
	StartReq    portalTime            `json:"startReqDate"`
	EndReq      portalTime            `json:"endReqDate"`
	Start       portalTime            `json:"startDate"`
	End         portalTime            `json:"endDate"`
	ScheduledAt string                `json:"scheduledStartDate,omitempty"`
	ScheduledTo string                `json:"scheduledEndDate,omitempty"`
	Experiment  portalExperiment      `json:"experiment"`
	Owner       *portalUser           `json:"owner,omitempty"`
	Mentor      *portalUser           `json:"mentor,omitempty"`
	ForAll      *portalInfrastructure `json:"infrastructureForAll,omitempty"`
	Placements  []portalPlacement     `json:"vxfPlacements,omitempty"`

	kept map[string]json.RawMessage // as it was posted
	same []string                   // fields of it that still hold
}

// portalStatuses translates the status of a request. The portal has none for cancelled deployments, which it would delete: the nearest is
// REJECTED.
var portalStatuses = map[scheduler.Status]string{
	scheduler.UnderReview: "UNDER_REVIEW", scheduler.Scheduled: "SCHEDULED", scheduler.Instantiating: "INSTANTIATING", scheduler.Running: "RUNNING",
	scheduler.Terminating: "TERMINATING", scheduler.Completed: "COMPLETED", scheduler.Rejected: "REJECTED", scheduler.Cancelled: "REJECTED", scheduler.Failed: "FAILED",
}

// PortalStatus translates the status of a request; known is false if the portal has no word for it.
func PortalStatus(s scheduler.Status) (word string, known bool) {
	word, known = portalStatuses[s]
	return word, known
}

// maxPlacements bounds the placements read from a descriptor.
const maxPlacements = 200

// submission translates the descriptor into a request: the NSD by its name, and each member on the VIM of its
// infrastructure.
func (d deployment) submission(f testbeds.Facility) (scheduler.Submission, error) {
	e := &scheduler.Error{Code: scheduler.CodeInvalid, Message: "the deployment descriptor breaks a rule"}
	add := func(field, rule string) { e.Fields = append(e.Fields, scheduler.FieldError{Field: field, Rule: rule}) }
	in := scheduler.Submission{Name: d.Name, Description: d.Description}
	in.NSD, in.Placement = d.Experiment.Name, testbeds.Placement{}
	if in.NSD == "" {
		add("experiment.name", "must name the NSD")
	}
	if d.StartReq.IsZero() {
		add("startReqDate", "is missing")
	}
	if d.EndReq.IsZero() {
		add("endReqDate", "is missing")
	}
	if d.Mentor != nil {
		in.Mentor = d.Mentor.Username
	}
	in.Slot = daysOf(d.StartReq, d.EndReq)
	put := func(field, member string, i *portalInfrastructure) {
		where, rule := f.Locate(testbeds.Infrastructure{Account: i.VIM, Datacenter: i.Datacenter, Name: i.Name})
		if rule != "" {
			add(field, rule)
		}
		in.Placement[member] = where
	}
	if d.ForAll != nil {
		put("infrastructureForAll", testbeds.PlaceAll, d.ForAll)
	}
	if len(d.Placements) > maxPlacements {
		add("vxfPlacements", "at most 200")
	}
	for i, p := range d.Placements[:min(len(d.Placements), maxPlacements)] {
		field := fmt.Sprintf("vxfPlacements[%d].infrastructure", i)
		if p.Infrastructure == nil {
			add(field, "is missing")
			continue
		}
		put(field, p.Member.Index.String(), p.Infrastructure)
	}
	if len(e.Fields) > 0 {
		return in, e
	}
	return in, nil
}

// descriptor translates a request into the portal's deployment.
func descriptor(r scheduler.Request, f testbeds.Facility, remark string) deployment {
	d := deployment{ID: r.Number, UUID: r.ID, Name: r.Name, Description: r.Description, Feedback: remark, Status: portalStatuses[r.Status],
		Created: portalTime{r.Created}, StartReq: portalTime{r.Slot.Start}, EndReq: portalTime{r.Slot.End},
		Experiment: portalExperiment{Name: r.NSD}, Owner: &portalUser{Username: r.Experimenter, Organisation: r.Organisation}}
	var asked deployment
	if len(r.Portal) > 0 && json.Unmarshal(r.Portal, &asked) == nil {
		d.StartReq, d.EndReq = asked.StartReq, asked.EndReq
	}
	if r.Requested != nil && !r.Requested.Equal(daysOf(d.StartReq, d.EndReq)) { // the slot was edited since the post
		d.StartReq, d.EndReq = portalTime{r.Requested.Start}, portalTime{r.Requested.End}
	}
	if r.Mentor != "" {
		d.Mentor = &portalUser{Username: r.Mentor}
	}
	if s := r.Scheduled; s != nil {
		d.Start, d.End = portalTime{s.Start}, portalTime{s.End}
		// The portal shows whole days: from the first midnight to the last second.
		d.ScheduledAt = s.Start.UTC().Truncate(24 * time.Hour).Format(time.RFC3339)
		d.ScheduledTo = s.End.UTC().Truncate(24 * time.Hour).Add(24*time.Hour - time.Second).Format(time.RFC3339)
	}
	for _, c := range r.Components {
		m := memberOf(c.Member, c.VNF)
		d.Experiment.Members = append(d.Experiment.Members, m)
		d.Placements = append(d.Placements, portalPlacement{m, infrastructure(r.Placement[c.Member], f)})
	}
	d.keep(r, f)
	return d
}

// memberOf names a member as the portal does, which accepts only numbers.
func memberOf(index, vnf string) portalMember {
	if _, err := strconv.Atoi(index); err != nil {
		index = "0"
	}
	return portalMember{Index: json.Number(index), VNF: vnf}
}

func infrastructure(where string, f testbeds.Facility) *portalInfrastructure {
	testbed, vim, _ := strings.Cut(where, "/")
	t, _ := f.Testbed(testbed)
	v, _ := t.VIM(vim)
	i := &portalInfrastructure{Name: where, Organisation: t.Organisation, Datacenter: v.Datacenter, VIM: v.Account}
	if i.Datacenter == "" {
		i.Datacenter = where
	}
	return i
}

func (a *api) portalRoutes() {
	type Posting struct {
		Repeatable
		RawBody []byte
	}
	type answered struct {
		Location string `header:"Location"`
		Body     deployment
	}
	add(a, operation{id: "create-deployment", raw: documents[:1], method: "POST", path: "/portal/deployments", tag: "portal", status: http.StatusCreated,
		summary: "Request a slot with the portal's DeploymentDescriptor",
		more:    "As in the portal, a slot that does not fit is submitted anyway, and the mentor sees the conflicts. With ?strict=true it is refused."},
		func(ctx context.Context, actor account.Actor, in *struct {
			Posting
			Strict bool `query:"strict"`
		}) (*answered, error) {
			d, err := a.postDeployment(ctx, actor, in.RawBody, !in.Strict, in.creation("deployment", in.RawBody))
			return &answered{prefix + "/portal/deployments/" + d.UUID, d}, err
		})
	add(a, operation{id: "get-deployment", method: "GET", path: "/portal/deployments/{id}", tag: "portal", summary: "Show a request as a deployment of the portal"},
		func(ctx context.Context, actor account.Actor, in *One) (*body[deployment], error) {
			return a.deployment(ctx, actor, in.ID)
		})
	type putting struct {
		One
		RawBody []byte
	}
	add(a, operation{id: "edit-deployment", raw: documents[:1], method: "PUT", path: "/portal/deployments/{id}", tag: "portal", summary: "Change a deployment as in the portal",
		more: "For the mentor and administrators: status SCHEDULED (at startDate and endDate, or as requested), REJECTED, RUNNING or COMPLETED, with the checks of each step; the same status with other " +
			"dates moves the request. Text added below the existing feedback becomes a remark, and the reason of a rejection."},
		func(ctx context.Context, actor account.Actor, in *putting) (*body[deployment], error) {
			return a.putDeployment(ctx, actor, in.ID, in.RawBody)
		})
	type array struct {
		Link string `header:"Link"`
		Body []deployment
	}
	type deployments struct {
		Paged
		Status []scheduler.Status `query:"status"`
	}
	add(a, operation{id: "list-deployments", method: "GET", path: "/portal/deployments", tag: "portal", summary: "List the requests as deployments of the portal, newest first"},
		func(ctx context.Context, actor account.Actor, in *deployments) (*array, error) {
			f, _, err := a.service.Facility(ctx, actor)
			if err != nil {
				return nil, err
			}
			page, err := a.service.List(ctx, actor, scheduler.RequestFilter{Status: in.Status, Limit: in.Limit}, in.Cursor)
			out := &array{Link: next(page.Next, "/portal/deployments", in.query(withStatuses(url.Values{}, in.Status))), Body: []deployment{}}
			for _, r := range page.Items {
				out.Body = append(out.Body, descriptor(r, f, ""))
			}
			return out, err
		})
}

// postDeployment makes a request of a descriptor.
func (a *api) postDeployment(ctx context.Context, actor account.Actor, raw []byte, anyway bool, once scheduler.Creation) (deployment, error) {
	f, _, err := a.service.Facility(ctx, actor)
	if err != nil {
		return deployment{}, err
	}
	d, err := readDeployment(raw)
	if err != nil {
		return deployment{}, err
	}
	s, err := d.submission(f)
	if err != nil {
		return deployment{}, err
	}
	s.Anyway, s.Creation = anyway, once
	if s.Portal, err = censored(raw); err != nil {
		return deployment{}, err
	}
	out, err := a.service.Submit(ctx, actor, s)
	return descriptor(out.Request, f, ""), err
}

// putDeployment changes a request to what a descriptor says. The portal chooses the deployment by the id in the descriptor; here that must be the one
// of the address.
func (a *api) putDeployment(ctx context.Context, actor account.Actor, id string, raw []byte) (*body[deployment], error) {
	d, err := readDeployment(raw)
	if err != nil {
		return nil, err
	}
	v, err := a.service.Get(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	if d.ID != 0 && d.ID != v.Number {
		return nil, invalid("id", fmt.Sprintf("must be %d, as in the address", v.Number))
	}
	if err := a.changeDeployment(ctx, actor, v, d); err != nil {
		return nil, err
	}
	return a.deployment(ctx, actor, id)
}

// deployment reads a request as a deployment of the portal, with its feedback.
func (a *api) deployment(ctx context.Context, actor account.Actor, id string) (*body[deployment], error) {
	f, _, err := a.service.Facility(ctx, actor)
	if err != nil {
		return nil, err
	}
	v, err := a.service.Get(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	page, err := a.service.Feedback(ctx, actor, id, "", 500)
	return answer(descriptor(v.Request, f, thread(page.Items))), err
}

// readDeployment decodes a descriptor and ignores unknown properties.
func readDeployment(raw []byte) (deployment, error) {
	var d deployment
	if err := shallow(raw); err != nil {
		return d, err
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return d, malformed(err)
	}
	return d, nil
}

// thread joins the feedback into the portal's one text: each remark with its author and time.
func thread(list []scheduler.Feedback) string {
	var b strings.Builder
	for _, f := range list {
		fmt.Fprintf(&b, "%s, %s: %s\n", f.At.UTC().Format(time.RFC3339), f.Author, f.Text)
	}
	return strings.TrimSpace(b.String())
}
