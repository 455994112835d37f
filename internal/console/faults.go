package console

import "berth/scheduler"

// Faults collects what was not understood on a command line, by flag.
type Faults []scheduler.FieldError

// Add adds what is wrong with a flag, if anything is.
func (f *Faults) Add(flag string, err error) {
	if err != nil {
		*f = append(*f, scheduler.FieldError{Field: flag, Rule: err.Error()})
	}
}

// Err returns CodeInvalid with all faults; nil without one.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return &scheduler.Error{Code: scheduler.CodeInvalid, Message: "not understood", Fields: f}
}
