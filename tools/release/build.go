package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

const folder = "dist"

// build writes everything into dist/, which it empties of former archives.
func build(version string, at time.Time, inside []module) error {
	work, err := os.MkdirTemp("", "berth-release")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := clear(); err != nil {
		return err
	}
	own := filepath.Join(work, "own")
	if err := compile(version, target{runtime.GOOS, runtime.GOARCH}, own); err != nil {
		return err
	}
	common, err := texts(own, work, licences(inside))
	if err != nil {
		return err
	}
	var made []string
	for _, t := range targets {
		name := fmt.Sprintf("berth_%s_%s_%s", strings.TrimPrefix(version, "v"), t.OS, t.Arch)
		program := entry{Name: "berth", Mode: 0o755, From: filepath.Join(work, name)}
		archive := name + ".tar.gz"
		if t.OS == "windows" {
			program.Name, archive = "berth.exe", name+".zip"
		}
		if err := compile(version, t, program.From); err != nil {
			return err
		}
		if err := pack(filepath.Join(folder, archive), name, at, append([]entry{program}, common...)); err != nil {
			return err
		}
		bill, err := materials(program.From, version, t, at, inside)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, name+".cdx.json"), bill, 0o644); err != nil {
			return err
		}
		made = append(made, archive, name+".cdx.json")
	}
	if err := os.WriteFile(filepath.Join(folder, "THIRD-PARTY-LICENCES"), []byte(licences(inside)), 0o644); err != nil {
		return err
	}
	return sums(append(made, "THIRD-PARTY-LICENCES"))
}

func clear() error {
	old, err := filepath.Glob(filepath.Join(folder, "berth_*"))
	if err != nil {
		return err
	}
	for _, path := range old {
		if !strings.HasSuffix(path, ".deb") {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	return os.MkdirAll(folder, 0o755)
}

func compile(version string, t target, to string) error {
	fmt.Printf("building berth for %s/%s\n", t.OS, t.Arch)
	c := exec.Command("scripts/static", t.OS, t.Arch, to)
	c.Env = append(os.Environ(), "VERSION="+version)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	return c.Run()
}

// texts collects what is beside the program in every archive. own is a program for this machine, which writes its manual and its completions.
func texts(own, work, licences string) ([]entry, error) {
	if err := exec.Command(own, "man", filepath.Join(work, "man")).Run(); err != nil {
		return nil, fmt.Errorf("write the manual pages: %w", err)
	}
	list := []entry{{Name: "LICENSE", From: "LICENSE"}, {Name: "README.md", From: "README.md"}, {Name: "CHANGELOG.md", From: "CHANGELOG.md"},
		{Name: "berth.service", From: "deploy/systemd/berth.service"}, {Name: "THIRD-PARTY-LICENCES", Text: licences}}
	pages, err := filepath.Glob(filepath.Join(work, "man", "*.1"))
	if err != nil {
		return nil, err
	}
	for _, path := range pages {
		list = append(list, entry{Name: "man/man1/" + filepath.Base(path), From: path})
	}
	for shell, name := range map[string]string{"bash": "berth.bash", "zsh": "_berth", "fish": "berth.fish"} {
		b, err := exec.Command(own, "completion", shell).Output()
		if err != nil {
			return nil, fmt.Errorf("write the completion of %s: %w", shell, err)
		}
		list = append(list, entry{Name: "completions/" + name, Text: string(b)})
	}
	return list, nil
}

// sums writes SHA256SUMS, for sha256sum --check.
func sums(names []string) error {
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(content), name)
	}
	return os.WriteFile(filepath.Join(folder, "SHA256SUMS"), []byte(b.String()), 0o644)
}
