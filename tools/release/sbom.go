package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
)

// The parts of CycloneDX 1.6 that are used: https://cyclonedx.org/docs/1.6/json/.
type bom struct {
	Format       string       `json:"bomFormat"`
	Spec         string       `json:"specVersion"`
	Serial       string       `json:"serialNumber"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Timestamp string    `json:"timestamp"`
	Component component `json:"component"`
}

type component struct {
	Ref        string     `json:"bom-ref"`
	Type       string     `json:"type"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	PURL       string     `json:"purl,omitempty"`
	Hashes     []hash     `json:"hashes,omitempty"`
	Licences   []licensed `json:"licenses,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

type (
	hash       struct{ Alg, Content string }
	licensed   struct{ Expression string }
	property   struct{ Name, Value string }
	dependency struct {
		Ref       string   `json:"ref"`
		DependsOn []string `json:"dependsOn,omitempty"`
	}
)

func (h hash) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"alg": h.Alg, "content": h.Content})
}

func (l licensed) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"expression": l.Expression})
}

func (p property) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"name": p.Name, "value": p.Value})
}

// materials lists what is inside a program, as the program itself says.
func materials(path, version string, t target, at time.Time, known []module) ([]byte, error) {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	kinds := map[string]string{}
	for _, m := range known {
		kinds[m.Path] = m.Kind
	}
	sum := sha256.Sum256(content)
	program := component{Ref: "berth", Type: "application", Name: "berth", Version: version, Hashes: []hash{{"SHA-256", fmt.Sprintf("%x", sum)}},
		Licences: []licensed{{"Apache-2.0"}}, Properties: []property{{"berth:system", t.OS + "/" + t.Arch}, {"berth:go", info.GoVersion}}}
	b := bom{Format: "CycloneDX", Spec: "1.6", Version: 1, Serial: serial(sum), Metadata: metadata{at.Format(time.RFC3339), program}}
	std := component{Ref: "std", Type: "library", Name: "std", Version: strings.TrimPrefix(info.GoVersion, "go"), Licences: []licensed{{kinds["std"]}}}
	std.PURL = "pkg:golang/std@" + std.Version
	b.Components = append(b.Components, std)
	for _, d := range info.Deps {
		m := d
		if d.Replace != nil {
			m = d.Replace
		}
		if kinds[d.Path] == "" {
			return nil, fmt.Errorf("%s is inside %s, and its licence is not known", d.Path, path)
		}
		purl := "pkg:golang/" + m.Path + "@" + m.Version
		b.Components = append(b.Components, component{Ref: purl, Type: "library", Name: m.Path, Version: m.Version, PURL: purl,
			Licences: []licensed{{kinds[d.Path]}}, Properties: []property{{"go:sum", m.Sum}}})
	}
	all := dependency{Ref: program.Ref}
	for _, c := range b.Components {
		all.DependsOn = append(all.DependsOn, c.Ref)
	}
	b.Dependencies = []dependency{all}
	out, err := json.MarshalIndent(b, "", "  ")
	return append(out, '\n'), err
}

// serial makes a UUID (version 8) of the sum of the program: the same program has the same one.
func serial(sum [sha256.Size]byte) string {
	u := sum[:16]
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}
