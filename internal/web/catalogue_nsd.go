package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

func (s *site) editNSD(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	f, c, form, err := s.cataloguing(r, who)
	if err != nil {
		return err
	}
	id := r.PathValue("nsd")
	n, known := c.NSD(id)
	if !known && id != "" {
		return scheduler.Errorf(scheduler.CodeNotFound, "there is no service %q", id)
	}
	form.New = !known
	p := nsdPage{catalogueForm: form, N: n, Places: vimPlaces(f, nil)}
	for _, v := range c.VNFs {
		p.VNFs = append(p.VNFs, v.ID)
	}
	for _, t := range f.Testbeds {
		for _, d := range t.Devices {
			p.Devices = append(p.Devices, option{Ref: t.ID + "/" + d.ID, Label: title(t) + ", " + d.ID})
		}
	}
	for i, m := range n.Members {
		where := n.Placement[m.Index]
		if where == "" {
			where = n.Placement[testbeds.PlaceAll]
		}
		p.Members = append(p.Members, memberRow{i, m.Index, m.VNF, where})
	}
	for i, d := range n.Devices {
		p.Needs = append(p.Needs, needRow{i, d.Testbed + "/" + d.Device, strconv.FormatInt(d.Count, 10), strings.Join(d.Units, ", ")})
	}
	more := spareRows
	if r.Context().Value(moreRows{}) != nil {
		more = 10
	}
	for range more {
		p.Members = append(p.Members, memberRow{Row: len(p.Members), Index: strconv.Itoa(len(p.Members) + 1)})
		p.Needs = append(p.Needs, needRow{Row: len(p.Needs)})
	}
	heading := "Service " + n.ID
	if !known {
		heading = "Add a service"
	}
	s.show(w, r, http.StatusOK, "nsd-edit.html", heading, who, p)
	return nil
}

func (s *site) putNSD(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	_, c, _, err := s.cataloguing(r, who)
	if err != nil {
		return err
	}
	form, id := r.PostForm, r.PathValue("nsd")
	i := slices.IndexFunc(c.NSDs, func(n testbeds.NSD) bool { return n.ID == id })
	c.NSDs = slices.Clone(c.NSDs)
	if removes(form) {
		if i >= 0 {
			c.NSDs = slices.Delete(c.NSDs, i, i+1)
		}
		return s.changeCatalogue(w, r, who, c, s.editNSD, "nsd-removed")
	}
	if form.Get("step") == "rows" {
		x := refusal{form: form, message: "Nothing is saved yet. Here are more rows.", calm: true}
		if s.comesBack(w, r.WithContext(context.WithValue(r.Context(), moreRows{}, true)), who, post{origin: s.editNSD}, http.StatusOK, x) {
			return nil
		}
	}
	n, note := testbeds.NSD{ID: strings.TrimSpace(form.Get("id"))}, "nsd-added"
	if i >= 0 {
		n.ID, note = id, "nsd-saved"
	} else if _, known := c.NSD(n.ID); known {
		return invalid("id", "is taken already")
	}
	n.Name = strings.TrimSpace(form.Get("name"))
	n.Members, n.Placement = readMembers(form)
	soleHomes(c, &n)
	if len(n.Members) == 0 {
		return invalid("member.0.vnf", "is missing: a service has at least one member")
	}
	if n.Devices, err = readNeeds(form); err != nil {
		return err
	}
	if i >= 0 {
		c.NSDs[i] = n
	} else {
		c.NSDs = append(c.NSDs, n)
	}
	return s.changeCatalogue(w, r, who, c, s.editNSD, note)
}

// moreRows asks the form of a service for more rows.
type moreRows struct{}

// readMembers reads the members of a service, and where each usually runs.
func readMembers(form url.Values) (list []testbeds.Member, p testbeds.Placement) {
	p = testbeds.Placement{}
	for i := range maxRows {
		prefix := "member." + strconv.Itoa(i) + "."
		if !form.Has(prefix + "vnf") {
			break
		}
		m := testbeds.Member{Index: strings.TrimSpace(form.Get(prefix + "index")), VNF: form.Get(prefix + "vnf")}
		if m.VNF == "" {
			continue
		}
		list = append(list, m)
		if where := form.Get(prefix + "where"); where != "" {
			p[m.Index] = where
		}
	}
	return list, p
}

// soleHomes places members that can run on one VIM only there: nobody has anything to choose.
func soleHomes(c testbeds.Catalogue, n *testbeds.NSD) {
	for _, m := range n.Members {
		if v, ok := c.VNF(m.VNF); ok && len(v.Onboarded) == 1 && n.Placement[m.Index] == "" && n.Placement[testbeds.PlaceAll] == "" {
			n.Placement[m.Index] = v.Onboarded[0]
		}
	}
}

// readNeeds reads the devices that a service holds.
func readNeeds(form url.Values) (list []testbeds.DeviceNeed, err error) {
	for i := range maxRows {
		prefix := "need." + strconv.Itoa(i) + "."
		if !form.Has(prefix + "device") {
			break
		}
		testbed, device, ok := strings.Cut(form.Get(prefix+"device"), "/")
		if !ok {
			continue
		}
		n, err := number(form, prefix+"count")
		if err != nil {
			return nil, err
		}
		units := readWords(form.Get(prefix + "units"))
		list = append(list, testbeds.DeviceNeed{Testbed: testbed, Device: device, Count: max(n, int64(len(units)), 1), Units: units})
	}
	return list, nil
}
