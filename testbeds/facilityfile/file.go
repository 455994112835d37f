package facilityfile

import (
	"bytes"
	"errors"
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
	var doc document
	d := decoder{name: name, places: map[string]place{}}
	if !d.document(data, &doc, "testbeds, vnfs or nsds") {
		return File{}, d.faults
	}
	return d.file(doc), d.faults
}

// document fills a document from the bytes of a file. It is false for a file that holds no document at all.
func (d *decoder) document(data []byte, into any, keys string) bool {
	if len(data) > MaxSize {
		d.fault(0, "", "may have at most %d bytes, and has %d", MaxSize, len(data))
		return false
	}
	marks := 0
	for _, mark := range []string{",", ":", "?", "-", "[", "{"} {
		marks += bytes.Count(data, []byte(mark))
	}
	if marks > maxMarks {
		d.fault(0, "", "has too many values for one file; split it")
		return false
	}
	root, fault := soleDocument(data, keys)
	if fault != nil {
		d.fault(fault.Line, fault.Field, "%s", fault.Rule)
		return false
	}
	d.value(root, reflect.ValueOf(into).Elem(), path{})
	return true
}

// Decode fills a struct of another kind of file, whose fields have the tags of package testbeds, as strictly as Parse. line finds the line of a field
// by its name in the model's JSON, for the faults that a validation finds; 0 for one that is not in the file.
func Decode(name string, data []byte, into any) (line func(field string) int, faults testbeds.Faults) {
	d := decoder{name: name, places: map[string]place{}}
	d.document(data, into, strings.Join(keys(fieldsOf(reflect.TypeOf(into).Elem())), ", "))
	return func(field string) int { return d.nearest(field) }, d.faults
}

// Keys lists the keys that a file may have for a struct, and those of them that it must have.
func Keys(of any) (all, required []string) {
	fields := fieldsOf(reflect.TypeOf(of))
	for _, f := range fields {
		if f.required(reflect.ValueOf(of)) {
			required = append(required, f.key)
		}
	}
	return keys(fields), required
}

// nearest returns the line of a field, or that of the closest thing around it.
func (d *decoder) nearest(field string) int {
	for field != "" { // testbeds[2].vims[0], testbeds[2].vims, testbeds[2], …
		if at, ok := d.places[field]; ok {
			return at.line
		}
		field = field[:max(0, strings.LastIndexAny(field, ".["))]
	}
	return 1
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
func soleDocument(data []byte, keys string) (*yaml.Node, *testbeds.Fault) {
	reader := yaml.NewDecoder(bytes.NewReader(data))
	var doc, next yaml.Node
	switch err := reader.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, &testbeds.Fault{Line: 1, Rule: "is empty: it must have keys such as " + keys}
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
