package calendar

import (
	"strings"
	"testing"
	"time"

	"berth/scheduler"
)

func TestHowLongAnObjectIsKept(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	ended := Object{Start: at, End: at.Add(time.Hour), Modified: at, Status: Confirmed}
	withdrawn := ended
	withdrawn.Status = Withdrawn
	late := withdrawn
	late.Modified = at.Add(399 * day) // withdrawn long after it was over
	for name, tt := range map[string]struct {
		object Object
		until  time.Time
	}{
		"what was":                      {ended, at.Add(time.Hour + 400*day)},
		"what was withdrawn":            {withdrawn, at.Add(14 * day)},
		"what was withdrawn afterwards": {late, at.Add(time.Hour + 400*day)},
	} {
		if got := tt.object.KeptUntil(); !got.Equal(tt.until) {
			t.Errorf("%s is kept until %s, want %s", name, got, tt.until)
		}
		if !tt.object.Kept(tt.until) || tt.object.Kept(tt.until.Add(time.Second)) {
			t.Errorf("%s: not until %s", name, tt.until)
		}
	}
}

func TestAVersionChangesWhenAnObjectIsRenewed(t *testing.T) {
	t.Parallel()
	o := Object{Kind: KindDeployment, Tag: "tag", Full: "BEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT\r\n"}
	renewed := o
	renewed.Renewed = 37
	if o.Version() != "tag" || renewed.Version() != "tag-11" {
		t.Errorf("%q and %q", o.Version(), renewed.Version())
	}
	if got, want := renewed.Versioned().Full, "BEGIN:VEVENT\r\nUID:a\r\nX-BERTH-VERSION:tag-11\r\nEND:VEVENT\r\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := unversioned(renewed.Versioned().Full); got != o.Full {
		t.Errorf("without the version it is %q", got)
	}
	for _, kind := range []Kind{KindOffer, KindOrchestrate, KindTearDown, KindClosure} { // which nobody moves
		o.Kind = kind
		if got := o.Versioned().Full; got != o.Full {
			t.Errorf("%s: %q", kind, got)
		}
	}
}

// seen returns what a viewer sees of an object in an index.
func seen(o Object, v *scheduler.Visible) (text, mark string) {
	e := entryOf(o)
	sight := e.For(v)
	text, _ = e.Text(sight)
	return text, sight.Mark()
}

func TestWhoSeesWhichText(t *testing.T) {
	t.Parallel()
	o := Object{Owner: "maeve", Testbeds: []string{"hall", "volos"}, Full: "full", Busy: "busy"}
	open := o
	open.Open = true
	for name, tt := range map[string]struct {
		viewer     *scheduler.Visible
		text, mark string
	}{
		"who sees all":            {nil, "full", ""},
		"the owner":               {&scheduler.Visible{Experimenter: "maeve"}, "full", ""},
		"a provider":              {&scheduler.Visible{Experimenter: "p", Testbeds: []string{"volos"}}, "full", ""},
		"a provider of something": {&scheduler.Visible{Experimenter: "p", Testbeds: []string{"else"}}, "busy", "b"},
		"another experimenter":    {&scheduler.Visible{Experimenter: "hector"}, "busy", "b"},
		"who has no name":         {&scheduler.Visible{}, "busy", "b"},
	} {
		if text, mark := seen(o, tt.viewer); text != tt.text || mark != tt.mark {
			t.Errorf("%s sees %q with the mark %q", name, text, mark)
		}
		if text, mark := seen(open, tt.viewer); text != "full" || mark != "" {
			t.Errorf("%s sees of an open one %q with the mark %q", name, text, mark)
		}
	}
	hidden := Object{Owner: "maeve", Full: "full"}
	if text, _ := seen(hidden, &scheduler.Visible{Experimenter: "hector"}); text != "" || entryOf(hidden).For(&scheduler.Visible{}) != Nothing {
		t.Errorf("of what is not for all another sees %q", text)
	}
	nobodys := Object{Full: "full", Busy: "busy"}
	if text, _ := seen(nobodys, &scheduler.Visible{}); text != "busy" {
		t.Error("what has no owner belongs to who has no name")
	}
}

func TestAnEventSaysNothingOfWhatThereIsNot(t *testing.T) {
	t.Parallel()
	r := marathon(scheduler.Scheduled)
	r.Components, r.Devices, r.Ticket, r.Organisation = nil, nil, nil, ""
	text := unfolded(testSite.Objects(r, hall())[0].Full)
	for _, absent := range []string{"Components:", "Devices:", "Ticket:", "maeve,", "COMMENT"} {
		if strings.Contains(text, absent) {
			t.Errorf("%q in\n%s", absent, text)
		}
	}
	if got := FeedEvents(header(Info{Name: "empty"})); got != "" {
		t.Errorf("a calendar without events has %q", got)
	}
	for url, want := range map[string]bool{"": false, "https://berth.example/": true} {
		if got := strings.Contains(header(Info{URL: url}), "\r\nURL:https://berth.example/\r\n"); got != want || strings.Contains(header(Info{URL: url}), "\r\nURL:\r\n") {
			t.Errorf("URL %q:\n%s", url, header(Info{URL: url}))
		}
	}
}
