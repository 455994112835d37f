package scheduler_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryMethodNamesItsCodes reads the package: the comment of an exported method of Service that returns an error names its codes, or the methods
// that it shares them with. The codes must exist.
func TestEveryMethodNamesItsCodes(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	methods, codes := map[string]string{}, map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if ofService(n) && n.Name.IsExported() && returnsError(n) {
					methods[n.Name.Name] = strings.Join(strings.Fields(n.Doc.Text()), " ")
				}
				return false
			case *ast.ValueSpec:
				for _, name := range n.Names {
					codes[name.Name] = strings.HasPrefix(name.Name, "Code")
				}
			}
			return true
		})
	}
	if len(methods) < 40 {
		t.Fatalf("%d methods", len(methods))
	}
	for name, doc := range methods {
		named := regexp.MustCompile(`\bCode[A-Z]\w*`).FindAllString(doc, -1)
		for _, code := range named {
			if !codes[code] {
				t.Errorf("%s names %s, which there is not", name, code)
			}
		}
		of := regexp.MustCompile(`\bcodes of ([A-Z]\w*)(?: and ([A-Z]\w*))?`).FindStringSubmatch(doc)
		for _, other := range of[min(len(of), 1):] {
			if _, ok := methods[other]; other != "" && !ok {
				t.Errorf("%s returns the codes of %s, which is no such method", name, other)
			}
		}
		if len(named) == 0 && of == nil && !strings.Contains(doc, "no code of its own") {
			t.Errorf("%s does not say which codes its errors have: %q", name, doc)
		}
	}
}

func ofService(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return false
	}
	star, ok := f.Recv.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	name, ok := star.X.(*ast.Ident)
	return ok && name.Name == "Service"
}

func returnsError(f *ast.FuncDecl) bool {
	if f.Type.Results == nil {
		return false
	}
	results := f.Type.Results.List
	last, ok := results[len(results)-1].Type.(*ast.Ident)
	return ok && last.Name == "error"
}
