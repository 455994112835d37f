package facilityfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"

	"berth/testbeds"

	"go.yaml.in/yaml/v3"
)

// MaxSize bounds the bytes of a file.
const MaxSize = 4 << 20

// maxMarks bounds the characters that precede values, and with them the memory of the parsed file: real files have one in six to
// ten bytes, a hostile one could have one in two.
const maxMarks = 1_000_000

// File is the content of one file; Facility is nil without the key testbeds, Catalogue without vnfs and nsds.
type File struct {
	Name      string
	Facility  *testbeds.Facility
	Catalogue *testbeds.Catalogue

	places map[string]place // by field of the model
}

// place is the position of a field of the model in its file.
type place struct {
	line  int
	field string // its name there
}

// document is the top of a file.
type document struct {
	Testbeds []testbeds.Testbed `json:"testbeds" yaml:"testbeds,omitempty"`
	VNFs     []testbeds.VNF     `json:"vnfs" yaml:"vnfs,omitempty"`
	NSDs     []testbeds.NSD     `json:"nsds" yaml:"nsds,omitempty"`
}

// Parse reads one file; name is for the faults. The error is testbeds.Faults. It checks only the form: see Bundle.Validate.
func Parse(name string, data []byte) (File, error) {
	file, faults := parse(name, data)
	if len(faults) > 0 {
		return File{}, faults
	}
	return file, nil
}

// parse reads the valid parts, and collects all faults.
func parse(name string, data []byte) (File, testbeds.Faults) {
	if len(data) > MaxSize {
		return File{}, testbeds.Faults{{File: name, Rule: fmt.Sprintf("may have at most %d bytes, and has %d", MaxSize, len(data))}}
	}
	marks := 0
	for _, mark := range []string{",", ":", "?", "-", "[", "{"} {
		marks += bytes.Count(data, []byte(mark))
	}
	if marks > maxMarks {
		return File{}, testbeds.Faults{{File: name, Rule: "has too many values for one file; split it"}}
	}
	root, fault := soleDocument(data)
	if fault != nil {
		fault.File = name
		return File{}, testbeds.Faults{*fault}
	}
	d := decoder{name: name, places: map[string]place{}}
	var doc document
	d.value(root, reflect.ValueOf(&doc).Elem(), path{})
	return d.file(doc), d.faults
}

// file splits the document into a facility and a catalogue.
func (d *decoder) file(doc document) File {
	f := File{Name: d.name, places: d.places}
	there := func(key string) bool { _, ok := d.places[key]; return ok }
	if there("testbeds") {
		f.Facility = &testbeds.Facility{Testbeds: doc.Testbeds}
	}
	if there("vnfs") || there("nsds") {
		f.Catalogue = &testbeds.Catalogue{VNFs: doc.VNFs, NSDs: doc.NSDs}
	}
	if f.Facility == nil && f.Catalogue == nil && len(d.faults) == 0 {
		d.faults.Add(testbeds.Fault{File: d.name, Line: 1, Rule: "has none of the keys testbeds, vnfs, nsds"})
	}
	return f
}

// soleDocument parses the one YAML document that a file must hold. The YAML parser itself bounds the nesting.
func soleDocument(data []byte) (*yaml.Node, *testbeds.Fault) {
	reader := yaml.NewDecoder(bytes.NewReader(data))
	var doc, next yaml.Node
	switch err := reader.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, &testbeds.Fault{Line: 1, Rule: "is empty: it must have keys such as testbeds, vnfs or nsds"}
	case err != nil:
		return nil, syntaxFault(err)
	}
	switch err := reader.Decode(&next); {
	case err == nil:
		return nil, &testbeds.Fault{Line: next.Line, Rule: "must hold one YAML document, and a second one starts here"}
	case !errors.Is(err, io.EOF):
		return nil, syntaxFault(err)
	}
	return doc.Content[0], nil
}

// syntaxFault extracts the line from an error of the YAML parser, if it has one: "yaml: line 3: did not find expected key".
func syntaxFault(err error) *testbeds.Fault {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		if number, says, ok := strings.Cut(rest, ": "); ok {
			if line, err := strconv.Atoi(number); err == nil {
				return &testbeds.Fault{Line: line, Rule: "is not YAML: " + says}
			}
		}
	}
	return &testbeds.Fault{Line: 1, Rule: "is not YAML: " + text}
}
