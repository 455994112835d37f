package web

import (
	"net/http"
	"strings"
	"testing"

	"berth/internal/testdb"
	"berth/scheduler/account"
	"berth/testbeds"
)

// TestWhoMayBookIsAskedTo: the others see no button that would refuse them.
func TestWhoMayBookIsAskedTo(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	oscar := account.Person{Username: "oscar", Name: "Oscar", Roles: []account.Role{account.RoleOperator}, Password: testdb.PasswordHash(password)}
	if _, err := h.site.people.PutPerson(t.Context(), account.System, oscar); err != nil {
		t.Fatal(err)
	}
	for who, may := range map[string]bool{"maeve": true, "adele": true, "oscar": false} {
		code, page := h.page("/schedule", h.session(who), nil)
		if code != http.StatusOK || strings.Contains(page, `<a class="button" href="/new">`) != may {
			t.Errorf("%s may book: %t, %d", who, may, code)
		}
	}
}

// TestTheSearchFindsTestbeds by all the words, whatever their case, wherever they stand.
func TestTheSearchFindsTestbeds(t *testing.T) {
	t.Parallel()
	x := testbeds.Testbed{ID: "wins-5g", Name: "WINS_5G (Iris)", Location: "Dublin, Ireland", Features: []string{"sdr"}, Devices: []testbeds.Device{{ID: "usrp-n210", Name: "USRP N210"}}}
	for words, want := range map[string]bool{"": true, "iris": true, "dublin USRP": true, "sdr  wins": true, "dublin madrid": false, "n310": false} {
		if found(x, words) != want {
			t.Errorf("%q finds it: %t", words, !want)
		}
	}
}

// TestWindows: what addresses mean, and where they lead.
func TestWindows(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	for _, tt := range []struct {
		query        string
		words, later string
		byDay        bool
	}{
		{"at=2031-03-30", "30 Mar – 5 Apr 2031", "/schedule?at=2031-04-06&span=week", false},
		{"span=day&at=2031-03-30&open=hall", "Sun 30 Mar 2031", "/schedule?at=2031-03-31&open=hall&span=day", false},
		{"span=month&at=2031-01-31&q=a+b", "31 Jan – 2 Mar 2031", "/schedule?at=2031-03-03&q=a+b&span=month", true},
		{"span=quarter&at=2031-11-01&feature=sdr", "1 Nov 2031 – 31 Jan 2032", "/schedule?at=2032-02-01&feature=sdr&span=quarter", true},
		{"span=range&from=2031-01-01T00:00:00Z&to=2031-01-15T00:00:00Z", "1 – 14 Jan 2031", "/schedule?from=2031-01-15T00%3A00%3A00Z&span=range&to=2031-01-29T00%3A00%3A00Z", false},
		{"span=nonsense&at=2031-03-30", "30 Mar – 5 Apr 2031", "/schedule?at=2031-04-06&span=week", false},
	} {
		code, page := h.page("/schedule?"+tt.query, h.session("maeve"), nil)
		if code != http.StatusOK {
			t.Errorf("%s: %d", tt.query, code)
			continue
		}
		q := strings.NewReplacer("&", "&amp;", "+", "&#43;").Replace(tt.later)
		if !strings.Contains(page, tt.words+"</h2>") || !strings.Contains(page, `href="`+q+`" rel="next"`) || strings.Contains(page, "tl-heat") != tt.byDay {
			t.Errorf("%s: no %q, no %q, or the wrong picture", tt.query, tt.words, tt.later)
		}
	}
	for _, query := range []string{"span=range", "span=range&from=2031-01-02&to=2031-01-01", "span=range&from=2031-01-01T00:00:00Z&to=2032-01-03T00:00:00Z", "at=never", "zone=Nowhere/At_All"} {
		if code, _ := h.page("/schedule?"+query, h.session("maeve"), nil); code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", query, code)
		}
	}
}
