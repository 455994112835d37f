package facilityfile

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"berth/testbeds"
)

// Source is a file before reading.
type Source struct {
	Name string
	Data []byte
}

// Bundle is several files taken together: their testbeds, VNFs and NSDs in the order of the files.
type Bundle struct {
	Facility  *testbeds.Facility  // nil if no file has one
	Catalogue *testbeds.Catalogue // nil if no file has one

	origins []origin
}

// origin is the file of a stretch of a list.
type origin struct {
	list     string
	first, n int
	file     File
}

// Load reads several files, merges them and validates the result, a catalogue without a facility against the known one. The error
// is testbeds.Faults with all faults of all files.
func Load(known testbeds.Facility, sources ...Source) (Bundle, error) {
	var malformed testbeds.Faults
	files := make([]File, 0, len(sources))
	for _, s := range sources {
		file, wrong := parse(s.Name, s.Data)
		files = append(files, file)
		for _, f := range wrong {
			malformed.Add(f)
		}
	}
	b, faults := merge(files)
	same := func(f testbeds.Fault) func(testbeds.Fault) bool {
		return func(o testbeds.Fault) bool { return o.File == f.File && o.Line == f.Line && o.Field == f.Field }
	}
	for _, f := range b.validate(known, malformed) {
		if !slices.ContainsFunc(faults, same(f)) {
			faults.Add(f)
		}
	}
	faults = slices.DeleteFunc(faults, func(f testbeds.Fault) bool { return follows(f, malformed) })
	if faults = append(malformed, faults...); len(faults) > 0 {
		sortByPlace(faults, sources)
		return Bundle{}, faults
	}
	return b, nil
}

// sortByPlace orders faults as the files were given, and by line.
func sortByPlace(faults testbeds.Faults, sources []Source) {
	at := func(f testbeds.Fault) int {
		return slices.IndexFunc(sources, func(s Source) bool { return s.Name == f.File })
	}
	slices.SortStableFunc(faults, func(a, b testbeds.Fault) int {
		return cmp.Or(cmp.Compare(at(a), at(b)), cmp.Compare(a.Line, b.Line))
	})
}

// Merge joins files. The error is testbeds.Faults: a repeated id names both places.
func Merge(files ...File) (Bundle, error) {
	b, faults := merge(files)
	if len(faults) > 0 {
		return Bundle{}, faults
	}
	return b, nil
}

func merge(files []File) (Bundle, testbeds.Faults) {
	var b Bundle
	for _, f := range files {
		if f.Facility != nil {
			if b.Facility == nil {
				b.Facility = &testbeds.Facility{}
			}
			b.origins = append(b.origins, origin{"testbeds", len(b.Facility.Testbeds), len(f.Facility.Testbeds), f})
			b.Facility.Testbeds = append(b.Facility.Testbeds, f.Facility.Testbeds...)
		}
		if f.Catalogue != nil {
			if b.Catalogue == nil {
				b.Catalogue = &testbeds.Catalogue{}
			}
			b.origins = append(b.origins,
				origin{"vnfs", len(b.Catalogue.VNFs), len(f.Catalogue.VNFs), f},
				origin{"nsds", len(b.Catalogue.NSDs), len(f.Catalogue.NSDs), f})
			b.Catalogue.VNFs = append(b.Catalogue.VNFs, f.Catalogue.VNFs...)
			b.Catalogue.NSDs = append(b.Catalogue.NSDs, f.Catalogue.NSDs...)
		}
	}
	return b, b.twice()
}

// twice finds ids that several entries of a list have, in one file or in two.
func (b Bundle) twice() testbeds.Faults {
	var faults testbeds.Faults
	check := func(list string, n int, id func(int) string) {
		first := map[string]int{}
		for i := range n {
			was, there := first[id(i)]
			if !there || id(i) == "" {
				first[id(i)] = i
				continue
			}
			other := b.locate(testbeds.Fault{Field: fmt.Sprintf("%s[%d].id", list, was)})
			faults.Add(b.locate(testbeds.Fault{
				Field: fmt.Sprintf("%s[%d].id", list, i),
				Rule:  fmt.Sprintf("%q comes twice: it is also in %s:%d", clip(id(i)), other.File, other.Line),
			}))
		}
	}
	if f := b.Facility; f != nil {
		check("testbeds", len(f.Testbeds), func(i int) string { return f.Testbeds[i].ID })
	}
	if c := b.Catalogue; c != nil {
		check("vnfs", len(c.VNFs), func(i int) string { return c.VNFs[i].ID })
		check("nsds", len(c.NSDs), func(i int) string { return c.NSDs[i].ID })
	}
	return faults
}

// Validate checks the meaning: see Facility.Validate and Catalogue.Validate of package testbeds. It checks a catalogue against
// the facility of the bundle, or, without one, against the known one. The error is testbeds.Faults; they name the file and the
// line of each field, and the field by its place in that file.
func (b Bundle) Validate(known testbeds.Facility) error { return b.validate(known, nil).Err() }

// validate skips the catalogue if the facility could not be read: every reference to it might be a fault then.
func (b Bundle) validate(known testbeds.Facility, malformed testbeds.Faults) testbeds.Faults {
	var faults testbeds.Faults
	if b.Facility != nil {
		known = *b.Facility
		faults = known.Validate()
	}
	lost := func(f testbeds.Fault) bool { return f.Field == "" || strings.HasPrefix(f.Field, "testbeds") }
	if b.Catalogue != nil && !slices.ContainsFunc(malformed, lost) {
		faults = append(faults, b.Catalogue.Validate(known)...)
	}
	for i := range faults {
		faults[i] = b.locate(faults[i])
	}
	return faults
}

// locate adds the position of a fault's field. For a missing field it is the line of the enclosing thing.
func (b Bundle) locate(f testbeds.Fault) testbeds.Fault {
	list, rest, _ := strings.Cut(f.Field, "[")
	number, rest, _ := strings.Cut(rest, "]")
	i, err := strconv.Atoi(number)
	for _, o := range b.origins {
		if o.list != list || err == nil && (i < o.first || i >= o.first+o.n) {
			continue
		}
		f.File = o.file.Name
		if err != nil { // the list itself
			f.Line = o.file.places[list].line
			return f
		}
		return o.file.locate(f, fmt.Sprintf("%s[%d]%s", list, i-o.first, rest))
	}
	return f
}

// locate finds the position of a field of the model, or of the nearest enclosing thing that is written.
func (f File) locate(fault testbeds.Fault, field string) testbeds.Fault {
	for at := field; at != ""; at = at[:max(0, strings.LastIndexAny(at, ".["))] {
		if p, ok := f.places[at]; ok {
			fault.Line, fault.Field = p.line, p.field+field[len(at):]
			break
		}
	}
	return fault
}

// follows reports whether a fault in meaning may only be a consequence of one in form: of the same field, of an enclosing one, or of
// one beside it that the rule mentions.
func follows(f testbeds.Fault, of testbeds.Faults) bool {
	for _, o := range of {
		within := strings.HasPrefix(f.Field, o.Field+".") || strings.HasPrefix(f.Field, o.Field+"[")
		thing, name := split(o.Field)
		other, _ := split(f.Field)
		spoken := thing == other && strings.Contains(f.Rule, " "+name+" ")
		if o.File == f.File && (within || o.Field == f.Field || spoken) {
			return true
		}
	}
	return false
}

// split divides a field into its thing and its own name.
func split(field string) (thing, name string) {
	at := max(0, strings.LastIndexByte(field, '.'))
	return field[:at], strings.TrimPrefix(field[at:], ".")
}
