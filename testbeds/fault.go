package testbeds

import (
	"fmt"
	"strings"
)

// Fault is one error in a facility or a catalogue.
type Fault struct {
	File  string `json:"file,omitempty"`
	Line  int    `json:"line,omitempty"`
	Field string `json:"field"` // such as testbeds[2].vims[0].capacity.vcpu
	Rule  string `json:"rule"`  // the rule that it breaks
}

// String writes the fault as compilers do: file, line, field, rule.
func (f Fault) String() string {
	var b strings.Builder
	if f.File != "" {
		b.WriteString(f.File + ":")
		if f.Line > 0 {
			fmt.Fprintf(&b, "%d:", f.Line)
		}
		b.WriteByte(' ')
	}
	if f.Field != "" {
		b.WriteString(f.Field + ": ")
	}
	return b.String() + f.Rule
}

// MaxFaults bounds how many faults are collected, so that a large hostile file cannot be answered by an even larger list.
const MaxFaults = 1000

// Faults lists every fault of a file; as an error it has one line for each.
type Faults []Fault

func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "\n")
}

// Err returns the faults as an error, nil where there are none.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// Add appends a fault. Past MaxFaults it adds one last entry, saying that the rest are not listed.
func (f *Faults) Add(fault Fault) {
	switch n := len(*f); {
	case n < MaxFaults:
		*f = append(*f, fault)
	case n == MaxFaults:
		*f = append(*f, Fault{File: fault.File, Rule: fmt.Sprintf("has more than %d faults; the rest are not listed", MaxFaults)})
	}
}
