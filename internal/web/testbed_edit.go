package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// editPage is a form about one testbed, or about a part of it, with the file beside it.
type editPage struct {
	T        testbeds.Testbed
	New      bool
	Revision int64
	Admin    bool
	Preview  *changePreview
	YAML     string

	Zones                []string
	Setup, Teardown      typed
	Late                 []typed         // what happens with slots that nobody reports as started
	Decide               []typed         // until when requests are to be decided
	ByDefault            string          // what happens then; "none" without a deadline
	Hit                  []tick          // what becomes of those whom its closures hit
	Providers            []testbedChoice // people
	VIM                  *vimForm
	Device               *deviceForm
	Hours                []hoursRow
	OtherHours           []string
	FacilityFeatures     []string
	Action, Back, BackTo string // where the form goes, and the page above it
}

// previewed carries the preview of a change to the page that holds its form.
type previewed struct{}

// editing reads the testbed that a page edits; who may not change it is refused.
func (s *site) editing(r *http.Request, who account.Actor) (p editPage, err error) {
	f, revision, err := s.service.Facility(r.Context(), who)
	if err != nil {
		return p, err
	}
	id := r.PathValue("testbed")
	t, known := f.Testbed(id)
	if !known && id != "" {
		return p, scheduler.Errorf(scheduler.CodeNotFound, "there is no testbed %q", id)
	}
	if !who.SpeaksFor(id) {
		return p, scheduler.Errorf(scheduler.CodeForbidden, "%s may not change this testbed: its providers and administrators may", who.Username)
	}
	p = editPage{T: t, New: !known, Revision: revision, Admin: who.Is(account.RoleAdministrator), Zones: zones(f, s.readerOf(who).zone), FacilityFeatures: knownFeatures(f), Action: r.URL.Path}
	p.Preview, _ = r.Context().Value(previewed{}).(*changePreview)
	if known {
		p.YAML = inFile(t)
	}
	return p, nil
}

