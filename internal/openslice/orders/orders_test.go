package orders

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"berth/internal/intake"
	"berth/internal/openslice"
	"berth/internal/openslice/openslicetest"
	"berth/scheduler"
	"berth/testbeds"
)

// bench is a portal over an Openslice, with a clock.
type bench struct {
	*openslicetest.Server
	portal *Portal
	at     time.Time
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{at: time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return b.at }
	b.Server = openslicetest.New(t, clock)
	c, err := openslice.New(openslice.Options{URL: b.URL + openslicetest.APIPath, TokenURL: b.URL + openslicetest.TokenPath, Client: openslicetest.Client, Secret: openslicetest.Secret, Clock: clock, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	b.portal = New(c, b.URL+openslicetest.APIPath, clock)
	return b
}

func (b *bench) wish(is ...string) openslicetest.Wish {
	w := openslicetest.Wish{Requester: "maeve", Email: "maeve@tcd.example", Start: b.at.Add(24 * time.Hour), End: b.at.Add(26 * time.Hour), Is: map[string]string{}}
	for i := 0; i+1 < len(is); i += 2 {
		w.Is[is[i]] = is[i+1]
	}
	return w
}

func (b *bench) order(t *testing.T, id string) intake.Order {
	t.Helper()
	o, there, err := b.portal.Order(t.Context(), id)
	if err != nil || !there {
		t.Fatalf("%v, %v", there, err)
	}
	return o
}

// TestWhatAnOrderAsksFor: an NSD, or components and devices from characteristics.
func TestWhatAnOrderAsksFor(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for name, c := range map[string]struct {
		service string
		is      []string
		want    string // "nsd | members with sizes | devices | places"
		problem string
	}{
		"by its specification": {service: "hello_world_nsd", want: "hello_world_nsd | | |"},
		"by a characteristic":  {service: "5G slice", is: []string{"NSD", "marathon_ns", "Color", "3"}, want: "marathon_ns | | |"},
		"an NSD and its place": {service: "x", is: []string{"NSD", "marathon_ns", "VIM", "wins-5g/iris"}, want: "marathon_ns | | | all@wins-5g/iris"},
		"a size":               {service: "VM", is: []string{"vCPU", "4", "Memory", "8 GB", "storage_gb", "20"}, want: " | 1:memory_mb=8192,storage_gb=20,vcpu=4 | |"},
		"other ways to say it": {service: "VM", is: []string{"CPUs", "2", "RAM MB", "512", "Disk", "0.5 TB", "gpus", "1"}, want: " | 1:gpus=1,memory_mb=512,storage_gb=512,vcpu=2 | |"},
		"memory in GB":         {service: "VM", is: []string{"memory-gb", "1.5"}, want: " | 1:memory_mb=1536 | |"},
		"several of one size":  {service: "VM", is: []string{"vcpu", "1", "instances", "2", "vim", "wins-5g/iris"}, want: " | 1:vcpu=1 2:vcpu=1 | | 1@wins-5g/iris 2@wins-5g/iris"},
		"a VNF":                {service: "x", is: []string{"vnf", "cirros_vnfd", "requires", "sdr, dpdk"}, want: " | 1:cirros_vnfd[sdr dpdk] | |"},
		"devices":              {service: "radio", is: []string{"devices", "wins-5g/usrp-n210=3, it-av/sim"}, want: " | | wins-5g/usrp-n210=3 it-av/sim=1 |"},
		"devices of a set":     {service: "radio", is: []string{"Devices", `[{"value":"wins-5g/usrp-n210=2","alias":"USRP"},{"value":"wins-5g/usrp-n210","alias":"one more"}]`}, want: " | | wins-5g/usrp-n210=3 |"},
		"a size and devices":   {service: "radio", is: []string{"vcpu", "1", "device", "wins-5g/usrp-n210"}, want: " | 1:vcpu=1 | wins-5g/usrp-n210=1 |"},
		"an empty value":       {service: "hello", is: []string{"vcpu", " "}, want: "hello | | |"},
		"nothing":              {problem: "names no NSD"},
		"no amount":            {service: "VM", is: []string{"Memory", "lots"}, problem: `orderItem[0] "Memory": "lots" is no amount`},
		"an unknown unit":      {service: "VM", is: []string{"Memory", "4 PB"}, problem: "is no amount"},
		"half a CPU":           {service: "VM", is: []string{"vcpu", "0.5"}, problem: "is no amount"},
		"a negative amount":    {service: "VM", is: []string{"vcpu", "-1"}, problem: "is no amount"},
		"beyond counting":      {service: "VM", is: []string{"storage", "999999999999 TB"}, problem: "is no amount"},
		"no instances":         {service: "VM", is: []string{"vcpu", "1", "instances", "0"}, problem: "must be from 1 to 100"},
		"too many":             {service: "VM", is: []string{"vcpu", "1", "instances", "101"}, problem: "must be from 1 to 100"},
		"a device of nowhere":  {service: "radio", is: []string{"devices", "usrp"}, problem: "is not like wins-5g/usrp-n210=2"},
		"no devices":           {service: "radio", is: []string{"devices", "a/b=0"}, problem: "is not like"},
		"an NSD and a size":    {service: "x", is: []string{"nsd", "a", "vcpu", "1"}, want: "a | | |"}, // the descriptor has the sizes
	} {
		w := b.wish(c.is...)
		w.Service = c.service
		o := b.order(t, b.Order(w))
		if c.problem != "" {
			if !strings.Contains(o.Problem, c.problem) {
				t.Errorf("%s: %q, want %q", name, o.Problem, c.problem)
			}
			continue
		}
		if got := summary(o); o.Problem != "" || tight(got) != tight(c.want) {
			t.Errorf("%s: %q, want %q; %s", name, got, c.want, o.Problem)
		}
	}
}

// tight leaves single spaces.
func tight(text string) string { return strings.Join(strings.Fields(text), " ") }

func summary(o intake.Order) string {
	parts := make([]string, 4)
	parts[0] = o.Design
	var members, devices, places []string
	for _, c := range o.Components {
		text := c.Member + ":" + c.VNF
		var sizes []string
		for q, n := range c.Size {
			sizes = append(sizes, fmt.Sprintf("%s=%d", q, n))
		}
		slices.Sort(sizes)
		text += strings.Join(sizes, ",")
		if len(c.Requires) > 0 {
			text += fmt.Sprint(c.Requires)
		}
		members = append(members, text)
	}
	for _, d := range o.Devices {
		devices = append(devices, fmt.Sprintf("%s/%s=%d", d.Testbed, d.Device, d.Count))
	}
	for _, p := range o.Places {
		places = append(places, p.Member+"@"+p.Datacenter)
	}
	parts[1], parts[2], parts[3] = strings.Join(members, " "), strings.Join(devices, " "), strings.Join(places, " ")
	return strings.Join(parts, " | ")
}

// TestAnOrderIsReadWhole: whose it is, when, and what was said.
func TestAnOrderIsReadWhole(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := b.wish("NSD", "hello_world_nsd")
	w.Description, w.Note, w.Organisation, w.Service = "For the review", "please soon", "TCD", "Hello world"
	w.Start = w.Start.Add(400 * time.Millisecond)
	id := b.Order(w)
	o := b.order(t, id)
	want := intake.Order{Key: id, URL: b.URL + "/services/services/service_order/" + id, Word: "INITIAL", Status: scheduler.UnderReview, Name: "Hello world", Description: "For the review\nCategory: Experimentation",
		Owner: intake.Party{Name: "maeve", Email: "maeve@tcd.example", Organisation: "TCD"}, Design: "hello_world_nsd", Requested: testbeds.NewSlot(b.at.Add(24*time.Hour), 2*time.Hour),
		Created: b.at, Feedback: "2026-11-27 09:00:00 UTC, maeve: please soon", Raw: o.Raw}
	if diff := cmp.Diff(want, o); diff != "" || !strings.Contains(string(o.Raw), id) {
		t.Error(diff)
	}
	// What is not to be taken says why, and keeps no other from being listed.
	for _, change := range []map[string]any{{"requestedCompletionDate": w.Start.Add(-time.Hour)}, {"requestedCompletionDate": w.Start}} {
		b.Change(id, change)
		if o := b.order(t, id); !strings.HasPrefix(o.Problem, "requestedCompletionDate") {
			t.Errorf("%+v", o)
		}
	}
	other := b.Order(b.wish("NSD", "x"))
	if list, err := b.portal.Orders(t.Context()); err != nil || len(list) != 2 {
		t.Errorf("%d orders, %v", len(list), err)
	}
	b.Delete(other)
	if _, there, err := b.portal.Order(t.Context(), other); there || err != nil {
		t.Errorf("a deleted order: %v, %v", there, err)
	}
	if _, there, err := b.portal.Order(t.Context(), "nobody-knows-it"); there || err != nil {
		t.Errorf("an unknown order: %v, %v", there, err)
	}
}

// TestStatesBothWays: every state has a status, every status a state, and what is written is shown.
func TestStatesBothWays(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	of := func(state openslice.State, service string, left time.Duration) openslice.Order {
		return openslice.Order{State: state, Expected: openslice.Time{Time: now.Add(left)}, Items: []openslice.Item{{Service: openslice.Service{State: service}}}}
	}
	for _, c := range []struct {
		state   openslice.State
		service string
		left    time.Duration
		want    scheduler.Status
	}{
		{openslice.Initial, "feasibilityChecked", time.Hour, scheduler.UnderReview},
		{openslice.Acknowledged, "feasibilityChecked", time.Hour, scheduler.Scheduled},
		{openslice.Pending, "feasibilityChecked", time.Hour, scheduler.UnderReview},
		{openslice.Held, "reserved", time.Hour, scheduler.Instantiating},
		{openslice.InProgress, "reserved", time.Hour, scheduler.Instantiating},
		{openslice.InProgress, "active", time.Hour, scheduler.Running},
		{openslice.Partial, "active", time.Hour, scheduler.Running},
		{openslice.Completed, "active", time.Second, scheduler.Running}, // its services are there, and stay until the end
		{openslice.Completed, "active", 0, scheduler.Completed},
		{openslice.Completed, "terminated", time.Hour, scheduler.Completed},
		{openslice.Completed, "feasibilityChecked", time.Hour, scheduler.Completed}, // nothing runs there: somebody says so
		{openslice.Rejected, "", time.Hour, scheduler.Rejected},
		{openslice.Cancelled, "", time.Hour, scheduler.Cancelled},
		{openslice.Cancelled, "terminated", time.Hour, scheduler.Cancelled},
		{openslice.Cancelled, "active", time.Hour, scheduler.Running}, // a word ends no service
		{openslice.Rejected, "reserved", time.Hour, scheduler.Instantiating},
		{openslice.Failed, "inactive", time.Hour, scheduler.Failed},
	} {
		if got := statusOf(of(c.state, c.service, c.left), now); got != c.want {
			t.Errorf("%s with services %s, %s before the end, is %s, want %s", c.state, c.service, c.left, got, c.want)
		}
	}
	for _, s := range scheduler.Statuses {
		w, known := words[s]
		if !known || !slices.Contains(w.shown, w.write) || !says(openslice.Order{State: w.write}, s) {
			t.Errorf("%s is written as %q, and not shown by it", s, w.write)
		}
		if back := statusOf(openslice.Order{State: w.write}, now); back != s && !(s == scheduler.Running || s == scheduler.Terminating) {
			t.Errorf("%s is written as %s, which is read as %s", s, w.write, back)
		}
	}
	// What Openslice itself runs is not contradicted, and what it does not run is no excuse.
	if !says(of(openslice.Completed, "active", time.Hour), scheduler.Running) || says(of(openslice.Completed, "", time.Hour), scheduler.Running) {
		t.Error("COMPLETED and RUNNING")
	}
	// What still runs is not hidden behind a word, and the word follows when it has ended.
	if !says(of(openslice.Completed, "active", time.Hour), scheduler.Cancelled) || says(of(openslice.Completed, "terminated", time.Hour), scheduler.Cancelled) {
		t.Error("COMPLETED and CANCELLED")
	}
}

// TestWhatIsListed: orders that are over are not read one by one for ever.
func TestWhatIsListed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ids := map[string]string{}
	for _, state := range openslice.States {
		ids[string(state)] = b.Order(b.wish("nsd", "x"))
		b.Change(ids[string(state)], map[string]any{"state": string(state)})
	}
	listed := func() (words []string) {
		list, err := b.portal.Orders(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range list {
			words = append(words, o.Word)
		}
		slices.Sort(words)
		return words
	}
	if diff := cmp.Diff([]string{"ACKNOWLEDGED", "COMPLETED", "HELD", "INITIAL", "INPROGRESS", "PARTIAL", "PENDING"}, listed()); diff != "" {
		t.Error(diff)
	}
	b.at = b.at.Add(26 * time.Hour)
	if list := listed(); slices.Contains(list, "COMPLETED") {
		t.Errorf("%v after the expected completion", list)
	}
	// One that cannot be read is a problem of its own; a server that fails is everybody's.
	bad := ids["HELD"]
	b.SetFaults(func(r *http.Request) openslicetest.Fault {
		if strings.HasSuffix(r.URL.Path, bad) {
			return openslicetest.Internal
		}
		return openslicetest.None
	})
	list, err := b.portal.Orders(t.Context())
	if err != nil || !slices.ContainsFunc(list, func(o intake.Order) bool { return o.Key == bad && o.Problem != "" }) {
		t.Errorf("%v, %v", list, err)
	}
	b.SetFaults(func(r *http.Request) openslicetest.Fault {
		if strings.HasSuffix(r.URL.Path, bad) {
			return openslicetest.Gateway
		}
		return openslicetest.None
	})
	if list, err := b.portal.Orders(t.Context()); err == nil || b.portal.Fault(err).Outage == "" {
		t.Errorf("%v, %v", list, err)
	}
}

// TestWhatIsWritten: state, dates and remarks in one call, each remark once; what is said there already is not written again.
func TestWhatIsWritten(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.Order(b.wish("nsd", "x"))
	granted := testbeds.NewSlot(b.at.Add(30*time.Hour), time.Hour)
	w := intake.Wanted{Status: scheduler.Scheduled, Slot: &granted, News: []intake.Remark{{ID: "f1", At: b.at, By: "monika", Text: "granted, a little later"}}}
	o := b.order(t, id)
	if b.portal.Shows(o, w) {
		t.Error("it is shown before it is written")
	}
	b.SetFaults(func(r *http.Request) openslicetest.Fault {
		if r.Method == http.MethodPatch {
			return openslicetest.CutAfter
		}
		return openslicetest.None
	})
	err := b.portal.Write(t.Context(), o, w)
	if f := b.portal.Fault(err); !f.Open || f.Outage == "" {
		t.Errorf("a lost answer: %+v", f)
	}
	b.SetFaults(nil)
	if o = b.order(t, id); !b.portal.Shows(o, w) {
		t.Errorf("what was written is not shown: %s", o.Raw)
	}
	w.News = append(w.News, intake.Remark{ID: "f2", At: b.at, By: "paddy", Text: "the hall is open"})
	for range 2 {
		if err := b.portal.Write(t.Context(), o, w); err != nil {
			t.Fatal(err)
		}
		o = b.order(t, id)
	}
	seen, _ := b.Look(id)
	texts := []string{}
	for _, n := range seen.Note {
		texts = append(texts, n.Author+": "+n.Text)
	}
	if diff := cmp.Diff([]string{"SO641API-addServiceOrder: Service Order INITIAL", "monika: granted, a little later", "SO641API-stateChanged: Service Order ACKNOWLEDGED", "paddy: the hall is open"}, texts); diff != "" {
		t.Error(diff)
	}
	if seen.State != "ACKNOWLEDGED" || !seen.StartDate.Equal(granted.Start) || !seen.ExpectedCompletionDate.Equal(granted.End) || !seen.RequestedStartDate.Equal(b.at.Add(24*time.Hour)) {
		t.Errorf("%+v", seen)
	}
	b.Say(id, "maeve", "thank you")
	if o := b.order(t, id); o.Feedback != "2026-11-27 09:00:00 UTC, maeve: thank you" || o.Scheduled == nil || !o.Scheduled.Equal(granted) {
		t.Errorf("%+v", o)
	}
	if wrongs := b.Wrongs(); len(wrongs) > 0 {
		t.Error(wrongs)
	}
}

// TestAnyWantedIsShownOnceWritten: for whatever state an order is in, and whatever is wanted of it.
func TestAnyWantedIsShownOnceWritten(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		id := b.Order(b.wish("nsd", "x"))
		for range rapid.IntRange(1, 4).Draw(r, "turns") {
			if rapid.Bool().Draw(r, "somebody changes it") {
				b.Change(id, map[string]any{"state": string(rapid.SampledFrom(openslice.States).Draw(r, "state"))})
			}
			start := b.at.Add(time.Duration(rapid.IntRange(-5, 40).Draw(r, "start")) * time.Hour)
			slot := testbeds.NewSlot(start, time.Duration(rapid.IntRange(1, 9).Draw(r, "hours"))*time.Hour)
			w := intake.Wanted{Status: rapid.SampledFrom(scheduler.Statuses).Draw(r, "status")}
			if rapid.Bool().Draw(r, "slot") {
				w.Slot = &slot
			}
			if rapid.Bool().Draw(r, "asked") {
				w.Asked = &slot
			}
			for range rapid.IntRange(0, 2).Draw(r, "remarks") {
				n++
				w.News = append(w.News, intake.Remark{ID: fmt.Sprint("f", n), At: b.at, By: "monika", Text: "x"})
			}
			o := b.order(t, id)
			if err := b.portal.Write(t.Context(), o, w); err != nil {
				r.Fatal(err)
			}
			if after := b.order(t, id); !b.portal.Shows(after, w) {
				r.Fatalf("%+v is not shown by %s", w, after.Raw)
			} else if requests := len(b.Requests()); b.portal.Write(t.Context(), after, w) != nil || len(b.Requests()) != requests {
				r.Fatalf("what is shown is written again")
			}
		}
	})
}
