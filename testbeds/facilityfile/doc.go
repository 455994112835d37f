// Package facilityfile reads and writes the YAML files of a facility and a catalogue.
//
// A file holds a facility (key testbeds), a catalogue (keys vnfs and nsds), or both; several files together make one facility and
// one catalogue. Reading is strict: an unknown or repeated key, a number where text is wanted, an alias or a tag is a fault, and
// all faults are reported at once, with file, line, field and rule. A file with a fault yields nothing else.
//
// The keys are those of the yaml tags of package testbeds; fields without omitempty are required. The amounts vcpu, memory_mb and
// storage_gb of a VNF or a host are written directly in it, others under its key quantities:
//
//	vnfs:
//	  - {id: transcoder, vcpu: 8, memory_mb: 8192, quantities: {gpus: 1}, onboarded: [bristol/bristol]}
//
// A member index and the keys of a placement may be written as numbers.
package facilityfile
