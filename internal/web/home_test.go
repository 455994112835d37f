package web

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// office is a house with one person of each role, whose hall has to approve; each has their cookie.
type office struct {
	*house
	cookie map[string]string
	start  time.Time // a whole hour, two days ahead
}

func newOffice(t *testing.T) *office {
	t.Helper()
	h := newHouse(t, "http://berth.example")
	o := &office{house: h, cookie: map[string]string{}, start: time.Now().UTC().Truncate(time.Hour).Add(48 * time.Hour)}
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	hash := testdb.PasswordHash(password)
	put := func(p account.Person) {
		p.Password = hash
		must(h.site.people.PutPerson(t.Context(), account.System, p))
	}
	put(account.Person{Username: "marco", Name: "Marco", Roles: []account.Role{account.RoleMentor}})
	put(account.Person{Username: "oskar", Name: "Oskar", Roles: []account.Role{account.RoleOperator}})
	put(account.Person{Username: "paddy", Name: "Paddy", Roles: []account.Role{account.RoleProvider}, Testbeds: []string{"hall"}})
	f, revision, err := h.svc.Facility(t.Context(), account.System)
	must(nil, err)
	f.Testbeds[0].Providers = []string{"paddy"}
	f.Testbeds[0].Approval = testbeds.ApprovalRequired
	must(h.svc.PutFacility(t.Context(), account.System, f, scheduler.ChangeOptions{Revision: revision}))
	for _, who := range []string{"maeve", "hector", "monika", "marco", "paddy", "oskar", "adele"} {
		o.cookie[who] = h.session(who)
	}
	return o
}

func actorOf(username string, testbeds []string, roles ...account.Role) account.Actor {
	return account.ActorOf(account.Person{Username: username, Name: username, Roles: roles, Testbeds: testbeds})
}

// asked submits a request of maeve's for monika, so many hours after the start, with so many vCPU of 32.
func (o *office) asked(name string, from int, vcpu int64) scheduler.Request {
	o.t.Helper()
	out, err := o.svc.Submit(o.t.Context(), actorOf("maeve", nil, account.RoleExperimenter), scheduler.Submission{Name: name, Mentor: "monika", Anyway: true, Ask: scheduler.Ask{
		Components: []testbeds.Component{{Member: "1", Size: testbeds.Quantities{"vcpu": vcpu}, Onboarded: []string{"hall/iris"}}}, Placement: testbeds.Placement{testbeds.PlaceAll: "hall/iris"},
		Slot: testbeds.NewSlot(o.start.Add(time.Duration(from)*time.Hour), 4*time.Hour)}})
	if err != nil {
		o.t.Fatal(err)
	}
	return out.Request
}

func (o *office) approved(r scheduler.Request) {
	o.t.Helper()
	if _, err := o.svc.Approve(o.t.Context(), actorOf("paddy", []string{"hall"}, account.RoleProvider), r.ID, "hall", scheduler.Approve{Decision: scheduler.Approved}); err != nil {
		o.t.Fatal(err)
	}
}

// page returns what a person sees.
func (o *office) page(who, path string) string {
	o.t.Helper()
	res := o.send(path, o.cookie[who], nil)
	if res.StatusCode != http.StatusOK {
		o.t.Fatalf("%s on %s: %d\n%s", who, path, res.StatusCode, body(o.t, res))
	}
	return body(o.t, res)
}

var countIn = regexp.MustCompile(`<title>(?:\((\d+)\) )?`)

// waits returns the number in the title of a person's page.
func (o *office) waits(who string) string { return countIn.FindStringSubmatch(o.page(who, "/"))[1] }

// button returns the value of a person's button with a label, on their home.
func (o *office) button(who, label string) string {
	o.t.Helper()
	found := regexp.MustCompile(`name="do" value="([^"]+)">` + regexp.QuoteMeta(label)).FindStringSubmatch(o.page(who, "/"))
	if found == nil {
		o.t.Fatalf("%s has no button %q:\n%s", who, label, o.page(who, "/"))
	}
	return found[1]
}

