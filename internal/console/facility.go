package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"berth/scheduler"
	"berth/testbeds"
	"berth/testbeds/facilityfile"
	"berth/testbeds/plain"
)

// ReadSources reads the named files.
func ReadSources(paths []string) ([]facilityfile.Source, error) {
	sources := make([]facilityfile.Source, len(paths))
	for i, path := range paths {
		b, err := readBounded(path)
		if err != nil {
			return nil, err
		}
		sources[i] = facilityfile.Source{Name: path, Data: b}
	}
	return sources, nil
}

// nothingLoaded begins the answer to files with faults.
const nothingLoaded = "nothing was loaded"

func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, scheduler.Errorf(scheduler.CodeInvalid, "%v", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, facilityfile.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return b, nil
}

// Load replaces facility and catalogue by the content of the files. A fault in one file stops all changes. Objects made over the API that
// the files lack are kept unless replace is set; they are listed before any change.
func (c Console) Load(ctx context.Context, sources []facilityfile.Source, replace bool, o scheduler.ChangeOptions) error {
	if c.Agree != nil && !o.DryRun {
		first, dry := c, o
		first.Out, first.JSON, dry.DryRun = c.Preview, false, true
		seen, err := first.load(ctx, sources, replace, dry)
		if err == nil {
			err = c.Agree("Load it?")
		}
		if err != nil {
			return err
		}
		o.Revision = seen
	}
	_, err := c.load(ctx, sources, replace, o)
	return err
}

// load loads files, and returns the revision of the facility that it found.
func (c Console) load(ctx context.Context, sources []facilityfile.Source, replace bool, o scheduler.ChangeOptions) (revision int64, err error) {
	known, revision, err := c.Facilities.Facility(ctx, Local)
	if err == nil && o.Revision != 0 && o.Revision != revision {
		err = scheduler.Errorf(scheduler.CodePrecondition, "the facility was changed in between: it is at revision %d, not %d", revision, o.Revision)
	}
	if err != nil {
		return revision, err
	}
	o.Revision = 0 // the catalogue follows the facility, which has another one then
	files, err := facilityfile.Load(known, sources...)
	if wrong, ok := errors.AsType[testbeds.Faults](err); ok {
		return revision, scheduler.InFiles(nothingLoaded, wrong)
	}
	if err != nil {
		return revision, err
	}
	answer := struct {
		Facility  *scheduler.FacilityChange `json:"facility,omitempty"`
		Catalogue *scheduler.FacilityChange `json:"catalogue,omitempty"`
		Kept      missing                   `json:"kept,omitempty"`
		Deleted   missing                   `json:"deleted,omitempty"`
	}{}
	if files.Facility != nil {
		both, only := merged(known, *files.Facility)
		c.explain(only, replace)
		if replace {
			both, answer.Deleted = *files.Facility, only
		} else {
			answer.Kept = only
		}
		seen := o
		seen.Revision = revision // the change applies to the facility that was listed
		change, err := c.Facilities.PutFacility(ctx, Local, both, seen)
		if err != nil {
			return revision, err
		}
		answer.Facility = &change
	}
	if files.Catalogue != nil {
		change, err := c.putCatalogue(ctx, files, o)
		if err != nil {
			return revision, err
		}
		answer.Catalogue = &change
	}
	if c.JSON {
		return revision, c.json(answer)
	}
	c.change("facility", answer.Facility)
	c.change("catalogue", answer.Catalogue)
	return revision, nil
}

// putCatalogue replaces the catalogue. In a dry run together with a facility the stored facility is still the old one, which may
// contradict the new catalogue: then only the difference is reported.
func (c Console) putCatalogue(ctx context.Context, files facilityfile.Bundle, o scheduler.ChangeOptions) (scheduler.FacilityChange, error) {
	if !o.DryRun || files.Facility == nil {
		return c.Facilities.PutCatalogue(ctx, Local, *files.Catalogue, o)
	}
	old, revision, err := c.Facilities.Catalogue(ctx, Local)
	return scheduler.FacilityChange{Differences: old.Diff(*files.Catalogue), DryRun: true, Revision: revision}, err
}

func (c Console) change(what string, change *scheduler.FacilityChange) {
	if change == nil {
		return
	}
	suffix := ""
	if change.DryRun {
		suffix = ", none of them made: this is a dry run"
	}
	c.printf("%s: %s%s\n", what, plain.Count(len(change.Differences), "change"), suffix)
	for _, d := range change.Differences {
		switch d.Kind {
		case "added":
			c.printf("  + %s %s\n", d.Field, d.To)
		case "removed":
			c.printf("  - %s %s\n", d.Field, d.From)
		default:
			c.printf("  ~ %s: %s → %s\n", d.Field, d.From, d.To)
		}
	}
	for _, p := range change.Providers {
		c.printf("  %s: %s\n", p.Username, map[scheduler.Right]string{scheduler.RightGranted: "may decide for " + p.Testbed + " from now on",
			scheduler.RightTaken: "may no longer decide for " + p.Testbed, scheduler.RightNoAccount: "has no account yet: make it as a provider of " + p.Testbed}[p.Right])
	}
	for i, a := range change.Affected {
		if i == 0 {
			c.printf("\nrequests that keep their capacity, and what changes for them:\n")
		}
		c.printf("#%d %s: %s\n", a.Number, a.Name, a.Text)
	}
	if change.MoreAffected > 0 {
		c.printf("and %d more\n", change.MoreAffected)
	}
	if len(change.Broken) > 0 {
		c.broken(change.Broken)
	}
}

// broken lists the bookings that a change leaves without their capacity, and their alternatives.
func (c Console) broken(list []scheduler.BrokenBooking) {
	c.printf("\nbookings without what they need:\n")
	for _, b := range list {
		c.printf("#%d %s, %s\n", b.Number, b.Name, slot(b.Slot))
		for _, p := range b.Problems {
			c.printf("  %s\n", p.Message)
		}
		for _, s := range b.Short {
			c.printf("  %s: %d booked of %d, %s\n", s.Resource, s.Booked, s.Total, slot(s.Interval))
		}
		if len(b.Alternatives) > 0 {
			c.alternatives(b.Alternatives)
		}
	}
}
