package web

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"berth/scheduler"
	"berth/scheduler/phrases"
	"berth/testbeds"
	"berth/testbeds/facilityfile"
	"berth/testbeds/plain"
)

// changePreview is what a change of the facility or the catalogue would bring.
type changePreview struct {
	Lines        []string
	Broken       []scheduler.BrokenBooking
	Affected     []scheduler.AffectedRequest
	MoreAffected int
	YAML         string // of what is changed, as it would be
	Step         string // that confirms it
	Verb         string // of the button that does; empty: to save
}

func previewOf(c scheduler.FacilityChange, step string) *changePreview {
	p := &changePreview{Broken: c.Broken, Affected: c.Affected, MoreAffected: c.MoreAffected, Step: step}
	for _, d := range c.Differences {
		p.Lines = append(p.Lines, saidDifference(d))
	}
	for _, c := range c.Providers {
		p.Lines = append(p.Lines, saidProvider(c))
	}
	return p
}

// things names the lists of the model for people.
var things = map[string]string{"testbeds": "testbed", "vims": "VIM", "devices": "device", "vnfs": "VNF", "nsds": "service", "members": "member", "closures": "closure", "opening": "opening hours",
	"capacity_changes": "planned change", "hosts": "hosts"}

var thing = regexp.MustCompile(`^([a-z_]+)\[(.*)\]$`)

// saidDifference words one change: "VIM iris: memory 256 GB → 512 GB".
func saidDifference(d testbeds.Difference) string {
	where, what := placeOf(d.Field)
	from, to := d.From, d.To
	if what == "replace" {
		from, to = saidReplacing(from), saidReplacing(to)
	}
	if what != "" {
		from, to = inUnits(what, from), inUnits(what, to)
	}
	place := strings.Join(where, ", ")
	switch {
	case d.Kind == "added" && what == "":
		return strings.TrimSpace("New: " + place + brackets(to))
	case d.Kind == "removed" && what == "":
		return strings.TrimSpace("Removed: " + place + brackets(from))
	}
	if place != "" {
		place += ": "
	}
	return fmt.Sprintf("%s%s %s → %s", place, spokenQuantity(what), orNothing(from), orNothing(to))
}

// placeOf splits a field of the model into the things that it lies in, and its own name.
func placeOf(field string) (where []string, what string) {
	var rest []string
	for _, part := range splitField(field) {
		if m := thing.FindStringSubmatch(part); m != nil {
			name := things[m[1]]
			if name == "" {
				name = spoken(m[1])
			}
			where = append(where, name+" "+m[2])
			continue
		}
		rest = append(rest, part)
	}
	if len(rest) > 1 && (rest[0] == "capacity" || rest[0] == "size") {
		rest = rest[1:]
	}
	return where, strings.Join(rest, ".")
}

// splitField splits at the dots outside of brackets.
func splitField(field string) (parts []string) {
	depth, from := 0, 0
	for i, r := range field {
		switch r {
		case '[':
			depth++
		case ']':
			depth--
		case '.':
			if depth == 0 {
				parts = append(parts, field[from:i])
				from = i + 1
			}
		}
	}
	return append(parts, field[from:])
}

func spokenQuantity(what string) string {
	if what == "replace" {
		return "whom a closure hits:"
	}
	if what == "vcpu" || len(units(what)) > 0 {
		return phrases.Quantity(what)
	}
	return strings.ToLower(spoken(what))
}

func inUnits(quantity, amount string) string {
	n, err := strconv.ParseInt(amount, 10, 64)
	if err != nil || len(units(quantity)) == 0 {
		return amount
	}
	return phrases.Size(quantity, n)
}

// brackets adds the summary of a thing, with its amounts in people's units.
func brackets(text string) string {
	if text == "" {
		return ""
	}
	parts := strings.Split(text, ", ")
	for i, part := range parts {
		name, amount, _ := strings.Cut(part, " ")
		if n, err := strconv.ParseInt(amount, 10, 64); err == nil {
			parts[i] = phrases.Size(name, n) + " " + phrases.Quantity(name)
		}
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

// inFile writes one testbed as the facility file has it.
func inFile(t testbeds.Testbed) string {
	b, err := facilityfile.Format(&testbeds.Facility{Testbeds: []testbeds.Testbed{t}}, nil)
	if err != nil {
		return ""
	}
	return string(b)
}

// Hit says how many a change hits, for the button that confirms it.
func (p changePreview) Hit() string {
	verb := cmp.Or(p.Verb, "Save")
	if len(p.Broken) == 0 {
		return cmp.Or(p.Verb, "Save the changes")
	}
	return fmt.Sprintf("%s, and tell the people of %s", verb, plain.Count(len(p.Broken), "booking"))
}

// saidProvider words what a change means for somebody's right to decide for a testbed.
func saidProvider(c scheduler.ProviderChange) string {
	return fmt.Sprintf(map[scheduler.Right]string{
		scheduler.RightGranted:   "%s may decide for %s from now on",
		scheduler.RightTaken:     "%s may no longer decide for %s",
		scheduler.RightNoAccount: "%s has no account yet, and may decide for %s once it is made with the role of a provider",
	}[c.Right], c.Username, c.Testbed)
}