// click presses a button, and returns where that leads.
func (o *office) click(who, value string) string {
	o.t.Helper()
	res := o.send("/inbox", o.cookie[who], url.Values{"do": {value}})
	if res.StatusCode != http.StatusSeeOther {
		o.t.Fatalf("%s: %d\n%s", value, res.StatusCode, body(o.t, res))
	}
	return res.Header.Get("Location")
}

// A request's way through the homes of everybody: who counts it, and who can act on it with one click.
func TestHomesFollowARequest(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	counts := func(step string, want map[string]string) {
		t.Helper()
		for who := range o.cookie {
			if got := o.waits(who); got != want[who] {
				t.Errorf("%s: %q waits for %s, want %q", step, got, who, want[who])
			}
		}
	}
	counts("nothing", nil)
	r := o.asked("Spectrum", 0, 8)
	counts("asked", map[string]string{"monika": "1", "paddy": "1"})
	for who, want := range map[string]string{"maeve": "Radio hall has to approve", "monika": "approval of Radio hall missing", "paddy": ">fits<"} {
		if page := o.page(who, "/"); !strings.Contains(page, want) || !strings.Contains(page, "#1</span> Spectrum") {
			t.Errorf("%s does not read %q:\n%s", who, want, page)
		}
	}
	for _, who := range []string{"hector", "oskar", "marco", "adele"} {
		if strings.Contains(o.page(who, "/"), "Spectrum") {
			t.Errorf("%s has it at home", who)
		}
	}
	if to := o.click("paddy", o.button("paddy", "Approve")); to != "/?did=approve&of=1" {
		t.Errorf("it leads to %s", to)
	}
	if page := o.page("paddy", "/?did=approve&of=1"); !strings.Contains(page, "You approved #1 Spectrum") {
		t.Errorf("it says:\n%s", page)
	}
	counts("approved", map[string]string{"monika": "1"})
	o.click("monika", o.button("monika", "Schedule"))
	counts("scheduled", nil)
	if page := o.page("monika", "/?did=schedule&of=1"); !strings.Contains(page, "is scheduled for") || !strings.Contains(page, "maeve and Radio hall are told.") {
		t.Errorf("it says:\n%s", page)
	}
	if page := o.page("maeve", "/"); !strings.Contains(page, "starts in 2 days") || !strings.Contains(page, "/requests/1/calendar.ics") {
		t.Errorf("the experimenter reads:\n%s", page)
	}
	if page := o.page("oskar", "/"); !strings.Contains(page, "Orchestrate") || !strings.Contains(page, "berth-1") || !strings.Contains(page, "Start from") {
		t.Errorf("the operator reads:\n%s", page)
	}
	if got := r.Number; got != 1 {
		t.Errorf("number %d", got)
	}
}

// A request without a mentor is taken and then scheduled: two clicks.
func TestAMentorTakesWhatNobodyHas(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	out, err := o.svc.Submit(t.Context(), actorOf("maeve", nil, account.RoleExperimenter), scheduler.Submission{Name: "Spectrum", Ask: scheduler.Ask{
		Components: []testbeds.Component{{Member: "1", Size: testbeds.Quantities{"vcpu": 8}, Onboarded: []string{"hall/iris"}}}, Placement: testbeds.Placement{testbeds.PlaceAll: "hall/iris"},
		Slot: testbeds.NewSlot(o.start, time.Hour)}})
	if err != nil {
		t.Fatal(err)
	}
	o.approved(out.Request)
	for _, mentor := range []string{"monika", "marco"} {
		if got := o.waits(mentor); got != "1" {
			t.Errorf("%q waits for %s", got, mentor)
		}
	}
	o.click("marco", o.button("marco", "Take it"))
	if got := o.waits("monika"); got != "" {
		t.Errorf("%q waits for whom it does not concern any more", got)
	}
	o.click("marco", o.button("marco", "Schedule"))
	if v, err := o.svc.Get(t.Context(), account.System, out.Request.ID); err != nil || v.Status != scheduler.Scheduled {
		t.Errorf("it is %s, %v", v.Status, err)
	}
}

