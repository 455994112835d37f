package api

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

type submission struct {
	AskShape
	Name         string     `json:"name" doc:"name of the deployment"`
	Description  string     `json:"description,omitempty"`
	Organisation string     `json:"organisation,omitempty"`
	Mentor       string     `json:"mentor,omitempty" doc:"username of the preferred mentor"`
	Anyway       bool       `json:"submit_anyway,omitempty" doc:"submit even if the slot does not fit"`
	Wait         *WaitShape `json:"wait,omitempty" doc:"submit even if the slot does not fit, and then wait for capacity that comes back"`
	Priority     string     `json:"priority,omitempty" enum:"high,normal,low" doc:"default normal; only mentors and administrators may say high"`
	Experimenter string     `json:"experimenter,omitempty" doc:"username of the experimenter, if a mentor or an administrator submits for them"`
	DryRun       bool       `json:"dry_run,omitempty"`

	Override *overrideShape `json:"override,omitempty" doc:"of the mode policy: submit what the policy does not allow, as its mentor or an administrator"`
}

type edit struct {
	Name        *string             `json:"name,omitempty"`
	Description *string             `json:"description,omitempty"`
	NSD         *string             `json:"nsd,omitempty"`
	Components  *[]componentShape   `json:"components,omitempty"`
	Placement   *testbeds.Placement `json:"placement,omitempty"`
	Devices     *[]deviceShape      `json:"devices,omitempty"`
	Slot        *slotShape          `json:"slot,omitempty"`
	Window      *slotShape          `json:"window,omitempty"`
	MinDuration *periodShape        `json:"min_duration,omitempty"`
	Anyway      bool                `json:"submit_anyway,omitempty"`
	Override    *overrideShape      `json:"override,omitempty" doc:"of the mode policy"`
	DryRun      bool                `json:"dry_run,omitempty"`
}

func (e edit) edit() scheduler.Edit {
	out := scheduler.Edit{Name: e.Name, Description: e.Description, NSD: e.NSD, Placement: e.Placement, Slot: e.Slot.slot(), Window: e.Window.slot(),
		Anyway: e.Anyway, Override: e.Override.override(), DryRun: e.DryRun}
	if e.MinDuration != nil {
		out.MinDuration = &e.MinDuration.Period
	}
	if e.Components != nil {
		list := components(*e.Components)
		out.Components = &list
	}
	if e.Devices != nil {
		list := devices(e.Devices)
		out.Devices = &list
	}
	return out
}

type filter struct {
	Paged
	Status       []scheduler.Status `query:"status" doc:"one or several, comma-separated or repeated"`
	Testbed      string             `query:"testbed" maxLength:"64"`
	Mentor       string             `query:"mentor" maxLength:"64"`
	Experimenter string             `query:"experimenter" maxLength:"64"`
	From         time.Time          `query:"from" doc:"only slots that end after this time"`
	To           time.Time          `query:"to" doc:"only slots that begin before this time"`
	Text         string             `query:"q" maxLength:"200" doc:"text in the name or the NSD"`
}

// list is one page of a list, with the address of the next one.
type list[T any] struct {
	Link string `header:"Link"`
	Body scheduler.Page[T]
}

func part[T any](p scheduler.Page[T], path string, query url.Values) *list[T] {
	return &list[T]{Link: next(p.Next, path, query), Body: p}
}

// next builds the Link header to the page after a cursor; empty after the last one.
func next(cursor, path string, query url.Values) string {
	if cursor == "" {
		return ""
	}
	query.Set("cursor", cursor)
	return "<" + prefix + path + "?" + query.Encode() + `>; rel="next"`
}

func (f filter) query() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{"testbed": f.Testbed, "mentor": f.Mentor, "experimenter": f.Experimenter, "q": f.Text} {
		if value != "" {
			v.Set(name, value)
		}
	}
	withStatuses(v, f.Status)
	for name, t := range map[string]time.Time{"from": f.From, "to": f.To} {
		if !t.IsZero() {
			v.Set(name, t.UTC().Format(time.RFC3339))
		}
	}
	return f.Paged.query(v)
}

