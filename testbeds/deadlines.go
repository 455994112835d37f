package testbeds

// Deadlines says until when requests for a testbed are to be decided.
type Deadlines struct {
	// Within is how long a decision may take; zero for as long as the slot allows.
	Within Period `json:"within,omitzero" yaml:"within,omitempty"`
	// Notice is how long before setup begins everything must be decided.
	Notice Period `json:"notice,omitzero" yaml:"notice,omitempty"`
	// Default is the decision of the testbed that counts as made when its deadline passes; empty for none.
	Default DefaultDecision `json:"default,omitempty" yaml:"default,omitempty"`
}

// DefaultDecision is what a testbed has decided where its providers say nothing.
type DefaultDecision string

const (
	DefaultApproved DefaultDecision = "approved"
	DefaultRefused  DefaultDecision = "refused"
)

func (c *checker) deadlines(at string, d *Deadlines) {
	if d == nil {
		return
	}
	c.buffer(at+".within", d.Within)
	c.buffer(at+".notice", d.Notice)
	if !oneOf(d.Default, "", DefaultApproved, DefaultRefused) {
		c.fault(at+".default", "must be %s or %s, not %q", DefaultApproved, DefaultRefused, clip(string(d.Default)))
	}
}
