package testbeds

// Replacing says what becomes of the scheduled requests that a closure hits, or another change that takes capacity away.
type Replacing string

const (
	ReplaceAsked Replacing = "asked" // their best alternatives are held as offers, and their people choose
	ReplaceTold  Replacing = "told"  // each is moved to its cheapest alternative, where nobody else has to be asked, and its people are told
	ReplaceNever Replacing = "never" // they are flagged, and nothing is held for them
)

// Replacements lists every way, the gentlest first.
var Replacements = []Replacing{ReplaceAsked, ReplaceTold, ReplaceNever}

// Replacing returns what becomes of those whom a closure hits that says nothing of its own.
func (t Testbed) Replacing() Replacing {
	if t.Replace == "" {
		return ReplaceAsked
	}
	return t.Replace
}

func (c *checker) replacing(at string, r Replacing) {
	if !oneOf(r, append([]Replacing{""}, Replacements...)...) {
		c.fault(at, "must be %s, %s or %s, not %q", ReplaceAsked, ReplaceTold, ReplaceNever, clip(string(r)))
	}
}