// A click on what has changed since does nothing, and leads to where it is decided; so does one that no longer fits.
func TestAClickCarriesWhatWasSeen(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	r := o.asked("Spectrum", 0, 20)
	o.approved(r)
	value := o.button("monika", "Schedule")
	if _, err := o.svc.Edit(t.Context(), actorOf("maeve", nil, account.RoleExperimenter), r.ID, scheduler.Edit{Name: new("Spectrum, changed")}); err != nil {
		t.Fatal(err)
	}
	if to := o.click("monika", value); to != decisionPage(r.Number)+"?note=changed" {
		t.Errorf("what has changed leads to %s", to)
	}
	if page := o.page("monika", decisionPage(r.Number)+"?note=changed"); !strings.Contains(page, `<p class="note waits" role="status">Nothing was done: the request has changed`) {
		t.Error("it does not say why")
	}
	value = o.button("monika", "Schedule")
	other := o.asked("Faster", 1, 20)
	o.approved(other)
	if _, err := o.svc.Schedule(t.Context(), actorOf("monika", nil, account.RoleMentor), other.ID, scheduler.Schedule{}); err != nil {
		t.Fatal(err)
	}
	if to := o.click("monika", value); to != decisionPage(r.Number)+"?note=unfit" {
		t.Errorf("what no longer fits leads to %s", to)
	}
	if v, err := o.svc.Get(t.Context(), account.System, r.ID); err != nil || v.Status != scheduler.UnderReview {
		t.Errorf("it is %s, %v", v.Status, err)
	}
	if page := o.page("monika", "/"); !strings.Contains(page, "1 in the way") || !strings.Contains(page, "#2 Faster") {
		t.Errorf("the inbox does not say what is in the way:\n%s", page)
	}
}

// Several at once: those that collide are told apart before and after, and each that fails says why.
func TestSeveralAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var picks []string
	for i, from := range []int{0, 2, 10} { // the first two collide
		r := o.asked(fmt.Sprint("Run ", i+1), from, 20)
		o.approved(r)
	}
	for _, found := range regexp.MustCompile(`name="pick" value="([^"]+)"`).FindAllStringSubmatch(o.page("monika", "/"), -1) {
		picks = append(picks, found[1])
	}
	if len(picks) != 3 {
		t.Fatalf("%d can be ticked: %v", len(picks), picks)
	}
	res := o.send("/inbox", o.cookie["monika"], url.Values{"all": {"schedule"}, "pick": picks})
	preview := body(t, res)
	if res.StatusCode != http.StatusOK || strings.Count(preview, "will be scheduled") != 2 || !strings.Contains(preview, "stays under review") || !strings.Contains(preview, "Schedule these 2") {
		t.Fatalf("the preview: %d\n%s", res.StatusCode, preview)
	}
	if got := o.waits("monika"); got != "3" {
		t.Errorf("a preview did something: %s wait", got)
	}
	done := body(t, o.send("/inbox", o.cookie["monika"], url.Values{"all": {"schedule"}, "confirm": {"1"}, "pick": picks}))
	if strings.Count(done, `>scheduled<`) != 2 || !strings.Contains(done, "not scheduled") || !strings.Contains(done, "does not fit") || !strings.Contains(done, "2 of 3 went ahead") {
		t.Errorf("the result:\n%s", done)
	}
	if got := o.waits("monika"); got != "1" {
		t.Errorf("%s wait", got)
	}
	again := body(t, o.send("/inbox", o.cookie["monika"], url.Values{"all": {"schedule"}, "confirm": {"1"}, "pick": picks}))
	if !strings.Contains(again, "0 of 3 went ahead") {
		t.Errorf("sent again:\n%s", again)
	}
}

