package capacity

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestSweepSharesNoCodeWithTheEngine finds the declarations behind all identifiers in the files of Sweep: code shared with the engine would
// be wrong in both at once. They may share the model in testbeds.
func TestSweepSharesNoCodeWithTheEngine(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it reads code, and says nothing of what the code does")
	}
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	var files []*ast.File
	for _, name := range slices.DeleteFunc(names, func(n string) bool { return strings.HasSuffix(n, "_test.go") }) {
		f, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	info := types.Info{Uses: map[*ast.Ident]types.Object{}}
	// Other packages are not type-checked; identifiers missing because of that are no error here.
	checker := types.Config{Importer: importer.Default(), Error: func(error) {}}
	pkg, _ := checker.Check("berth/testbeds/capacity", set, files, &info)
	used := 0
	for name, object := range info.Uses {
		in, from := set.Position(name.Pos()).Filename, set.Position(object.Pos()).Filename
		if !strings.HasPrefix(in, "sweep") || object.Pkg() != pkg {
			continue
		}
		used++
		if !strings.HasPrefix(from, "sweep") {
			t.Errorf("%s uses %s of %s", set.Position(name.Pos()), object.Name(), from)
		}
	}
	if used < 100 {
		t.Fatalf("only %d uses were looked at", used)
	}
}
