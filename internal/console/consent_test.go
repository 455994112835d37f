package console_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"berth/internal/console"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
	"berth/testbeds/facilityfile"
)

// far stands for a server: it keeps one person and a facility, and counts what is put.
type far struct {
	console.Accounts
	console.Facilities
	person   account.Person
	revision int64
	put      []string
}

func (f *far) Person(context.Context, account.Actor, string) (account.Person, error) {
	return f.person, nil
}

func (f *far) PutPerson(_ context.Context, _ account.Actor, p account.Person) (account.Person, error) {
	f.put = append(f.put, p.Username)
	return p, nil
}

func (f *far) Facility(context.Context, account.Actor) (testbeds.Facility, int64, error) {
	return testbeds.Facility{}, f.revision, nil
}

func (f *far) PutFacility(_ context.Context, _ account.Actor, _ testbeds.Facility, o scheduler.ChangeOptions) (scheduler.FacilityChange, error) {
	if !o.DryRun {
		f.put = append(f.put, "facility")
	}
	return scheduler.FacilityChange{DryRun: o.DryRun}, nil
}

// What would change is shown before the question; without a yes nothing changes, nor if somebody else was quicker than the answer.
func TestNothingChangesWithoutConsent(t *testing.T) {
	t.Parallel()
	errNot := errors.New("nothing was changed")
	file := []facilityfile.Source{{Name: "hall.yaml", Data: []byte("testbeds: []\n")}}
	rename := func(ctx context.Context, c console.Console) error {
		return c.ChangePerson(ctx, "ada", func(p *account.Person) { p.Name = "Ada" })
	}
	load := func(ctx context.Context, c console.Console) error {
		return c.Load(ctx, file, false, scheduler.ChangeOptions{})
	}
	for _, c := range []struct {
		name    string
		do      func(context.Context, console.Console) error
		agree   func(f *far) error
		code    scheduler.Code
		put     string
		preview string
	}{
		{"a yes", rename, func(*far) error { return nil }, "", "ada", "name: none → Ada"},
		{"a no", rename, func(*far) error { return errNot }, "no", "", "name: none → Ada"},
		{"a file, and a yes", load, func(*far) error { return nil }, "", "facility", "this is a dry run"},
		{"a file, and a no", load, func(*far) error { return errNot }, "no", "", "this is a dry run"},
		{"a file, and somebody was quicker", load, func(f *far) error { f.revision++; return nil }, scheduler.CodePrecondition, "", "this is a dry run"},
	} {
		var preview bytes.Buffer
		f := &far{person: account.Person{Username: "ada"}, revision: 7}
		err := c.do(t.Context(), console.Console{Accounts: f, Facilities: f, Out: &bytes.Buffer{}, Preview: &preview, Agree: func(string) error { return c.agree(f) }})
		if ok := err == nil && c.code == "" || errors.Is(err, errNot) && c.code == "no" || scheduler.CodeOf(err) == c.code && c.code != ""; !ok {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := strings.Join(f.put, " "); got != c.put || !strings.Contains(preview.String(), c.preview) {
			t.Errorf("%s: put %q, shown %q", c.name, got, preview.String())
		}
	}
}
