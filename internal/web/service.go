package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"berth/testbeds"
	"berth/testbeds/plain"
)

// servicePage is the page for choosing what to deploy.
type servicePage struct {
	Text    string // searched for
	Recent  []offered
	Others  []offered
	VIMs    []string
	Rows    []int
	Failure *failure
	Empty   bool // there is nothing in the catalogue
}

// offered is a network service, with what it needs.
type offered struct {
	ID, Name  string
	Parts     string // "4 components"
	Takes     []string
	Where     []string // testbeds
	Onboarded bool
}

// chooseService shows the services of the catalogue: those that the reader has used lately first.
func (s *site) chooseService(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	f, _, err := s.service.Facility(r.Context(), who)
	if err != nil {
		return err
	}
	catalogue, _, err := s.service.Catalogue(r.Context(), who)
	if err != nil {
		return err
	}
	p := servicePage{Text: strings.TrimSpace(r.FormValue("text")), Empty: len(catalogue.NSDs) == 0}
	for _, t := range f.Testbeds {
		for _, v := range t.VIMs {
			p.VIMs = append(p.VIMs, t.ID+"/"+v.ID)
		}
	}
	for i := range maxOwn {
		p.Rows = append(p.Rows, i+1)
	}
	mine, err := s.service.List(r.Context(), who, scheduler.RequestFilter{Experimenter: who.Username, Limit: recentRequests}, "")
	if err != nil {
		return err
	}
	for _, q := range mine.Items {
		n, known := catalogue.NSD(q.NSD)
		if !known || len(p.Recent) == recentServices || slices.ContainsFunc(p.Recent, func(o offered) bool { return o.ID == n.ID }) {
			continue
		}
		if o := service(n, catalogue, f); o.holds(p.Text) {
			p.Recent = append(p.Recent, o)
		}
	}
	for _, n := range catalogue.NSDs {
		o := service(n, catalogue, f)
		if o.holds(p.Text) && !slices.ContainsFunc(p.Recent, func(x offered) bool { return x.ID == o.ID }) {
			p.Others = append(p.Others, o)
		}
	}
	s.show(w, r, http.StatusOK, "choose-service.html", "What do you want to deploy?", who, p)
	return nil
}

const (
	recentRequests = 30 // among which services are looked for
	recentServices = 3
)

// service describes a network service of the catalogue at its usual places.
func service(n testbeds.NSD, c testbeds.Catalogue, f testbeds.Facility) offered {
	p := choosePage{Needs: n.Devices, Places: members(n, c, nil)}
	o := offered{ID: n.ID, Name: n.Name, Parts: plain.Count(len(n.Members), "component"), Onboarded: true}
	for _, x := range p.Places {
		o.Onboarded = o.Onboarded && slices.Contains(x.Can, x.Now)
	}
	demand := p.needed()
	o.Takes = takesOf(demand, f)
	for _, id := range demand.Testbeds() {
		t, _ := f.Testbed(id)
		t.ID = id
		o.Where = append(o.Where, title(t))
	}
	return o
}

// holds reports whether a service has all the words of a search in its description.
func (o offered) holds(text string) bool {
	all := strings.ToLower(strings.Join(append([]string{o.ID, o.Name}, append(o.Takes, o.Where...)...), " "))
	for _, word := range strings.Fields(strings.ToLower(text)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}

// takesOf says what a demand takes: of each VIM its amounts, of each device the count and how many there are.
func takesOf(d testbeds.Demand, f testbeds.Facility) (list []string) {
	amounts, order := map[string]testbeds.Quantities{}, []string{}
	for _, n := range d {
		if n.Device != "" {
			continue
		}
		where := n.Testbed + "/" + n.VIM
		if amounts[where] == nil {
			amounts[where] = testbeds.Quantities{}
			order = append(order, where)
		}
		amounts[where][n.Quantity] = n.Amount
	}
	for _, n := range d {
		if n.Device == "" {
			continue
		}
		words := fmt.Sprintf("%d × %s", n.Amount, n.Device)
		t, _ := f.Testbed(n.Testbed)
		if i := slices.IndexFunc(t.Devices, func(x testbeds.Device) bool { return x.ID == n.Device }); i >= 0 {
			if words = n.Device; t.Devices[i].Count > 1 {
				words = fmt.Sprintf("%d of %d %s", n.Amount, t.Devices[i].Count, n.Device)
			}
		}
		list = append(list, words)
	}
	for _, where := range order {
		words := phrases.Amounts(amounts[where])
		if len(order) > 1 {
			words += " on " + where
		}
		list = append(list, words)
	}
	return list
}
