package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
	"berth/testbeds/facilityfile"
)

// filePage shows the facility or the catalogue as a file, and the changes of a new one.
type filePage struct {
	What     string // facility or catalogue
	YAML     string
	Failure  *failure
	Preview  *changePreview
	Revision int64
}

func (s *site) editFile(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if err := administers(who); err != nil {
		return err
	}
	f, revision, err := s.service.Facility(r.Context(), who)
	if err != nil {
		return err
	}
	c, _, err := s.service.Catalogue(r.Context(), who)
	if err != nil {
		return err
	}
	p := filePage{What: r.PathValue("what"), Revision: revision}
	var b []byte
	switch p.What {
	case "facility":
		b, err = facilityfile.Format(&f, nil)
	case "catalogue":
		b, err = facilityfile.Format(nil, &c)
	default:
		err = scheduler.Errorf(scheduler.CodeNotFound, "there is no %q to change", p.What)
	}
	if err != nil {
		return err
	}
	p.YAML = string(b)
	s.show(w, r, http.StatusOK, "file.html", "The "+p.What+" as a file", who, p)
	return nil
}

// putFile shows the changes of a new facility or catalogue, and then makes them.
func (s *site) putFile(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	form := r.PostForm
	p := filePage{What: r.PathValue("what"), YAML: strings.ReplaceAll(form.Get("yaml"), "\r\n", "\n")}
	uploaded, err := readUpload(r, "upload")
	if err != nil {
		return err
	}
	if uploaded != "" {
		p.YAML = uploaded
	}
	if p.Revision, err = number(form, "revision"); err != nil {
		return err
	}
	confirmed := form.Get("step") == "confirm"
	change, err := s.changed(r.Context(), who, p, scheduler.ChangeOptions{DryRun: !confirmed, Force: confirmed, Revision: p.Revision})
	if err == nil && confirmed {
		return done(w, r, "/admin/file/"+url.PathEscape(p.What), p.What+"-saved")
	}
	status := http.StatusOK
	if err != nil {
		if ours(err) {
			return err
		}
		status, p.Failure = s.explained(who, err)
	} else {
		p.Preview = previewOf(change, "confirm")
	}
	s.show(w, r, status, "file.html", "The "+p.What+" as a file", who, p)
	return nil
}

// changed makes the change, or previews it.
func (s *site) changed(ctx context.Context, who account.Actor, p filePage, o scheduler.ChangeOptions) (out scheduler.FacilityChange, err error) {
	known, _, err := s.service.Facility(ctx, who)
	if err != nil {
		return out, err
	}
	bundle, err := facilityfile.Load(known, facilityfile.Source{Name: p.What, Data: []byte(p.YAML)})
	if wrong, ok := errors.AsType[testbeds.Faults](err); ok {
		e := scheduler.Errorf(scheduler.CodeInvalid, "the file breaks rules")
		for _, f := range wrong {
			e.Fields = append(e.Fields, scheduler.FieldError{Field: f.Field, Rule: f.Rule})
		}
		return out, e
	}
	switch {
	case err != nil:
		return out, err
	case p.What == "facility" && bundle.Facility != nil && bundle.Catalogue == nil:
		return s.service.PutFacility(ctx, who, *bundle.Facility, o)
	case p.What == "catalogue" && bundle.Catalogue != nil && bundle.Facility == nil:
		return s.service.PutCatalogue(ctx, who, *bundle.Catalogue, o)
	default:
		return out, invalid("yaml", "must contain the %s and nothing else", p.What)
	}
}

// readUpload reads a text file that was chosen in a form; empty where none was.
func readUpload(r *http.Request, field string) (string, error) {
	f, _, err := r.FormFile(field)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, facilityfile.MaxSize+1))
	if err == nil && (len(b) > facilityfile.MaxSize || !utf8.Valid(b)) {
		err = invalid(field, "must be a text of at most %d MB", facilityfile.MaxSize>>20)
	}
	return string(b), err
}
