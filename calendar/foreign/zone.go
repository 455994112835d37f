package foreign

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/calendar"
	"berth/testbeds/wallclock"
)

// zone is a VTIMEZONE.
type zone struct {
	id, location string
	parts        []observance
	made         *time.Location
	tried        bool
}

// observance is a STANDARD or DAYLIGHT part of a zone.
type observance struct {
	start    string
	from, to string // offsets
	rule     string
	dates    []string
}

func (o *observance) take(p property) {
	switch p.name {
	case "DTSTART":
		o.start = p.value
	case "TZOFFSETFROM":
		o.from = p.value
	case "TZOFFSETTO":
		o.to = p.value
	case "RRULE":
		o.rule = p.value
	case "RDATE":
		if len(o.dates) < maxDates {
			o.dates = append(o.dates, strings.Split(p.value, ",")...)
		}
	}
}

// find finds the zone of a TZID: among those of IANA, those of Windows, or by what the calendar itself says.
func (c *Calendar) find(name string) (*time.Location, bool) {
	z := c.zones[name]
	location := ""
	if z != nil {
		location = z.location
	}
	if at, ok := calendar.ZoneOf(name, location); ok {
		return at, true
	}
	if iana := windows[name]; iana != "" {
		return calendar.ZoneOf(iana, "")
	}
	if z == nil {
		return nil, false
	}
	if !z.tried {
		z.tried, z.made = true, z.build()
	}
	return z.made, z.made != nil
}

// change is a change of a zone's offset.
type change struct {
	at     int64
	before int
	after  int
}

// The years in which the rules of a VTIMEZONE are written out.
const firstRuled, lastRuled = 2000, 2060

// build makes a location of the rules of a zone; nil if they cannot be understood.
func (z *zone) build() *time.Location {
	var all []change
	for _, o := range z.parts {
		list, ok := o.changes()
		if !ok {
			return nil
		}
		all = append(all, list...)
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortFunc(all, func(a, b change) int { return cmp.Compare(a.at, b.at) })
	made, err := time.LoadLocationFromTZData(z.id, compiled(all))
	if err != nil {
		return nil
	}
	return made
}

// changes lists the times at which an observance begins.
func (o observance) changes() (list []change, ok bool) {
	start, err := time.Parse("20060102T150405", strings.TrimSpace(o.start))
	before, ok1 := offset(o.from)
	after, ok2 := offset(o.to)
	if err != nil || !ok1 || !ok2 {
		return nil, false
	}
	add := func(wall time.Time) {
		list = append(list, change{wall.Unix() - int64(before), before, after})
	}
	add(start)
	for _, text := range o.dates {
		wall, err := time.Parse("20060102T150405", strings.TrimSuffix(strings.TrimSpace(text), "Z"))
		if err != nil {
			return nil, false
		}
		add(wall)
	}
	if o.rule == "" {
		return list, true
	}
	rule, err := wallclock.Parse(usual(o.rule))
	if err != nil {
		return nil, false
	}
	if start.Year() < firstRuled { // Outlook begins in 1601
		start = time.Date(firstRuled, start.Month(), start.Day(), start.Hour(), start.Minute(), start.Second(), 0, time.UTC)
	}
	if rule.Check(start) != nil {
		return list, true // it ended before
	}
	times, err := wallclock.Series{Start: start, Clock: time.Second, Rule: rule}.Expand(time.UTC, start, time.Date(lastRuled, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		return nil, false
	}
	for _, t := range times {
		add(t.Start)
	}
	return list, true
}

// offset reads an offset such as +0100 or -033000, in seconds.
func offset(text string) (int, bool) {
	text = strings.TrimSpace(text)
	if len(text) != 5 && len(text) != 7 || text[0] != '+' && text[0] != '-' {
		return 0, false
	}
	digits, err := strconv.Atoi(text[1:])
	if err != nil || digits < 0 {
		return 0, false
	}
	if len(text) == 5 {
		digits *= 100
	}
	seconds := digits/10000*3600 + digits/100%100*60 + digits%100
	if seconds > 26*3600 {
		return 0, false
	}
	if text[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

// compiled writes changes of an offset as RFC 8536 has them, which the standard library reads.
func compiled(all []change) []byte {
	var offsets []int
	index := func(o int) byte {
		i := slices.Index(offsets, o)
		if i < 0 {
			i, offsets = len(offsets), append(offsets, o)
		}
		return byte(i)
	}
	index(all[0].before)
	var times, kinds []byte
	for i, c := range all {
		if i > 0 && c.at == all[i-1].at || len(offsets) > 200 {
			continue
		}
		times, kinds = binary.BigEndian.AppendUint64(times, uint64(c.at)), append(kinds, index(c.after))
	}
	header := func(n, zones, letters int) []byte {
		b := append([]byte("TZif2"), make([]byte, 15)...)
		for _, x := range []int{0, 0, 0, n, zones, letters} {
			b = binary.BigEndian.AppendUint32(b, uint32(x))
		}
		return b
	}
	const letters = "LCL\x00"
	b := append(header(0, 0, 0), header(len(kinds), len(offsets), len(letters))...)
	b = append(append(b, times...), kinds...)
	for _, o := range offsets {
		b = append(binary.BigEndian.AppendUint32(b, uint32(int32(o))), 0, 0)
	}
	return append(append(b, letters...), "\n\n"...)
}
