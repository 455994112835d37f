package calendar

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/testbeds"
)

// TestFreeBusy asks for eight hours from nine on. Hours are counted from nine.
func TestFreeBusy(t *testing.T) {
	t.Parallel()
	hour := func(n int) time.Time { return at.Add(time.Duration(n) * time.Hour) }
	taken := func(from, to int, s Status, kind Kind) *Entry {
		return entryOf(Object{Kind: kind, Status: s, Start: hour(from), End: hour(to)})
	}
	booked := func(from, to int) *Entry { return taken(from, to, Confirmed, KindDeployment) }
	span := testbeds.Slot{Start: hour(0), End: hour(8)}
	for name, tt := range map[string]struct {
		objects []*Entry
		want    string
	}{
		"nothing":               {nil, ""},
		"within":                {[]*Entry{booked(1, 2)}, "BUSY 10-11"},
		"clipped":               {[]*Entry{booked(-2, 1), booked(7, 12)}, "BUSY 09-10 BUSY 16-17"},
		"all of it":             {[]*Entry{booked(-2, 12)}, "BUSY 09-17"},
		"before and after":      {[]*Entry{booked(-2, 0), booked(8, 9)}, ""},
		"overlapping":           {[]*Entry{booked(1, 3), booked(2, 4)}, "BUSY 10-13"},
		"touching":              {[]*Entry{booked(2, 3), booked(1, 2)}, "BUSY 10-12"},
		"one within another":    {[]*Entry{booked(1, 5), booked(2, 3), booked(4, 6)}, "BUSY 10-15"},
		"apart":                 {[]*Entry{booked(4, 5), booked(1, 2)}, "BUSY 10-11 BUSY 13-14"},
		"under review":          {[]*Entry{taken(1, 2, Tentative, KindDeployment), booked(1, 2)}, "BUSY 10-11 BUSY-TENTATIVE 10-11"},
		"held":                  {[]*Entry{taken(1, 2, Tentative, KindOffer)}, "BUSY-TENTATIVE 10-11"},
		"closed":                {[]*Entry{taken(1, 2, Confirmed, KindClosure)}, "BUSY-UNAVAILABLE 10-11"},
		"withdrawn":             {[]*Entry{taken(1, 2, Withdrawn, KindDeployment)}, ""},
		"a part that is closed": {[]*Entry{entryOf(Object{Kind: KindClosure, Status: Confirmed, Start: hour(1), End: hour(2), Transparent: true})}, ""},
	} {
		var got []string
		for l := range strings.Lines(strings.ReplaceAll(string(FreeBusy(span, at, slices.Values(tt.objects))), "\r\n ", "")) {
			if rest, ok := strings.CutPrefix(l, "FREEBUSY;FBTYPE="); ok {
				kind, times, _ := strings.Cut(strings.TrimSpace(rest), ":")
				from, to, _ := strings.Cut(times, "/")
				got = append(got, kind+" "+from[9:11]+"-"+to[9:11])
			}
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