// Nobody takes a step by a form that they could not take otherwise.
func TestClicksHaveNoRightsOfTheirOwn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	r := o.asked("Spectrum", 0, 8)
	o.approved(r)
	v, err := o.svc.Get(t.Context(), account.System, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		who, value string
		want       int
	}{
		{"maeve", named("schedule", v.Request), http.StatusForbidden}, {"marco", named("schedule", v.Request), http.StatusForbidden}, {"hector", named("schedule", v.Request), http.StatusNotFound},
		{"maeve", named("approve", v.Request, "hall"), http.StatusForbidden}, {"monika", named("approve", v.Request, "hall"), http.StatusForbidden},
		{"monika", named("start", v.Request), http.StatusForbidden}, {"maeve", named("take", v.Request), http.StatusForbidden}, {"hector", named("accept", v.Request, "1"), http.StatusNotFound},
		{"monika", "schedule", http.StatusUnprocessableEntity}, {"monika", "schedule 1", http.StatusUnprocessableEntity}, {"monika", "schedule x y", http.StatusUnprocessableEntity},
		{"monika", "erase 1 1", http.StatusUnprocessableEntity}, {"monika", "schedule 1 0", http.StatusUnprocessableEntity}, {"monika", "schedule -1 1", http.StatusUnprocessableEntity}, {"monika", "", http.StatusUnprocessableEntity},
	} {
		if res := o.send("/inbox", o.cookie[tt.who], url.Values{"do": {tt.value}}); res.StatusCode != tt.want {
			t.Errorf("%s, %q: %d, want %d", tt.who, tt.value, res.StatusCode, tt.want)
		}
	}
	preview := body(t, o.send("/inbox", o.cookie["hector"], url.Values{"all": {"schedule"}, "pick": {named("schedule", v.Request)}}))
	if strings.Contains(preview, "Spectrum") {
		t.Error("a preview names what its reader may not know")
	}
	if page := o.page("hector", "/?did=schedule&of=1"); strings.Contains(page, "Spectrum") {
		t.Error("a confirmation names what its reader may not know")
	}
	if now, err := o.svc.Get(t.Context(), account.System, r.ID); err != nil || now.Revision != v.Revision {
		t.Errorf("it is at revision %d, was at %d; %v", now.Revision, v.Revision, err)
	}
}

// The bell counts what others did, until it was seen; each person reads only what concerns them.
func TestNotifications(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	r := o.asked("Spectrum", 0, 8)
	o.approved(r)
	bell := func(who string) string {
		found := regexp.MustCompile(`Notifications: (\d+) new`).FindStringSubmatch(o.page(who, "/schedule"))
		if found == nil {
			return ""
		}
		return found[1]
	}
	for who, want := range map[string]string{"maeve": "1", "monika": "2", "paddy": "1", "hector": "", "oskar": "", "marco": "", "adele": ""} {
		if got := bell(who); got != want {
			t.Errorf("the bell of %s shows %q, want %q", who, got, want)
		}
		if page := o.page(who, "/notifications"); strings.Contains(page, "Spectrum") != (want != "") {
			t.Errorf("%s reads:\n%s", who, page)
		}
	}
	page := o.page("maeve", "/notifications")
	if !strings.Contains(page, "approved for Radio hall") {
		t.Errorf("the page:\n%s", page)
	}
	newest := regexp.MustCompile(`name="newest" value="(\d+)"`).FindStringSubmatch(page)[1]
	if res := o.send("/notifications", o.cookie["maeve"], url.Values{"newest": {newest}}); res.StatusCode != http.StatusSeeOther {
		t.Errorf("marking: %d", res.StatusCode)
	}
	if got := bell("maeve"); got != "" {
		t.Errorf("the bell shows %q after it was seen", got)
	}
	if got := bell("monika"); got != "2" {
		t.Errorf("the bell of somebody else shows %q", got)
	}
	if res := o.send("/notifications", o.cookie["maeve"], url.Values{"newest": {"x"}}); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("marking nonsense: %d", res.StatusCode)
	}
}

