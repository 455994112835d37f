package web

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// catalogued is a catalogue of services on the hall's VIM.
func (h *house) catalogued(ids ...string) {
	h.t.Helper()
	c := testbeds.Catalogue{VNFs: []testbeds.VNF{{ID: "vnf", Size: testbeds.Quantities{"vcpu": 4}, Onboarded: []string{"hall/iris"}}}}
	for _, id := range ids {
		c.NSDs = append(c.NSDs, testbeds.NSD{ID: id, Members: []testbeds.Member{{Index: "1", VNF: "vnf"}, {Index: "2", VNF: "vnf"}}, Placement: testbeds.Placement{"all": "hall/iris"}})
	}
	if _, err := h.svc.PutCatalogue(h.t.Context(), account.System, c, scheduler.ChangeOptions{}); err != nil {
		h.t.Fatal(err)
	}
}

var offeredService = regexp.MustCompile(`<a href="/new\?nsd=([^"]+)">`)

// TestTheServicesToChooseFrom say what they need; those used lately come first, and a search finds them by name, need and place.
func TestTheServicesToChooseFrom(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	if _, body := h.page("/new", h.session("maeve"), nil); !strings.Contains(body, "the catalogue has no network services") || strings.Contains(body, "Fill the catalogue") {
		t.Errorf("an empty catalogue: %s", body)
	}
	if _, body := h.page("/new", h.session("adele"), nil); !strings.Contains(body, "Fill the catalogue") {
		t.Errorf("an empty catalogue for an administrator: %s", body)
	}
	h.catalogued("alpha", "beta", "gamma")
	if _, err := h.svc.Submit(t.Context(), h.actor("maeve", account.RoleExperimenter), scheduler.Submission{Name: "x", Ask: scheduler.Ask{NSD: "gamma", Slot: tomorrow(4)}}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		who, text string
		want      []string
	}{
		{"hector", "", []string{"alpha", "beta", "gamma"}}, {"maeve", "", []string{"gamma", "alpha", "beta"}}, {"maeve", "BET", []string{"beta"}}, {"maeve", "radio 8", []string{"gamma", "alpha", "beta"}}, {"maeve", "delta", nil},
	} {
		code, body := h.page("/new?text="+url.QueryEscape(tt.text), h.session(tt.who), nil)
		var got []string
		for _, m := range offeredService.FindAllStringSubmatch(body, -1) {
			got = append(got, m[1])
		}
		if diff := cmp.Diff(tt.want, got); diff != "" || code != http.StatusOK {
			t.Errorf("%s, %q: %d (-want +got):\n%s", tt.who, tt.text, code, diff)
		}
		if tt.want != nil && !strings.Contains(body, "2 components · 8 vCPU") {
			t.Errorf("%s, %q does not say what it needs: %s", tt.who, tt.text, body)
		}
	}
}

// TestTheSameIsBookedAgain with its service, length and words; nobody gets at a request that they may not know.
func TestTheSameIsBookedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	h.catalogued("alpha")
	in := scheduler.Submission{Name: "Spectrum & more", Description: "why <we> need it", Mentor: "monika", Ask: scheduler.Ask{NSD: "alpha", Slot: tomorrow(6)}}
	out, err := h.svc.Submit(t.Context(), h.actor("maeve", account.RoleExperimenter), in)
	if err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprintf("/new?again=%d", out.Request.Number)
	code, body := h.page(path, h.session("maeve"), nil)
	for _, text := range []string{"Book alpha", `value="Spectrum &amp; more"`, "why &lt;we&gt; need it</textarea>", "<option selected>monika", `<option value="6" selected>6 h`, "It fits:"} {
		if code != http.StatusOK || !strings.Contains(body, text) {
			t.Errorf("%d, not %q: %s", code, text, body)
		}
	}
	if code, _ := h.page(path, h.session("hector"), nil); code != http.StatusNotFound {
		t.Errorf("somebody else's: %d", code)
	}
}

// TestALinkToASlotOpensIt for a colleague, without the words of the one who sent it.
func TestALinkToASlotOpensIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	h.catalogued("alpha")
	_, body := h.page("/new?nsd=alpha&name=mine&description=secret&start="+tomorrow(4).Start.Format(time.RFC3339)+"&end="+tomorrow(4).End.Format(time.RFC3339), h.session("maeve"), nil)
	m := regexp.MustCompile(`class="share" href="([^"]*)"`).FindStringSubmatch(body)
	if m == nil || strings.Contains(m[1], "secret") || strings.Contains(m[1], "once=") {
		t.Fatal(m)
	}
	_, body = h.page(strings.ReplaceAll(m[1], "&amp;", "&"), h.session("hector"), nil)
	if !strings.Contains(body, `datetime="`+tomorrow(4).Start.Format(time.RFC3339)+`"`) || !strings.Contains(body, "It fits:") {
		t.Error(body)
	}
}

// TestLookingAroundKeepsTheSlot: the time shown follows what is asked for, goes to the slot when that changes, and never begins before today.
func TestLookingAroundKeepsTheSlot(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	day := func(n int) time.Time { return time.Date(2026, 11, 27+n, 0, 0, 0, 0, time.UTC) }
	slot := func(n int) *testbeds.Slot {
		s := testbeds.NewSlot(day(n).Add(9*time.Hour), 4*time.Hour)
		return &s
	}
	for _, tt := range []struct {
		name string
		form string
		slot *testbeds.Slot
		from time.Time
		days int
	}{
		{"nothing is chosen", "", nil, day(0), 7},
		{"the slot is in the first week", "", slot(6), day(0), 7},
		{"the slot is later", "", slot(7), day(6), 7},
		{"a day shows the slot's", "days=1", slot(7), day(7), 1},
		{"later", "at=2026-11-27&pan=later", slot(2), day(7), 7},
		{"two weeks later", "at=2026-11-27&days=14&pan=later", slot(2), day(14), 14},
		{"earlier", "at=2026-12-11&pan=earlier", slot(2), day(7), 7},
		{"not before today", "at=2026-11-27&pan=earlier", slot(2), day(0), 7},
		{"an unknown length", "at=2026-11-27&days=3", nil, day(0), 7},
		{"zoomed out", "at=2026-11-29&days=7&zoom=14", slot(3), day(2), 14},
	} {
		form, err := url.ParseQuery(tt.form)
		if err != nil {
			t.Fatal(err)
		}
		l, err := readLook(form, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if l = l.settled(tt.slot, now, time.UTC); !l.At.Equal(tt.from) || l.Days != tt.days {
			t.Errorf("%s: from %s for %d days, want %s for %d", tt.name, l.At, l.Days, tt.from, tt.days)
		}
	}
}
