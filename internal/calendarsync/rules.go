package calendarsync

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"berth/calendar/foreign"
	"berth/testbeds"
	"berth/testbeds/plain"
)

// keyLength is how much of the id of a closure says from which event it comes.
const keyLength = 20

// keyOf names an event in the ids of its closures.
func (s *Sync) keyOf(uid string) string {
	return "cal-" + digest(s.o.Name + "\x00" + uid)[:keyLength-4]
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// keyIn returns the event of a closure.
func keyIn(c testbeds.Closure) string { return c.ID[:min(len(c.ID), keyLength)] }

// part is what an event closes: everything where it names nothing.
type part struct {
	vims, devices []string
	count         int64
	units         []string
}

var (
	tags = regexp.MustCompile(`\[([^\[\]]{1,200})\]`)
	// A count follows a space, or the sign that no name has: the x in "x310" belongs to the name.
	counted = regexp.MustCompile(`^(.+?)(?:\s+[xX*]\s*|\s*×\s*)(\d{1,9})$`)
)

// closes returns the closures of an occasion. note says which of its tags names nothing.
func (s *Sync) closes(o foreign.Occasion, t testbeds.Testbed) (list []testbeds.Closure, note string) {
	if len(s.o.Categories) > 0 && !slices.ContainsFunc(o.Categories, func(c string) bool { return containsFold(s.o.Categories, c) }) {
		return nil, ""
	}
	title, how := replacing(o)
	whole, parts, note := named(title, t)
	if !whole && len(parts) == 0 {
		for _, r := range s.o.Rules {
			if containsFold(o.Categories, r.Category) {
				parts = append(parts, r.part())
			}
		}
	}
	switch {
	case whole:
		parts = []part{{}}
	case len(parts) > 0:
		parts = joined(parts, t)
	case s.o.Nothing:
		return nil, note
	default:
		parts = []part{{}}
	}
	for i, p := range parts {
		c := o.Closure
		c.Summary, c.Source = summary(c.Summary), s.o.Name
		if o.Private {
			c.Summary = "Closed"
		}
		c.Replace = how
		c.VIMs, c.Devices, c.Count, c.Units = p.vims, p.devices, p.count, p.units
		c.ID = s.keyOf(o.UID) + "-" + digest(fmt.Sprintf("%s\x00%d", o.Key, i))[:16]
		list = append(list, c)
	}
	return list, note
}

// asks finds what an event says about those whom it hits: "replace: told", in brackets in its title or as one of its categories.
var asks = regexp.MustCompile(`(?i)^\s*replace:\s*(asked|told|never)\s*$`)

// replacing finds what an occasion says becomes of those whom it hits, and the title without that. The title counts before the categories.
func replacing(o foreign.Occasion) (title string, how testbeds.Replacing) {
	title = tags.ReplaceAllStringFunc(o.Closure.Summary, func(tag string) string {
		var kept []string
		for word := range strings.SplitSeq(tag[1:len(tag)-1], ",") {
			if m := asks.FindStringSubmatch(word); m == nil {
				kept = append(kept, word)
			} else if how == "" {
				how = testbeds.Replacing(strings.ToLower(m[1]))
			}
		}
		if len(kept) == 0 {
			return ""
		}
		return "[" + strings.Join(kept, ",") + "]"
	})
	for _, c := range o.Categories {
		if m := asks.FindStringSubmatch(c); m != nil && how == "" {
			how = testbeds.Replacing(strings.ToLower(m[1]))
		}
	}
	return title, how
}

// summary makes the text of a closure of that of an event.
func summary(text string) string {
	text = strings.Map(func(r rune) rune {
		if plain.Hidden(r) {
			return -1
		}
		return r
	}, text)
	return cmp.Or(strings.TrimSpace(plain.Clip(strings.TrimSpace(text), 180)), "Closed")
}

func (r Rule) part() part {
	if r.VIM != "" {
		return part{vims: []string{r.VIM}}
	}
	if r.Device != "" {
		return part{devices: []string{r.Device}, count: r.Count}
	}
	return part{}
}

func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(x string) bool { return strings.EqualFold(x, s) })
}