// A search finds what its reader may see, and nothing else.
func TestSearch(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.asked("Spectrum", 0, 8)
	for _, tt := range []struct {
		who, q string
		finds  []string
		hides  []string
	}{
		{"maeve", "spect", []string{"#1 Spectrum", "/requests/1"}, nil}, {"maeve", "1", []string{"/requests/1"}, nil}, {"maeve", "#1", []string{"/requests/1"}, nil},
		{"hector", "spect", nil, []string{"/requests/1"}}, {"hector", "#1", nil, []string{"/requests/1", "Spectrum"}}, {"maeve", "#2", nil, []string{"/requests/2"}},
		{"hector", "radio", []string{"/testbeds/hall"}, nil}, {"hector", "iris", []string{"/testbeds/hall"}, nil}, {"hector", "iris nowhere", nil, []string{"/testbeds/hall"}}, {"hector", "time zone", []string{"/account#zone"}, []string{"/admin"}},
		{"adele", "monika", []string{"/admin/people/monika"}, nil}, {"monika", "adele", nil, []string{"/admin/people"}}, {"maeve", "invite", nil, []string{"/admin"}},
		{"maeve", "", []string{"/new"}, []string{"/requests/1"}}, {"maeve", strings.Repeat("a", 5000), []string{"Nothing that you may see"}, nil},
		{"maeve", `"><script>`, []string{"&lt;script&gt;"}, []string{"<script>"}}, {"maeve", "a\x00b", nil, nil}, {"maeve", "99999999999999999999", nil, nil},
	} {
		page := o.page(tt.who, "/search?"+url.Values{"q": {tt.q}}.Encode())
		_, list, _ := strings.Cut(page, `id="found"`)
		list, _, _ = strings.Cut(list, "</main>")
		for _, want := range tt.finds {
			if !strings.Contains(list, want) {
				t.Errorf("%s does not find %q by %.20q:\n%s", tt.who, want, tt.q, list)
			}
		}
		for _, hidden := range tt.hides {
			if strings.Contains(list, hidden) {
				t.Errorf("%s finds %q by %.20q", tt.who, hidden, tt.q)
			}
		}
	}
}

// Testbeds are found by what they have, services by what they need.
func TestSearchByEquipment(t *testing.T) {
	t.Parallel()
	bed := testbeds.Testbed{ID: "hall", Location: "Dublin", Features: []string{"sdr"}, VIMs: []testbeds.VIM{{ID: "iris"}}, Devices: []testbeds.Device{{ID: "usrp-n210", Features: []string{"mimo"}}}}
	service := testbeds.NSD{ID: "hydra", Members: []testbeds.Member{{VNF: "hydra_vnfd"}}, Devices: []testbeds.DeviceNeed{{Device: "usrp-n210"}}}
	for q, want := range map[string][2]bool{"usrp": {true, true}, "USRP hall": {true, false}, "vnfd": {false, true}, "sdr": {true, false}, "mimo": {true, false}, "dublin iris": {true, false}, "lte": {}} {
		if got := [2]bool{has(q, equipmentOf(bed)...), has(q, needsOf(service)...)}; got != want {
			t.Errorf("%q finds %v, want %v", q, got, want)
		}
	}
}

// Lists have a tab for each role, with what waits there; filters narrow them; a list that is empty says so in its own words.
func TestListsOfRequests(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for who, want := range map[string]string{"maeve": "You have no requests yet.", "monika": "Nothing waits for your decision.", "oskar": "nothing to orchestrate or tear down", "hector": "You have no requests yet."} {
		if page := o.page(who, "/requests"); !strings.Contains(page, want) {
			t.Errorf("%s does not read %q", who, want)
		}
	}
	r := o.asked("Spectrum", 0, 8)
	o.asked("Second", 10, 8)
	if page := o.page("monika", "/requests?view=all"); !strings.Contains(page, `To decide <span class="count">2<`) {
		t.Errorf("the tab does not count:\n%s", page)
	}
	for query, want := range map[string]int{"": 2, "&text=SPECT": 1, "&status=UNDER_REVIEW": 2, "&status=SCHEDULED": 0, "&testbed=hall": 2, "&testbed=none": 0, "&text=zzzz": 0} {
		page := o.page("monika", "/requests?view=all"+query)
		if got := strings.Count(page, `class="entry"`); got != want || want == 0 != strings.Contains(page, "No request is like that.") {
			t.Errorf("%q lists %d, want %d", query, got, want)
		}
	}
	if page := o.page("hector", "/requests?view=all"); strings.Contains(page, "Spectrum") {
		t.Error("a list shows what its reader may not know")
	}
	if _, err := o.svc.Cancel(t.Context(), actorOf("maeve", nil, account.RoleExperimenter), r.ID, scheduler.Step{}); err != nil {
		t.Fatal(err)
	}
	page := o.page("maeve", "/requests")
	ahead, over, found := strings.Cut(page, ">Over<")
	if !found || !strings.Contains(ahead, "Second") || strings.Contains(ahead, "Spectrum") || !strings.Contains(over, "Spectrum") {
		t.Errorf("one's own:\n%s", page)
	}
}

