package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
	"berth/testbeds/facilityfile"
)

// Changing holds the options of every change of the facility.
type Changing struct {
	Revised
	DryRun  bool   `query:"dry_run" doc:"only show the changes and the affected bookings"`
	Force   bool   `query:"force" doc:"make the change even if bookings lose their capacity; they are listed and flagged"`
	Replace bool   `query:"replace" doc:"as force, and move each scheduled request that loses its capacity to its cheapest alternative, if no other testbed has to be asked for it; otherwise its best alternatives are held as offers, as they are with force"`
	Reason  string `query:"reason" maxLength:"1000" doc:"reason, shown to the affected users"`
}

func (c Changing) options() (scheduler.ChangeOptions, error) {
	revision, err := c.revision()
	return scheduler.ChangeOptions{DryRun: c.DryRun, Force: c.Force, Replace: c.Replace, Reason: c.Reason, Revision: revision}, err
}

// Upload is a document, as JSON or YAML.
type Upload struct {
	Changing
	ContentType string `header:"Content-Type" doc:"application/json or application/yaml"`
	RawBody     []byte
}

// documents lists the content types of a facility or a catalogue.
var documents = []string{"application/json", "application/yaml"}

// changed is the answer to a change of the facility.
type changed struct {
	ETag string `header:"ETag"`
	Body scheduler.FacilityChange
}

func (a *api) facilityRoutes() {
	a.readRoutes()
	a.closureRoutes()
	add(a, operation{id: "put-facility", raw: documents, method: "PUT", path: "/facility", tag: "facility", body: a.o.MaxBody, summary: "Replace the facility",
		more: "A change that leaves bookings without their capacity is a 409 that lists them, unless force is true."},
		func(ctx context.Context, actor account.Actor, in *Upload) (*changed, error) {
			var f testbeds.Facility
			err := in.read(&f, func(b facilityfile.Bundle) bool {
				if b.Facility != nil {
					f = *b.Facility
				}
				return b.Facility != nil && b.Catalogue == nil
			}, testbeds.Facility{})
			return a.change(in.Changing, err, func(o scheduler.ChangeOptions) (scheduler.FacilityChange, error) {
				return a.service.PutFacility(ctx, actor, f, o)
			})
		})
	add(a, operation{id: "put-catalogue", raw: documents, method: "PUT", path: "/catalogue", tag: "facility", body: a.o.MaxBody, summary: "Replace the catalogue"},
		func(ctx context.Context, actor account.Actor, in *Upload) (*changed, error) {
			known, _, err := a.service.Facility(ctx, actor)
			if err != nil {
				return nil, err
			}
			var c testbeds.Catalogue
			err = in.read(&c, func(b facilityfile.Bundle) bool {
				if b.Catalogue != nil {
					c = *b.Catalogue
				}
				return b.Catalogue != nil && b.Facility == nil
			}, known)
			return a.change(in.Changing, err, func(o scheduler.ChangeOptions) (scheduler.FacilityChange, error) {
				return a.service.PutCatalogue(ctx, actor, c, o)
			})
		})
	type Site struct {
		Upload
		Testbed string `path:"testbed" maxLength:"64"`
	}
	add(a, operation{id: "put-testbed", raw: documents[:1], method: "PUT", path: "/testbeds/{testbed}", tag: "facility", body: a.o.MaxBody, summary: "Add or change a testbed",
		more: "Takes the JSON that GET returns. The testbed's providers may change everything except its providers and its approval policy."},
		func(ctx context.Context, actor account.Actor, in *Site) (*changed, error) {
			var t testbeds.Testbed
			err := strict(in.RawBody, &t)
			if err == nil && t.ID != in.Testbed {
				err = invalid("id", "must be the testbed of the path, "+in.Testbed)
			}
			return a.change(in.Changing, err, func(o scheduler.ChangeOptions) (scheduler.FacilityChange, error) {
				return a.service.PutTestbed(ctx, actor, t, o)
			})
		})
	type removal struct {
		Changing
		Testbed string `path:"testbed" maxLength:"64"`
	}
	add(a, operation{id: "delete-testbed", method: "DELETE", path: "/testbeds/{testbed}", tag: "facility", summary: "Remove a testbed from the facility"},
		func(ctx context.Context, actor account.Actor, in *removal) (*changed, error) {
			return a.change(in.Changing, nil, func(o scheduler.ChangeOptions) (scheduler.FacilityChange, error) {
				return a.service.DeleteTestbed(ctx, actor, in.Testbed, o)
			})
		})
}

