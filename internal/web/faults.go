package web

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"berth/scheduler"
)

// within is the part of a fault's field that says in which testbed, VIM, device or entry it is.
var within = regexp.MustCompile(`^(?:testbeds|vims|devices|vnfs|nsds|opening|closures)\[\d+\]\.`)

var entryNumber = regexp.MustCompile(`\[\d+\]$`)

// ofThisForm names the faults of a testbed as the form of one of its parts does.
func ofThisForm(err error) error {
	return asForm(err, "The catalogue needs what is changed here: ", "vnfs[", "nsds[")
}

// ofCatalogueForm names the faults of an entry of the catalogue as its form does.
func ofCatalogueForm(err error) error { return asForm(err, "The facility is not valid: ", "testbeds[") }

// asForm names faults as the form of one thing does. Those of the things elsewhere have no field of the form, and begin with a sentence.
func asForm(err error, otherwise string, elsewhere ...string) error {
	e, ok := errors.AsType[*scheduler.Error](err)
	if !ok || e.Code != scheduler.CodeInvalid {
		return err
	}
	out := *e
	out.Fields = nil
	for _, f := range e.Fields {
		name := f.Field
		if slices.ContainsFunc(elsewhere, func(p string) bool { return strings.HasPrefix(name, p) }) {
			out.Fields = append(out.Fields, scheduler.FieldError{Rule: otherwise + f.Rule})
			continue
		}
		for within.MatchString(name) {
			name = within.ReplaceAllString(name, "")
		}
		out.Fields = append(out.Fields, scheduler.FieldError{Field: entryNumber.ReplaceAllString(name, ""), Rule: f.Rule})
	}
	return &out
}
