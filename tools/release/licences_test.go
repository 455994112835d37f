package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLicencesAreTold from one another by their words; what nobody knows has no name, and ends a release.
func TestLicencesAreTold(t *testing.T) {
	t.Parallel()
	bsd := "Redistribution and use in source and binary forms, with or without\nmodification"
	for _, c := range []struct{ text, want string }{
		{"Permission is hereby granted, free of charge, to any person\n  obtaining a copy", "MIT"},
		{bsd, "BSD-2-Clause"},
		{bsd + " ... nor the names may be used to endorse or promote products", "BSD-3-Clause"},
		{"Apache License\n   Version 2.0, January 2004", "Apache-2.0"},
		{"Mozilla Public License Version 2.0", "MPL-2.0"},
		{"All rights reserved.", ""},
	} {
		if got := kind([]text{{"LICENSE", c.text}}); got != c.want {
			t.Errorf("%q is %q, want %q", c.text, got, c.want)
		}
	}
	if got := kind([]text{{"LICENSE", bsd}, {"NOTICE", "May you do good and not evil"}, {"b/LICENSE", bsd}}); got != "BSD-2-Clause AND blessing" {
		t.Errorf("two are %q", got)
	}
}

// TestLicencesBesidePackagesAreFound in the folders between a package in use and its module, and nowhere else.
func TestLicencesBesidePackagesAreFound(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, content := range map[string]string{"LICENSE": "one\r\n", "used/deep/COPYING": "two", "unused/LICENSE": "three", "used/license.go": "package used", "used/README": "x"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	list, err := texted(dir, []string{filepath.Join(dir, "used", "deep")})
	if err != nil || len(list) != 2 || list[0] != (text{"LICENSE", "one"}) || list[1] != (text{"used/deep/COPYING", "two"}) {
		t.Errorf("%q, %v", list, err)
	}
	m := []module{{Path: "example.org/a", Version: "v1", Kind: "MIT", Files: list[:1]}, {Path: "example.org/b", Version: "v2", Kind: "MIT", Files: list[:1]}}
	if got := licences(m); strings.Count(got, "\none\n") != 1 || !strings.Contains(got, "example.org/b v2: MIT\n") || !strings.Contains(got, "example.org/a, LICENSE\nexample.org/b, LICENSE\n") {
		t.Errorf("a text that two have is there once, with both names:\n%s", got)
	}
}
