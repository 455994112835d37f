package testbeds

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"berth/testbeds/plain"
	"berth/testbeds/wallclock"
)

// Limits of a facility and a catalogue: several times the size of the largest federations, and small enough to check, show and expand in
// bounded time and memory.
const (
	maxTestbeds   = 10_000
	maxVIMs       = 1000 // of one testbed
	maxDevices    = 1000 // of one testbed
	maxHosts      = 1000 // of one VIM
	maxUnits      = 10_000
	maxQuantities = 64     // of one vector
	maxClosures   = 500    // of one testbed, VIM or device; the same for openings and capacity changes
	maxSourced    = 20_000 // closures of one testbed that come from calendars
	maxRecurring  = 5000   // closures and openings with a recurrence rule in a facility
	maxExDates    = 1000
	maxFeatures   = 100
	maxProviders  = 100
	maxVNFs       = 10_000
	maxNSDs       = 10_000
	maxMembers    = 200 // of one NSD
	maxNeeds      = 100 // devices of one NSD
	maxOnboarded  = 1000
	maxText       = 200 // characters of a name or a summary
	maxBuffer     = 366 * 24 * time.Hour
)

var (
	idForm       = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)
	nameForm     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)
	quantityForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
)

// The rules behind the forms, as faults word them.
const (
	idRule       = "must be 1 to 64 of a-z 0-9 . _ -, a letter or digit first"
	nameRule     = "must be 1 to 128 of A-Z a-z 0-9 . _ -, a letter or digit first"
	quantityRule = "is not a name of a quantity: 1 to 64 of a-z 0-9 _, a letter first"
)

// checker collects faults.
type checker struct {
	faults    Faults
	zones     map[string]bool // whether the zone exists
	recurring int             // closures and openings with a recurrence rule
}

func (c *checker) fault(field, rule string, args ...any) {
	c.faults.Add(Fault{Field: field, Rule: fmt.Sprintf(rule, args...)})
}

func (c *checker) atMost(field string, n, limit int) {
	if n > limit {
		c.fault(field, "has %d entries, at most %d are allowed", n, limit)
	}
}

// form checks a required identifier.
func (c *checker) form(field, s string, form *regexp.Regexp, rule string) {
	if s == "" {
		c.fault(field, "is missing")
	} else if !form.MatchString(s) {
		c.fault(field, "%s", rule)
	}
}

// once checks that a list does not repeat an entry; seen remembers the ones before.
func (c *checker) once(field, s string, seen map[string]bool) {
	if s != "" && seen[s] {
		c.fault(field, "%q comes twice", s)
	}
	seen[s] = true
}

// names checks a list of identifiers without repetition.
func (c *checker) names(field string, list []string, limit int, form *regexp.Regexp, rule string) {
	c.atMost(field, len(list), limit)
	seen := map[string]bool{}
	for i, s := range list {
		at := index(field, i)
		c.form(at, s, form, rule)
		c.once(at, s, seen)
	}
}

// text checks one line of text.
func (c *checker) text(field, s string) {
	switch {
	case !utf8.ValidString(s) || strings.ContainsFunc(s, plain.Hidden):
		c.fault(field, "must be one line of text without control or invisible characters")
	case utf8.RuneCountInString(s) > maxText:
		c.fault(field, "must be at most %d characters", maxText)
	case strings.TrimSpace(s) != s:
		c.fault(field, "must not begin or end with white space")
	}
}

// someText checks one required line of text.
func (c *checker) someText(field, s string) {
	if s == "" {
		c.fault(field, "is missing")
	}
	c.text(field, s)
}

func (c *checker) zone(field, name string) {
	ok, known := c.zones[name]
	if !known {
		_, err := wallclock.Zone(name)
		ok = err == nil
		c.zones[name] = ok
	}
	if !ok {
		c.fault(field, "must be an IANA time zone such as Europe/Athens, not %q", clip(name))
	}
}

// amount checks that an amount is at least low and at most MaxAmount.
func (c *checker) amount(field string, n, low int64) {
	if n < low || n > MaxAmount {
		c.fault(field, "must be %d to %d, not %d", low, MaxAmount, n)
	}
}

// amounts checks the names and amounts of a vector.
func (c *checker) amounts(field string, q Quantities) {
	c.atMost(field, len(q), maxQuantities)
	for _, name := range slices.Sorted(maps.Keys(q)) {
		if !quantityForm.MatchString(name) {
			c.fault(field, "%q %s", clip(name), quantityRule)
			continue
		}
		c.amount(field+"."+name, q[name], 0)
	}
}

// amountsKnown checks that a vector names only quantities of the VIM.
func (c *checker) amountsKnown(field string, q Quantities, v VIM) {
	for _, name := range slices.Sorted(maps.Keys(q)) {
		if _, ok := v.Capacity[name]; !ok && quantityForm.MatchString(name) {
			c.fault(field+"."+name, "is not in the capacity of VIM %q", clip(v.ID))
		}
	}
}

// buffer checks a setup or teardown time.
func (c *checker) buffer(field string, p Period) {
	if !plausible(p) || p.Exact() > maxBuffer {
		c.fault(field, "must be at most 366 days, in whole seconds")
	}
}

// plausible reports whether ParsePeriod could have read the period.
func plausible(p Period) bool {
	return p.Days >= 0 && p.Days <= int(MaxPeriod/(24*time.Hour)) && p.Clock >= 0 && p.Clock <= MaxPeriod && p.Clock%time.Second == 0
}

func index(field string, i int) string { return fmt.Sprintf("%s[%d]", field, i) }

// clip shortens a quotation to the length of a name.
func clip(s string) string { return plain.Clip(s, maxText) }