// named finds what the tags of a summary name: "[usrp ×2]", "[iris, usrp-1]".
func named(text string, t testbeds.Testbed) (whole bool, parts []part, note string) {
	for _, m := range tags.FindAllStringSubmatch(text, 20) {
		for word := range strings.SplitSeq(m[1], ",") {
			word = strings.TrimSpace(word)
			p, all, ok := find(word, t)
			if !ok {
				if c := counted.FindStringSubmatch(word); c != nil {
					if p, all, ok = find(strings.TrimSpace(c[1]), t); ok && len(p.devices) > 0 && len(p.units) == 0 {
						p.count, _ = strconv.ParseInt(c[2], 10, 64)
					} else {
						note = fmt.Sprintf("[%.40s] names no device of the testbed", word)
					}
				}
			}
			switch {
			case all:
				whole = true
			case ok:
				parts = append(parts, p)
			}
		}
	}
	return whole, parts, note
}

// find finds a VIM, a device or a unit by its id or name, or by a beginning of the id that no other has.
func find(word string, t testbeds.Testbed) (p part, all, ok bool) {
	if strings.EqualFold(word, t.ID) || strings.EqualFold(word, t.Name) || strings.EqualFold(word, "all") {
		return part{}, true, true
	}
	var begun []part
	begins := func(id string, p part) {
		if len(word) >= 2 && len(id) > len(word) && strings.EqualFold(id[:len(word)], word) && strings.ContainsRune("-._", rune(id[len(word)])) {
			begun = append(begun, p)
		}
	}
	for _, d := range t.Devices {
		p := part{devices: []string{d.ID}}
		if strings.EqualFold(word, d.ID) || d.Name != "" && strings.EqualFold(word, d.Name) {
			return p, false, true
		}
		for _, u := range d.Units {
			if strings.EqualFold(word, u) {
				return part{devices: p.devices, units: []string{u}}, false, true
			}
		}
		begins(d.ID, p)
	}
	for _, v := range t.VIMs {
		p := part{vims: []string{v.ID}}
		if strings.EqualFold(word, v.ID) || v.Name != "" && strings.EqualFold(word, v.Name) {
			return p, false, true
		}
		begins(v.ID, p)
	}
	if len(begun) == 1 {
		return begun[0], false, true
	}
	return part{}, false, false
}

// joined puts parts together: everything that is closed as a whole in one closure, counts and units of each device in one of their own. What the
// testbed does not have, or not so many of, is closed as far as it is there.
func joined(parts []part, t testbeds.Testbed) (list []part) {
	var whole part
	counts, units := map[string]int64{}, map[string][]string{}
	for _, p := range parts {
		for _, id := range p.vims {
			if _, ok := t.VIM(id); ok && !slices.Contains(whole.vims, id) {
				whole.vims = append(whole.vims, id)
			}
		}
		for _, id := range p.devices {
			d, ok := t.Device(id)
			switch {
			case !ok:
			case len(p.units) > 0:
				units[id] = append(units[id], p.units...)
			case p.count > 0 && counts[id]+p.count < d.Count:
				counts[id] += p.count
			case !slices.Contains(whole.devices, id):
				whole.devices = append(whole.devices, id)
			}
		}
		if len(p.vims)+len(p.devices) == 0 {
			return []part{{}}
		}
	}
	for _, d := range t.Devices {
		if slices.Contains(whole.devices, d.ID) {
			continue
		}
		if n := counts[d.ID]; n > 0 {
			list = append(list, part{devices: []string{d.ID}, count: n})
		}
		if u := units[d.ID]; len(u) > 0 {
			slices.Sort(u)
			list = append(list, part{devices: []string{d.ID}, units: slices.Compact(u)})
		}
	}
	if len(whole.vims)+len(whole.devices) > 0 {
		list = append(list, whole)
	}
	if len(list) == 0 {
		return []part{{}} // what it named is gone: rather everything than nothing
	}
	return list
}