// change makes a change with the options of the call.
func (a *api) change(c Changing, err error, make func(scheduler.ChangeOptions) (scheduler.FacilityChange, error)) (*changed, error) {
	if err != nil {
		return nil, err
	}
	o, err := c.options()
	if err != nil {
		return nil, err
	}
	out, err := make(o)
	return &changed{etag(out.Revision), out}, err
}

// read decodes a document by its content type; take stores a YAML bundle, and reports whether it has the wanted kind.
func (u Upload) read(into any, take func(facilityfile.Bundle) bool, known testbeds.Facility) error {
	kind, _, _ := strings.Cut(u.ContentType, ";")
	switch strings.TrimSpace(kind) {
	case "application/json", "":
		return strict(u.RawBody, into)
	case "application/yaml", "application/x-yaml", "text/yaml":
		bundle, err := facilityfile.Load(known, facilityfile.Source{Name: "body", Data: u.RawBody})
		if err != nil {
			return err
		}
		if !take(bundle) {
			return invalid("body", "must hold a facility (testbeds) or a catalogue (vnfs and nsds), depending on the address")
		}
		return nil
	}
	return newProblem(http.StatusUnsupportedMediaType, "send application/json or application/yaml")
}

func invalid(field, rule string) error {
	return &scheduler.Error{Code: scheduler.CodeInvalid, Message: "the input breaks a rule", Fields: []scheduler.FieldError{{Field: field, Rule: rule}}}
}

// maxDepth bounds how deep JSON may nest.
const maxDepth = 32

// strict decodes one JSON document: no unknown fields, nothing after it, limited depth.
func strict(raw []byte, into any) error {
	if err := shallow(raw); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return malformed(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return newProblem(http.StatusBadRequest, "the body continues after the JSON document")
	}
	return nil
}

func malformed(err error) error {
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return invalid(t.Field, "must be a "+t.Type.String()+", not a "+t.Value)
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return invalid(strings.Trim(name, `"`), "is not a known field")
	}
	return newProblem(http.StatusBadRequest, "the body is not a valid JSON document: "+err.Error())
}

