package orders

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"berth/internal/intake"
	"berth/internal/portal"
	"berth/internal/remote"
	"berth/scheduler"
	"berth/testbeds"
)

// Via begins how histories call a portal, before its name.
const Via = "portal"

// Orders is a portal's desk of orders.
type Orders struct{ client *portal.Client }

// New makes it.
func New(c *portal.Client) *Orders { return &Orders{c} }

// Orders lists the deployments.
func (o *Orders) Orders(ctx context.Context) ([]intake.Order, error) {
	found, err := o.client.Deployments(ctx)
	list := make([]intake.Order, 0, len(found))
	for i, d := range found {
		if d.ID <= 0 { // it cannot even be named
			d.Fault = fmt.Sprintf("record %d of the list: %s", i+1, d.Fault)
		}
		list = append(list, o.order(d))
	}
	return list, err
}

// Order reads one deployment.
func (o *Orders) Order(ctx context.Context, key string) (intake.Order, bool, error) {
	id, err := strconv.ParseInt(key, 10, 64)
	if err != nil {
		return intake.Order{}, false, nil
	}
	d, err := o.client.Deployment(ctx, id)
	if e, ok := portal.AsError(err); ok && e.IsMissing() {
		return intake.Order{}, false, nil
	}
	if err != nil {
		return intake.Order{}, false, err
	}
	return o.order(d), true, nil
}

// Fault explains an error.
func (o *Orders) Fault(err error) intake.Fault {
	e, ok := portal.AsError(err)
	if !ok {
		return intake.Fault{}
	}
	f := intake.Fault{Text: e.Error(), Remedy: e.Remedy(), SignIn: e.IsSignIn(), Temporary: e.Temporary(), Open: e.Open()}
	if e.Outage() {
		f.Outage = f.Text
	}
	return f
}

// order reads a record as an order.
func (o *Orders) order(d portal.Deployment) intake.Order {
	x := intake.Order{Key: strconv.FormatInt(d.ID, 10), URL: o.client.Page(d.ID), Name: d.Name, Word: string(d.Status), Status: meanings[d.Status], Problem: d.Fault, Record: d}
	if d.Fault != "" {
		return x
	}
	x.Description, x.Design, x.Created, x.Feedback, x.Detail = d.Description, strings.TrimSpace(d.Experiment.Name), d.Created.Time, d.Feedback, failed(d)
	x.Spoken, x.Runs = spoken(d), runs(d)
	x.Owner, x.Mentor = party(d.Owner), party(d.Mentor)
	x.Places, x.Facts = places(d), facts(d)
	x.Requested = slotOf(d, d.StartReq, d.EndReq)
	if !d.Start.IsZero() {
		x.Scheduled = new(slotOf(d, d.Start, d.End))
	}
	if x.Requested.Duration() == 0 {
		x.Problem = "endReqDate is not after startReqDate"
	}
	x.Raw, _ = d.Public() // a record that was read can be written
	return x
}

func party(u *portal.User) intake.Party {
	if u == nil {
		return intake.Party{}
	}
	return intake.Party{Name: u.Name, Email: strings.TrimSpace(u.Email), Organisation: u.Organisation}
}

// slotOf returns the slot of two dates. The forms of the first generation have days only: a slot that begins and ends on the same date is that whole
// day.
func slotOf(d portal.Deployment, start, end portal.Date) testbeds.Slot {
	s := testbeds.Slot{Start: start.UTC(), End: end.UTC()}
	if s.Start.Equal(s.End) && !d.Later() {
		s.End = s.End.Add(24 * time.Hour)
	}
	return s
}

// spoken reports whether the feedback is a program's text: the second generation overwrites people's with what OSM says.
func spoken(d portal.Deployment) bool {
	said := strings.TrimSpace(d.Feedback)
	return d.Later() && said != "" && (said == strings.TrimSpace(d.Detail) || strings.HasPrefix(said, "OSM") && strings.Contains(said, "communication failed"))
}

// failed says why a deployment failed, as the portal's programs do.
func failed(d portal.Deployment) string {
	switch d.Status {
	case portal.Failed, portal.TerminationFailed, portal.DeletionFailed:
		return remote.Clip(d.Detail)
	case portal.RemovedInOSM:
		return remote.Clip("it was removed in OSM " + d.Detail)
	}
	return ""
}

// places says where members are to run.
func places(d portal.Deployment) (list []intake.Place) {
	if d.ForAll != nil && (d.ForAll.Name != "" || d.ForAll.VIM != "" || d.ForAll.Datacenter != "") {
		list = append(list, place(testbeds.PlaceAll, *d.ForAll))
	}
	for _, p := range d.Placements {
		list = append(list, place(p.Member.Index.String(), *p.Infrastructure))
	}
	return list
}

func place(member string, i portal.Infrastructure) intake.Place {
	p := intake.Place{Member: member, Account: i.VIM, Datacenter: i.Datacenter}
	if i.Name != "" {
		p.Names = append(p.Names, i.Name)
	}
	if i.ID > 0 {
		p.Names = append(p.Names, strconv.FormatInt(i.ID, 10))
	}
	return p
}

// facts lists what the portal and its orchestrator know of a deployment.
func facts(d portal.Deployment) (list []intake.Fact) {
	add := func(name, value string) {
		if value = remote.Clip(value); value != "" && value != "N/A" {
			list = append(list, intake.Fact{Name: name, Value: value})
		}
	}
	add("uuid", d.UUID)
	for _, x := range d.Experiment.Descriptors[:min(len(d.Experiment.Descriptors), 10)] {
		add(strings.TrimSpace("deployId "+x.Provider.Name), x.DeployID)
	}
	add("instanceId", d.Instance)
	add("operationalStatus", d.Operational)
	add("configStatus", d.Config)
	add("detailedStatus", d.Detail)
	add("constituentVnfrIps", d.IPs)
	for _, p := range d.Placements {
		i := p.Infrastructure
		add("infrastructure of "+p.Member.Index.String(), fmt.Sprintf("%s (%d) %s", i.Name, i.ID, i.VIM))
	}
	if d.Mentor != nil {
		add("mentor", strings.TrimSpace(d.Mentor.Name+" "+d.Mentor.Email))
	}
	return list
}

// meanings says what each status of the portal stands for. A service that is TERMINATED is no more; one whose termination or deletion failed may still
// hold machines.
var meanings = map[portal.Status]scheduler.Status{
	portal.UnderReview: scheduler.UnderReview, portal.Scheduled: scheduler.Scheduled, portal.Rejected: scheduler.Rejected, portal.Running: scheduler.Running,
	portal.Completed: scheduler.Completed, portal.Instantiating: scheduler.Instantiating, portal.Failed: scheduler.Failed, portal.Terminating: scheduler.Terminating,
	portal.Terminated: scheduler.Completed, portal.TerminationFailed: scheduler.Terminating, portal.RemovedInOSM: scheduler.Failed, portal.DeletionFailed: scheduler.Terminating,
}

// runs reports whether the portal has a network service for the deployment that may hold machines.
func runs(d portal.Deployment) bool {
	if !d.Later() || d.Instance == "" {
		return false
	}
	switch d.Status {
	case portal.Instantiating, portal.Running, portal.Terminating, portal.TerminationFailed:
		return true
	}
	return false
}