// knownFeatures lists the features that the facility knows.
func knownFeatures(f testbeds.Facility) (list []string) {
	for _, t := range f.Testbeds {
		list = append(list, t.Features...)
		for _, v := range t.VIMs {
			list = append(list, v.Features...)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// editTestbed shows what a testbed is, and leads to its VIMs, devices and opening hours.
func (s *site) editTestbed(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	p, err := s.editing(r, who)
	if err != nil {
		return err
	}
	p.Setup = periodField("setup", "Setup", "Kept free before each slot.", p.T.Setup)
	p.Teardown = periodField("teardown", "Tear-down", "Kept free after each slot.", p.T.Teardown)
	p.Hit = replacingTicks(p.T.Replacing())
	p.Late = lateFields(p.T.Lateness)
	p.Decide, p.ByDefault = deadlineFields(p.T.Deadlines)
	heading, page := "Edit "+title(p.T), "testbed-edit.html"
	if p.New {
		heading, page = "Add a testbed", "testbed-new.html"
		p.T.Timezone = s.readerOf(who).zone.String()
	}
	if p.Admin {
		if p.Providers, err = s.providersOf(r.Context(), who, p.T); err != nil {
			return err
		}
	}
	s.show(w, r, http.StatusOK, page, heading, who, p)
	return nil
}

// mostProviders bounds the people that a form offers as providers.
const mostProviders = 200

// providersOf lists the people who can be providers of a testbed, and says who are.
func (s *site) providersOf(ctx context.Context, who account.Actor, t testbeds.Testbed) (list []testbedChoice, err error) {
	page, _, _, err := s.people.FindPeople(ctx, who, account.Search{Role: account.RoleProvider}, "", mostProviders)
	if err != nil {
		return nil, err
	}
	for _, p := range page.Items {
		list = append(list, testbedChoice{p.Username, p.Name, slices.Contains(t.Providers, p.Username)})
	}
	for _, name := range t.Providers { // who has no such role, or no account yet, stays
		if !slices.ContainsFunc(list, func(x testbedChoice) bool { return x.ID == name }) {
			list = append(list, testbedChoice{name, name, true})
		}
	}
	return list, nil
}

// putTestbed changes what a testbed is, or adds it.
func (s *site) putTestbed(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	p, err := s.editing(r, who)
	if err != nil {
		return err
	}
	if r.PostForm.Get("step") == "delete" {
		return s.deleteTestbed(w, r, who, p)
	}
	t := p.T
	if err := readTestbed(r.PostForm, &t, p.New, p.Admin); err != nil {
		return err
	}
	if p.New && t.ID == "" {
		return invalid("id", "is missing")
	}
	if p.New {
		if _, _, err := s.service.Testbed(r.Context(), who, t.ID); err == nil {
			return invalid("id", "is taken already")
		}
	}
	to, note := testbedPath(t.ID)+"/edit", "testbed-saved"
	if p.New {
		note = "testbed-added"
	}
	return s.changeTestbed(w, r, who, t, s.editTestbed, to, note)
}

func testbedPath(id string) string { return "/testbeds/" + url.PathEscape(id) }

// readTestbed reads what describes a testbed. Its id is fixed once it exists; who approves is the administrators'.
func readTestbed(form url.Values, t *testbeds.Testbed, isNew, admin bool) (err error) {
	text := func(field string) string { return strings.TrimSpace(form.Get(field)) }
	if isNew {
		t.ID = text("id")
	}
	t.Name, t.Organisation, t.Location, t.Timezone = text("name"), text("organisation"), text("location"), text("timezone")
	t.Features = readWords(form.Get("features"))
	if t.Setup, _, err = readPeriod(form, "setup"); err != nil {
		return err
	}
	if t.Teardown, _, err = readPeriod(form, "teardown"); err != nil {
		return err
	}
	if err = readLateness(form, t); err != nil {
		return err
	}
	if err = readDeadlines(form, t); err != nil {
		return err
	}
	if form.Has("replace") {
		if t.Replace = testbeds.Replacing(form.Get("replace")); t.Replace == testbeds.ReplaceAsked {
			t.Replace = ""
		}
	}
	if form.Has("visibility") {
		t.Visibility = testbeds.Visibility(form.Get("visibility"))
	}
	if admin && form.Has("approval") {
		t.Approval = testbeds.ApprovalPolicy(strings.TrimPrefix(form.Get("approval"), "default"))
		t.Providers = form["provider"]
	}
	return nil
}

// confirmRemoval confirms a form that takes away what it shows.
const confirmRemoval = "confirm-remove"

// changeTestbed makes a change that hits nobody at once. It shows one that takes bookings their capacity first, and any other if that is asked for.
func (s *site) changeTestbed(w http.ResponseWriter, r *http.Request, who account.Actor, t testbeds.Testbed, origin page, to, note string) error {
	ctx, form := r.Context(), r.PostForm
	revision, err := number(form, "revision")
	if err != nil {
		return err
	}
	change, err := s.service.PutTestbed(ctx, who, t, scheduler.ChangeOptions{DryRun: true, Revision: revision})
	if err != nil {
		return ofThisForm(err)
	}
	step := form.Get("step")
	confirmed := step == "confirm" || step == confirmRemoval
	if step == "preview" || len(change.Broken) > 0 && !confirmed {
		p := previewOf(change, "confirm")
		if step == "remove" {
			p.Step = confirmRemoval
		}
		p.YAML = inFile(t)
		return s.showPreview(w, r, who, p, origin)
	}
	if _, err := s.service.PutTestbed(ctx, who, t, scheduler.ChangeOptions{Force: confirmed, Revision: revision}); err != nil {
		return ofThisForm(err)
	}
	return done(w, r, to, note)
}

// showPreview shows a form again as it was typed, with what it would change.
func (s *site) showPreview(w http.ResponseWriter, r *http.Request, who account.Actor, p *changePreview, origin page) error {
	x := refusal{form: r.PostForm, message: "Nothing is saved yet. What would change stands beside this form.", calm: true}
	if len(p.Broken) > 0 {
		x.message = "Nothing is saved yet: bookings would lose capacity. Whom it hits stands beside this form."
	}
	if !s.comesBack(w, r.WithContext(context.WithValue(r.Context(), previewed{}, p)), who, post{origin: origin}, http.StatusOK, x) {
		return scheduler.Errorf(scheduler.CodeConflict, "this changed in between; look at it again")
	}
	return nil
}

// deleteTestbed takes a testbed out of the facility, after showing whom that hits.
func (s *site) deleteTestbed(w http.ResponseWriter, r *http.Request, who account.Actor, p editPage) error {
	if typed := strings.TrimSpace(r.PostForm.Get("confirm-id")); typed != p.T.ID {
		return invalid("confirm-id", "must be %s", p.T.ID)
	}
	if _, err := s.service.DeleteTestbed(r.Context(), who, p.T.ID, scheduler.ChangeOptions{}); err != nil {
		return ofThisForm(err)
	}
	return done(w, r, "/admin/facility", "testbed-deleted")
}