// shallow refuses deep nesting before any recursion.
func shallow(raw []byte) error {
	depth, text, escaped := 0, false, false
	for _, c := range raw {
		switch {
		case escaped:
			escaped = false
		case text && c == '\\':
			escaped = true
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return newProblem(http.StatusBadRequest, "the body nests too deeply")
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

func (a *api) readRoutes() {
	type none struct{}
	add(a, operation{id: "get-facility", method: "GET", path: "/facility", tag: "facility", summary: "Show the facility"},
		func(ctx context.Context, actor account.Actor, _ *none) (*tagged[testbeds.Facility], error) {
			f, revision, err := a.service.Facility(ctx, actor)
			return &tagged[testbeds.Facility]{etag(revision), f}, err
		})
	add(a, operation{id: "list-testbeds", method: "GET", path: "/testbeds", tag: "facility", summary: "List the testbeds"},
		func(ctx context.Context, actor account.Actor, _ *none) (*tagged[scheduler.Page[testbeds.Testbed]], error) {
			f, revision, err := a.service.Facility(ctx, actor)
			return &tagged[scheduler.Page[testbeds.Testbed]]{etag(revision), items(f.Testbeds)}, err
		})
	type Site struct {
		Testbed string `path:"testbed" maxLength:"64"`
	}
	add(a, operation{id: "get-testbed", method: "GET", path: "/testbeds/{testbed}", tag: "facility", summary: "Show a testbed"},
		func(ctx context.Context, actor account.Actor, in *Site) (*tagged[testbeds.Testbed], error) {
			t, revision, err := a.service.Testbed(ctx, actor, in.Testbed)
			return &tagged[testbeds.Testbed]{etag(revision), t}, err
		})
	catalogue := func(ctx context.Context, actor account.Actor) (testbeds.Catalogue, string, error) {
		c, revision, err := a.service.Catalogue(ctx, actor)
		return c, etag(revision), err
	}
	add(a, operation{id: "get-catalogue", method: "GET", path: "/catalogue", tag: "facility", summary: "Show the catalogue"},
		func(ctx context.Context, actor account.Actor, _ *none) (*tagged[testbeds.Catalogue], error) {
			c, tag, err := catalogue(ctx, actor)
			return &tagged[testbeds.Catalogue]{tag, c}, err
		})
	add(a, operation{id: "get-nsds", method: "GET", path: "/catalogue/nsds", tag: "facility", summary: "List the network services"},
		func(ctx context.Context, actor account.Actor, _ *none) (*tagged[scheduler.Page[testbeds.NSD]], error) {
			c, tag, err := catalogue(ctx, actor)
			return &tagged[scheduler.Page[testbeds.NSD]]{tag, items(c.NSDs)}, err
		})
	add(a, operation{id: "get-vnfs", method: "GET", path: "/catalogue/vnfs", tag: "facility", summary: "List the network functions"},
		func(ctx context.Context, actor account.Actor, _ *none) (*tagged[scheduler.Page[testbeds.VNF]], error) {
			c, tag, err := catalogue(ctx, actor)
			return &tagged[scheduler.Page[testbeds.VNF]]{tag, items(c.VNFs)}, err
		})
}

// items returns a list as a single page.
func items[T any](list []T) scheduler.Page[T] {
	if list == nil {
		list = []T{}
	}
	return scheduler.Page[T]{Items: list}
}

func (a *api) closureRoutes() {
	type Site struct {
		Testbed string `path:"testbed" maxLength:"64"`
	}
	add(a, operation{id: "list-closures", method: "GET", path: "/testbeds/{testbed}/closures", tag: "facility", summary: "List the closures of a testbed",
		more: "Only closures of the testbed itself; VIMs and devices may have their own."},
		func(ctx context.Context, actor account.Actor, in *Site) (*tagged[scheduler.Page[testbeds.Closure]], error) {
			t, revision, err := a.service.Testbed(ctx, actor, in.Testbed)
			return &tagged[scheduler.Page[testbeds.Closure]]{etag(revision), items(t.Closures)}, err
		})
	type addition struct {
		Site
		Changing
		Repeatable
		RawBody []byte
		Body    testbeds.Closure
	}
	type closed struct {
		Closure testbeds.Closure         `json:"closure"`
		Change  scheduler.FacilityChange `json:"change"`
	}
	add(a, operation{id: "create-closure", method: "POST", path: "/testbeds/{testbed}/closures", tag: "facility", status: http.StatusCreated,
		summary: "Close a testbed or part of it", more: "start is local time at the testbed. dry_run lists the affected bookings with their alternatives."},
		func(ctx context.Context, actor account.Actor, in *addition) (*body[closed], error) {
			o, err := in.options()
			if err != nil {
				return nil, err
			}
			c, change, err := a.service.AddClosure(ctx, actor, in.Testbed, in.Body, o, in.creation("closure "+in.Testbed, in.RawBody))
			return answer(closed{c, change}), err
		})
	type removal struct {
		Site
		Changing
		Closure string `path:"closure" maxLength:"64"`
	}
	add(a, operation{id: "delete-closure", method: "DELETE", path: "/testbeds/{testbed}/closures/{closure}", tag: "facility", summary: "Remove a closure"},
		func(ctx context.Context, actor account.Actor, in *removal) (*changed, error) {
			return a.change(in.Changing, nil, func(o scheduler.ChangeOptions) (scheduler.FacilityChange, error) {
				return a.service.DeleteClosure(ctx, actor, in.Testbed, in.Closure, o)
			})
		})
}