func TestAway(t *testing.T) {
	t.Parallel()
	dublin, err := time.LoadLocation("Europe/Dublin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 27, 5, 13, 0, 0, time.UTC)
	x := reader{zone: dublin, now: now}
	for after, want := range map[time.Duration]string{0: "now", 59 * time.Second: "now", time.Minute: "in 1 min", 59 * time.Minute: "in 59 min", time.Hour: "in 1 h", -time.Hour: "1 h ago",
		24*time.Hour - time.Second: "in 23 h", 24 * time.Hour: "tomorrow", 42 * time.Hour: "tomorrow", 43 * time.Hour: "in 2 days", -30 * time.Hour: "2 days ago", -24 * time.Hour: "yesterday"} {
		if got := x.away(now.Add(after)); got != want {
			t.Errorf("%s: %q, want %q", after, got, want)
		}
	}
}

// What is in the way is counted once each, named where that may be, and told from closed hours.
func TestWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	conflict := func(takers ...testbeds.Taker) testbeds.Conflict {
		return testbeds.Conflict{Resource: testbeds.Resource{Testbed: "hall", Device: "usrp"}, Needed: 3, Free: 1, ShortBy: 2, TakenBy: takers}
	}
	one, two := testbeds.Taker{Kind: testbeds.TakerBooking, Request: 26, Summary: "MARATHON"}, testbeds.Taker{Kind: testbeds.TakerBooking, Request: 27, Summary: "HyDRA"}
	busy, refit := testbeds.Taker{Kind: testbeds.TakerBooking, Summary: "busy"}, testbeds.Taker{Kind: testbeds.TakerClosure, Summary: "Antenna refit"}
	hours := testbeds.Taker{Kind: testbeds.TakerOutsideOpening, Summary: "outside Laboratory hours"}
	for name, tt := range map[string]struct {
		conflicts []testbeds.Conflict
		chip      string
		hint      string
	}{
		"one":            {[]testbeds.Conflict{conflict(one)}, "1 in the way", "#26 MARATHON"},
		"one, twice":     {[]testbeds.Conflict{conflict(one), conflict(one)}, "1 in the way", "#26 MARATHON"},
		"two":            {[]testbeds.Conflict{conflict(one, refit)}, "2 in the way", "#26 MARATHON, Antenna refit"},
		"hidden":         {[]testbeds.Conflict{conflict(busy, busy)}, "1 in the way", "experiments that you may not see"},
		"one and hidden": {[]testbeds.Conflict{conflict(two, busy)}, "2 in the way", "#27 HyDRA, experiments that you may not see"},
		"hours":          {[]testbeds.Conflict{conflict(hours)}, "outside Laboratory hours", ""},
		"too large":      {[]testbeds.Conflict{conflict()}, "does not fit", "usrp short by 2"},
		"nothing told":   {nil, "does not fit", ""},
	} {
		c, hints := inTheWay(testbeds.Verdict{Conflicts: tt.conflicts})
		if got := strings.Join(hints, " "); c.Word != tt.chip || !strings.Contains(got, tt.hint) || tt.hint == "" && got != "" {
			t.Errorf("%s: %q %q, want %q %q", name, c.Word, got, tt.chip, tt.hint)
		}
	}
}