func withStatuses(v url.Values, list []scheduler.Status) url.Values {
	if len(list) > 0 {
		v.Set("status", strings.Join(texts(list), ","))
	}
	return v
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = string(x)
	}
	return out
}

// gathered joins repeated list parameters with commas, the form in which lists are read.
func gathered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if q := r.URL.Query(); len(q["status"]) > 1 {
			q.Set("status", strings.Join(q["status"], ","))
			r = r.Clone(r.Context())
			r.URL.RawQuery = q.Encode()
		}
		next.ServeHTTP(w, r)
	})
}

func (a *api) requestRoutes() {
	add(a, operation{id: "list-requests", method: "GET", path: "/requests", tag: "requests", summary: "List the requests that you may see, newest first"},
		func(ctx context.Context, actor account.Actor, in *filter) (*list[scheduler.Request], error) {
			page, err := a.service.List(ctx, actor, scheduler.RequestFilter{Status: in.Status, Testbed: in.Testbed, Mentor: in.Mentor,
				Experimenter: in.Experimenter, From: in.From, To: in.To, Text: in.Text, Limit: in.Limit}, in.Cursor)
			return part(page, "/requests", in.query()), err
		})
	add(a, operation{id: "get-request", method: "GET", path: "/requests/{id}", tag: "requests", summary: "Show a request with everything needed for a decision"},
		func(ctx context.Context, actor account.Actor, in *One) (*tagged[scheduler.View], error) {
			v, err := a.service.Get(ctx, actor, in.ID)
			return &tagged[scheduler.View]{etag(v.Revision), v}, err
		})
	type submit struct {
		Repeatable
		Body    submission
		RawBody []byte
	}
	add(a, operation{id: "create-request", method: "POST", path: "/requests", tag: "requests", status: http.StatusCreated, summary: "Submit a request",
		more: "A slot that does not fit is a 409 with conflicts and alternatives, unless submit_anyway is true, or it waits (wait). What the policy does not allow is a 409 or 422 with the rules under policy. A dry run also answers 201, and creates nothing."},
		func(ctx context.Context, actor account.Actor, in *submit) (*created[scheduler.Outcome], error) {
			s := in.Body
			out, err := a.service.Submit(ctx, actor, scheduler.Submission{Ask: s.ask(), Name: s.Name, Description: s.Description, Organisation: s.Organisation,
				Mentor: s.Mentor, Anyway: s.Anyway, Wait: s.Wait.wait(), Priority: scheduler.Priority(s.Priority), Override: s.Override.override(), Experimenter: s.Experimenter, DryRun: s.DryRun, Creation: in.creation("create-request", in.RawBody)})
			return &created[scheduler.Outcome]{prefix + "/requests/" + out.Request.ID, etag(out.Request.Revision), out}, err
		})
	type change struct {
		One
		Revised
		Body edit
	}
	add(a, operation{id: "edit-request", method: "PATCH", path: "/requests/{id}", tag: "requests", summary: "Change a request under review",
		more: "Omitted fields stay as they are. A change of slot or demand requires all approvals again."},
		func(ctx context.Context, actor account.Actor, in *change) (*tagged[scheduler.Outcome], error) {
			e := in.Body.edit()
			return a.decided(in.Revised, func(revision int64) (scheduler.Outcome, error) {
				e.Revision = revision
				return a.service.Edit(ctx, actor, in.ID, e)
			})
		})
}

// decided takes a step on the revision that the caller saw.
func (a *api) decided(r Revised, take func(revision int64) (scheduler.Outcome, error)) (*tagged[scheduler.Outcome], error) {
	revision, err := r.revision()
	if err != nil {
		return nil, err
	}
	out, err := take(revision)
	return &tagged[scheduler.Outcome]{etag(out.Request.Revision), out}, err
}
