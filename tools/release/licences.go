package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// module is one that is inside the program on some system, with its licence.
type module struct {
	Path, Version, Dir string
	Kind               string // as SPDX names it; several are joined by AND
	Files              []text
}

type text struct{ Name, Content string }

// modules finds everything that is inside the program on any of the targets. One without a licence that is known here is an error: somebody has to
// look at it before it is given away.
func modules() ([]module, error) {
	found := map[string]module{}
	folders := map[string][]string{} // of the packages in use
	for _, t := range targets {
		if err := packages(t, found, folders); err != nil {
			return nil, err
		}
	}
	root, err := exec.Command("go", "env", "GOROOT", "GOVERSION").Output()
	if err != nil {
		return nil, err
	}
	lines := strings.Fields(string(root))
	found["std"] = module{Path: "std", Version: strings.TrimPrefix(lines[1], "go"), Dir: lines[0]}
	var list []module
	var faults []error
	for path, m := range found {
		m.Files, err = texted(m.Dir, folders[path])
		if err != nil {
			return nil, err
		}
		m.Kind = kind(m.Files)
		if m.Kind == "" {
			faults = append(faults, fmt.Errorf("%s %s: no licence, or one that is not known here", m.Path, m.Version))
		}
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b module) int { return strings.Compare(a.Path, b.Path) })
	return list, errors.Join(faults...)
}

// packages asks Go which packages the program has on a system.
func packages(t target, found map[string]module, folders map[string][]string) error {
	c := exec.Command("go", "list", "-deps", "-json=Dir,Standard,Module", "./cmd/berth")
	c.Env = append(os.Environ(), "GOOS="+t.OS, "GOARCH="+t.Arch, "CGO_ENABLED=0", "GOFLAGS=")
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		return fmt.Errorf("list the packages for %s/%s: %w", t.OS, t.Arch, err)
	}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			Dir      string
			Standard bool
			Module   *struct {
				Path, Version, Dir string
				Main               bool
				Replace            *struct{ Path, Version, Dir string }
			}
		}
		if err := d.Decode(&p); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if p.Standard || p.Module == nil || p.Module.Main {
			continue
		}
		m := module{Path: p.Module.Path, Version: p.Module.Version, Dir: p.Module.Dir}
		if r := p.Module.Replace; r != nil {
			m.Version, m.Dir = r.Version, r.Dir
		}
		found[m.Path] = m
		folders[m.Path] = append(folders[m.Path], p.Dir)
	}
}

var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|copyright|notice|patents|unlicense)([-._].*)?$|(?i)^[a-z0-9]+-licen[cs]e(\..*)?$`)

// texted reads the licences of a module, and those beside the packages that are in use.
func texted(dir string, packages []string) (list []text, err error) {
	seen := map[string]bool{}
	for _, folder := range append([]string{dir}, packages...) {
		for {
			if !seen[folder] {
				seen[folder] = true
				entries, err := os.ReadDir(folder)
				if err != nil {
					return nil, err
				}
				for _, e := range entries {
					if e.Type().IsRegular() && licenceFile.MatchString(e.Name()) && !strings.HasSuffix(e.Name(), ".go") {
						b, err := os.ReadFile(filepath.Join(folder, e.Name()))
						if err != nil {
							return nil, err
						}
						name, _ := filepath.Rel(dir, filepath.Join(folder, e.Name()))
						list = append(list, text{filepath.ToSlash(name), strings.TrimSpace(strings.ReplaceAll(string(b), "\r\n", "\n"))})
					}
				}
			}
			if folder == dir || len(folder) <= len(dir) {
				break
			}
			folder = filepath.Dir(folder)
		}
	}
	slices.SortFunc(list, func(a, b text) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// kinds tells licences by words that only they have.
var kinds = []struct{ id, words string }{
	{"Apache-2.0", "Apache License Version 2.0"},
	{"Apache-2.0", "Licensed under the Apache License, Version 2.0"},
	{"MPL-2.0", "Mozilla Public License Version 2.0"},
	{"MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy"},
	{"ISC", "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted"},
	{"ISC", "Permission to use, copy, modify, and distribute this software for any purpose with or without fee is hereby granted"},
	{"blessing", "May you do good and not evil"},
	{"LicenseRef-Public-Domain", "All of the code and documentation in SQLite has been dedicated to the public domain"},
	{"CC0-1.0", "CC0 1.0 Universal"},
	{"Unlicense", "This is free and unencumbered software released into the public domain"},
}

func kind(files []text) string {
	var list []string
	for _, f := range files {
		words := strings.Join(strings.Fields(f.Content), " ")
		for _, k := range kinds {
			if strings.Contains(words, k.words) {
				list = append(list, k.id)
			}
		}
		if strings.Contains(words, "Redistribution and use in source and binary forms") {
			if strings.Contains(words, "endorse or promote products") {
				list = append(list, "BSD-3-Clause")
			} else {
				list = append(list, "BSD-2-Clause")
			}
		}
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), " AND ")
}

// licences writes the licence of each module, and each text once.
func licences(list []module) string {
	var b strings.Builder
	b.WriteString("Berth is made of its own parts, under the Apache License 2.0 (LICENSE), and of these, under their own licences. \"std\" is Go itself.\n\n")
	users := map[string][]string{}
	var order []string
	for _, m := range list {
		fmt.Fprintf(&b, "%s %s: %s\n", m.Path, m.Version, m.Kind)
		for _, f := range m.Files {
			if users[f.Content] == nil {
				order = append(order, f.Content)
			}
			users[f.Content] = append(users[f.Content], m.Path+", "+f.Name)
		}
	}
	for _, content := range order {
		fmt.Fprintf(&b, "\n%s\n%s\n\n%s\n", strings.Repeat("=", 80), strings.Join(users[content], "\n"), content)
	}
	return b.String()
}
