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

// TestSweepSharesNoCodeWithTheEngine looks up where everything is declared that the files of Sweep use of this package: what they share with the
// engine they would get wrong together. The model in testbeds they may share.
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
	// Other packages are not looked into; what is missing of them is no error here.
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
