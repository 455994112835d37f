package web

import (
	"net/http"
	"slices"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// cataloguePage lists what can be deployed, for who makes and changes it.
type cataloguePage struct {
	VNFs   []testbeds.VNF
	NSDs   []testbeds.NSD
	NoVIMs bool // there is nowhere to deploy yet
}

// vnfPage is the form of a VNF.
type vnfPage struct {
	catalogueForm
	V        testbeds.VNF
	Amounts  []typed
	Others   []other
	Features []string // that the facility knows
	Onboards []option
}

// nsdPage is the form of an NSD.
type nsdPage struct {
	catalogueForm
	N       testbeds.NSD
	Members []memberRow
	Needs   []needRow
	VNFs    []string
	Places  []option
	Devices []option
}

// catalogueForm is what the forms of the catalogue have in common.
type catalogueForm struct {
	New      bool
	Revision int64
	Action   string
	Preview  *changePreview
}

// option is a VIM or a device to choose, as testbed/id.
type option struct {
	Ref, Label string
	On         bool
}

type memberRow struct {
	Row               int
	Index, VNF, Where string
}

type needRow struct {
	Row    int
	Device string // testbed/device
	Count  string
	Units  string
}

func (s *site) catalogue(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if err := administers(who); err != nil {
		return err
	}
	c, _, err := s.service.Catalogue(r.Context(), who)
	if err != nil {
		return err
	}
	f, _, err := s.service.Facility(r.Context(), who)
	if err != nil {
		return err
	}
	s.show(w, r, http.StatusOK, "catalogue.html", "Catalogue", who, cataloguePage{c.VNFs, c.NSDs, len(vimPlaces(f, nil)) == 0})
	return nil
}

// vimPlaces lists the VIMs of the facility, and says which are chosen.
func vimPlaces(f testbeds.Facility, chosen []string) (list []option) {
	for _, t := range f.Testbeds {
		for _, v := range t.VIMs {
			ref := t.ID + "/" + v.ID
			list = append(list, option{ref, title(t) + ", " + v.ID, slices.Contains(chosen, ref)})
		}
	}
	return list
}

// cataloguing reads what the forms of the catalogue need.
func (s *site) cataloguing(r *http.Request, who account.Actor) (f testbeds.Facility, c testbeds.Catalogue, form catalogueForm, err error) {
	if err = administers(who); err != nil {
		return f, c, form, err
	}
	if f, _, err = s.service.Facility(r.Context(), who); err != nil {
		return f, c, form, err
	}
	c, form.Revision, err = s.service.Catalogue(r.Context(), who)
	form.Action = r.URL.Path
	form.Preview, _ = r.Context().Value(previewed{}).(*changePreview)
	return f, c, form, err
}

func (s *site) editVNF(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	f, c, form, err := s.cataloguing(r, who)
	if err != nil {
		return err
	}
	id := r.PathValue("vnf")
	v, known := c.VNF(id)
	if !known && id != "" {
		return scheduler.Errorf(scheduler.CodeNotFound, "there is no VNF %q", id)
	}
	form.New = !known
	p := vnfPage{form, v, usualFields("", v.Size), otherRows(v.Size), knownFeatures(f), vimPlaces(f, v.Onboarded)}
	heading := "VNF " + v.ID
	if !known {
		heading = "Add a VNF"
	}
	s.show(w, r, http.StatusOK, "vnf-edit.html", heading, who, p)
	return nil
}

func (s *site) putVNF(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	_, c, _, err := s.cataloguing(r, who)
	if err != nil {
		return err
	}
	form, id := r.PostForm, r.PathValue("vnf")
	i := slices.IndexFunc(c.VNFs, func(v testbeds.VNF) bool { return v.ID == id })
	c.VNFs = slices.Clone(c.VNFs)
	if removes(form) {
		if i >= 0 {
			c.VNFs = slices.Delete(c.VNFs, i, i+1)
		}
		return s.changeCatalogue(w, r, who, c, s.editVNF, "vnf-removed")
	}
	v, note := testbeds.VNF{ID: strings.TrimSpace(form.Get("id"))}, "vnf-added"
	if i >= 0 {
		v, note = c.VNFs[i], "vnf-saved"
	} else if _, known := c.VNF(v.ID); known {
		return invalid("id", "is taken already")
	}
	v.Name, v.Requires, v.Onboarded = strings.TrimSpace(form.Get("name")), readWords(form.Get("requires")), form["onboarded"]
	if v.Size, err = readQuantities(form, ""); err != nil {
		return err
	}
	if i >= 0 {
		c.VNFs[i] = v
	} else {
		c.VNFs = append(c.VNFs, v)
	}
	return s.changeCatalogue(w, r, who, c, s.editVNF, note)
}

// changeCatalogue makes a change, or shows first what it would change.
func (s *site) changeCatalogue(w http.ResponseWriter, r *http.Request, who account.Actor, c testbeds.Catalogue, origin page, note string) error {
	revision, err := number(r.PostForm, "revision")
	if err != nil {
		return err
	}
	step := r.PostForm.Get("step")
	confirmed := step == "confirm" || step == confirmRemoval
	change, err := s.service.PutCatalogue(r.Context(), who, c, scheduler.ChangeOptions{DryRun: true, Revision: revision})
	if err != nil {
		return ofCatalogueForm(err)
	}
	if step == "preview" || len(change.Broken) > 0 && !confirmed {
		p := previewOf(change, "confirm")
		if step == "remove" {
			p.Step = confirmRemoval
		}
		return s.showPreview(w, r, who, p, origin)
	}
	if _, err := s.service.PutCatalogue(r.Context(), who, c, scheduler.ChangeOptions{Force: confirmed, Revision: revision}); err != nil {
		return ofCatalogueForm(err)
	}
	return done(w, r, "/admin/catalogue", note)
}
