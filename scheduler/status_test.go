package scheduler_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"berth/scheduler"
)

// Statuses holds every constant of the type, once.
func TestStatusesListsAll(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "request.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var declared []scheduler.Status
	ast.Inspect(file, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := v.Type.(*ast.Ident); ok && name.Name == "Status" {
			for _, x := range v.Values {
				text, err := strconv.Unquote(x.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				declared = append(declared, scheduler.Status(text))
			}
		}
		return true
	})
	if !slices.Equal(declared, scheduler.Statuses) {
		t.Errorf("Statuses is %v, and the constants are %v", scheduler.Statuses, declared)
	}
}

// The sets keep the relations that their comments promise.
func TestSetsOfStatuses(t *testing.T) {
	t.Parallel()
	within := func(what string, small, large []scheduler.Status) {
		t.Helper()
		for _, s := range small {
			if !slices.Contains(large, s) {
				t.Errorf("%s: %s is not", what, s)
			}
		}
	}
	within("movable is live", scheduler.Movable, scheduler.Live)
	within("granted is live", scheduler.Granted, scheduler.Live)
	within("begun is granted", scheduler.Begun, scheduler.Granted)
	within("started is begun", scheduler.Started, scheduler.Begun)
	within("ended is over", scheduler.Ended, scheduler.Over)
	for _, s := range scheduler.Live {
		if s.Ahead() == s.Begun() {
			t.Errorf("%s is ahead and begun, or neither", s)
		}
	}
	within("ahead is live", scheduler.Ahead, scheduler.Live)
	for _, s := range scheduler.Statuses {
		if s.Live() == s.Over() {
			t.Errorf("%s is live and over, or neither", s)
		}
		for name, x := range map[string]struct {
			set []scheduler.Status
			is  bool
		}{"live": {scheduler.Live, s.Live()}, "ahead": {scheduler.Ahead, s.Ahead()}, "movable": {scheduler.Movable, s.Movable()}, "granted": {scheduler.Granted, s.Granted()}, "begun": {scheduler.Begun, s.Begun()},
			"started": {scheduler.Started, s.Started()}, "ended": {scheduler.Ended, s.Ended()}, "over": {scheduler.Over, s.Over()}} {
			if x.is != slices.Contains(x.set, s) {
				t.Errorf("%s is %s: %v", s, name, x.is)
			}
		}
	}
	if s := scheduler.Status("NOT_A_STATUS"); s.Live() || s.Over() {
		t.Error("a status that nobody knows is in a set")
	}
}
