package web

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"berth/testbeds"
)

const seriesPath = "/series"

// seriesListPage lists series.
type seriesListPage struct {
	Own                               bool // the reader can have series
	Mine                              bool
	Status, Testbed, Experiment, Text string
	Statuses                          []scheduler.Status
	Testbeds                          []testbeds.Testbed
	Experiments                       []string
	Filtered                          bool
	Items                             []seriesRow
	Next                              template.URL
}

// seriesRow is a series in a list.
type seriesRow struct {
	scheduler.ListedSeries
	Where, By string
	Counts    []string // "4 scheduled", "2 under review"
	Soon      string   // how far off the next one is
}

// seriesList shows the series that the reader may see, narrowed by a form.
func (s *site) seriesList(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	ctx, q := r.Context(), r.URL.Query()
	f, _, err := s.service.Facility(ctx, who)
	if err != nil {
		return err
	}
	catalogue, _, err := s.service.Catalogue(ctx, who)
	if err != nil {
		return err
	}
	p := seriesListPage{Own: who.Is(account.RoleExperimenter), Mine: q.Get("mine") != "", Status: q.Get("status"), Testbed: q.Get("testbed"), Experiment: q.Get("experiment"),
		Text: strings.TrimSpace(q.Get("text")), Statuses: scheduler.Statuses, Testbeds: f.Testbeds}
	for _, n := range catalogue.NSDs {
		p.Experiments = append(p.Experiments, n.ID)
	}
	filter := scheduler.SeriesFilter{Testbed: p.Testbed, Experiment: p.Experiment, Text: p.Text, Status: scheduler.Status(p.Status), Limit: onePage}
	if p.Mine {
		filter.Experimenter = who.Username
	}
	p.Filtered = filter != scheduler.SeriesFilter{Limit: onePage}
	page, err := s.service.ListSeries(ctx, who, filter, q.Get("cursor"))
	if err != nil {
		return err
	}
	var people []string
	for _, x := range page.Items {
		people = append(people, x.Experimenter)
	}
	n, err := s.named(ctx, who, f, people...)
	if err != nil {
		return err
	}
	reads := s.readerOf(who)
	for _, x := range page.Items {
		row := seriesRow{ListedSeries: x, Where: strings.Join(n.Beds(x.Testbeds), ", "), By: n.Person(x.Experimenter), Counts: counted(x.Statuses)}
		if x.Next != nil {
			row.Soon = reads.away(x.Next.Start)
		}
		p.Items = append(p.Items, row)
	}
	if page.Next != "" {
		q.Set("cursor", page.Next)
		p.Next = template.URL(seriesPath + "?" + q.Encode())
	}
	s.show(w, r, http.StatusOK, "series-list.html", "Series", who, p)
	return nil
}

// Link is where a list is narrowed otherwise: to the reader's own series, or to all.
func (p seriesListPage) Link(mine bool) template.URL {
	q := url.Values{}
	for name, value := range map[string]string{"status": p.Status, "testbed": p.Testbed, "experiment": p.Experiment, "text": p.Text} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if mine {
		q.Set("mine", "yes")
	}
	if len(q) == 0 {
		return seriesPath
	}
	return template.URL(seriesPath + "?" + q.Encode())
}

// counted says how many occurrences have each status.
func counted(of map[scheduler.Status]int) (list []string) {
	for _, status := range scheduler.Statuses {
		if n := of[status]; n > 0 {
			list = append(list, fmt.Sprintf("%d %s", n, strings.ToLower(phrases.Status(status))))
		}
	}
	return list
}
