package policy

import (
	"cmp"
	"slices"
	"strings"

	"berth/testbeds"
	"berth/testbeds/facilityfile"
)

// MaxSize bounds the bytes of a policy.
const MaxSize = 256 << 10

// Parse reads a policy from YAML, or from JSON, which is YAML as well, and checks it: its testbeds, quantities and devices against the facility. name
// is for the faults, which come with line, field and rule, all at once. The error is testbeds.Faults.
func Parse(name string, data []byte, known testbeds.Facility) (*Policy, error) {
	if len(data) > MaxSize {
		return nil, testbeds.Faults{{File: name, Rule: "may have at most 262144 bytes"}}
	}
	p := &Policy{}
	line, faults := facilityfile.Decode(name, data, p)
	malformed := slices.Clone(faults)
	for _, f := range p.validate(known) {
		f.File, f.Line = name, line(f.Field)
		told := func(o testbeds.Fault) bool { return strings.HasPrefix(o.Field, f.Field) } // what cannot be read is no more than missing
		if !slices.ContainsFunc(malformed, told) {
			faults.Add(f)
		}
	}
	slices.SortStableFunc(faults, func(a, b testbeds.Fault) int { return cmp.Compare(a.Line, b.Line) })
	if len(faults) > 0 {
		return nil, faults
	}
	p.zone = p.In()
	return p, nil
}

// Trusted reads a policy that was checked when it was put in force. The facility may have changed since: a rule about something that is gone applies to
// nothing.
func Trusted(data []byte) (*Policy, error) {
	p := &Policy{}
	if _, faults := facilityfile.Decode("", data, p); len(faults) > 0 {
		return nil, faults
	}
	p.zone = p.In()
	return p, nil
}
