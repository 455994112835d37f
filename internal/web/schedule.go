package web

import (
	"html/template"
	"net/http"
	"slices"
	"time"

	"berth/internal/web/timeline"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// schedulePage shows what is booked, where and when.
type schedulePage struct {
	Window   window
	Range    string // the time shown, in words
	Picture  template.HTML
	Testbeds []testbeds.Testbed
	Features []string
	NSDs     []string
	Zones    []string
	Spans    []spanLink
	Earlier  template.URL
	Later    template.URL
	Today    template.URL
	Image    template.URL
	Whole    template.URL // without filters
	From, To string
	May      bool     // may book
	Hidden   []hidden // the time shown, for the form of the search
}

// spanLink leads to the same time with another length.
type spanLink struct {
	link
	Title, Name string
}

func (s *site) schedule(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	v, err := s.readWindow(r.URL.Query(), s.readerOf(who).zone)
	if err != nil {
		return err
	}
	v.Width = drawnWidth(r)
	f, _, err := s.service.Facility(r.Context(), who)
	if err != nil {
		return err
	}
	catalogue, _, err := s.service.Catalogue(r.Context(), who)
	if err != nil {
		return err
	}
	write := timeline.Chart.HTML
	if v.byDay() {
		write = timeline.Chart.Heat
	}
	picture, err := s.shown(r, who, v, f, write)
	if err != nil {
		return err
	}
	whole := window{Span: v.Span, Slot: v.Slot, Zone: v.Zone}
	p := schedulePage{Window: v, Range: rangeWords(v), Picture: template.HTML(picture), // the drawing package escapes all texts of users
		Testbeds: f.Testbeds, Features: features(f), Zones: zones(f, v.Zone), Earlier: v.moved(-1, ""), Later: v.moved(1, ""), Today: v.today(s.o.Clock()), May: scheduler.MaySubmit(who),
		From: v.Slot.Start.In(v.Zone).Format(localTime), To: v.Slot.End.In(v.Zone).Format(localTime), Image: template.URL("/timeline.svg?" + v.query().Encode()), Whole: template.URL(whole.address())}
	for _, n := range catalogue.NSDs {
		p.NSDs = append(p.NSDs, n.ID)
	}
	for _, x := range lengths {
		p.Spans = append(p.Spans, spanLink{link{Label: x.label, URL: string(v.moved(0, x.name)), Here: v.Span == x.name}, x.title, x.name})
	}
	q := v.query()
	for _, name := range []string{"span", "at", "from", "to", "open"} {
		for _, value := range q[name] {
			p.Hidden = append(p.Hidden, hidden{name, value})
		}
	}
	s.show(w, r, http.StatusOK, "schedule.html", "Schedule", who, p)
	return nil
}

// today returns the address of the window with the present in it.
func (v window) today(now time.Time) template.URL {
	now = now.In(v.Zone)
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, v.Zone)
	v.Slot = testbeds.NewSlot(day, v.Slot.Duration())
	return template.URL(v.address())
}

// rangeWords names the time shown: "Fri 27 Nov 2026", "27 Nov – 3 Dec 2026".
func rangeWords(v window) string {
	start, last := v.Slot.Start.In(v.Zone), v.Slot.End.Add(-time.Second).In(v.Zone)
	switch {
	case start.Year() == last.Year() && start.YearDay() == last.YearDay():
		return start.Format("Mon 2 Jan 2006")
	case start.Year() != last.Year():
		return start.Format("2 Jan 2006") + " – " + last.Format("2 Jan 2006")
	case start.Month() != last.Month():
		return start.Format("2 Jan") + " – " + last.Format("2 Jan 2006")
	}
	return start.Format("2") + " – " + last.Format("2 Jan 2006")
}

func features(f testbeds.Facility) (list []string) {
	for _, t := range f.Testbeds {
		for _, x := range t.Features {
			if !slices.Contains(list, x) {
				list = append(list, x)
			}
		}
	}
	slices.Sort(list)
	return list
}
