package web

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/testbeds"
)

// window is the part of the schedule on display.
type window struct {
	Span    string // day, week, month, quarter or range
	Slot    testbeds.Slot
	Zone    *time.Location
	Zoned   bool     // the address names the zone
	Testbed string   // only this one
	Feature string   // only testbeds with it
	NSD     string   // only its testbeds, with the times at which it fits
	Find    string   // only testbeds with these words
	Open    []string // the testbeds shown with their resources
	Width   int
	Of      testbeds.Demand // only the resources that it takes; nil for all
}

// length is a usual length of the window.
type length struct {
	name, label, title  string
	years, months, days int
}

var lengths = []length{{"day", "1 d", "One day", 0, 0, 1}, {"week", "1 w", "One week", 0, 0, 7}, {"month", "1 m", "One month", 0, 1, 0}, {"quarter", "3 m", "Three months", 0, 3, 0}}

// from returns the span that begins at an instant.
func (x length) from(start time.Time, times int) time.Time {
	return start.AddDate(x.years*times, x.months*times, x.days*times)
}

const (
	longestRange = 366 * 24 * time.Hour
	usualSpan    = "week"
	// longestLanes is the length from which on use is shown by the day.
	longestLanes = 15 * 24 * time.Hour
)

// widthCookie holds the width of the picture in a browser, which its script tells.
const widthCookie = "berth-width"

// readWindow reads the wanted part of the schedule; by default it is the week from today on.
func (s *site) readWindow(q url.Values, usual *time.Location) (v window, err error) {
	if v.Zone, err = readZone(q, usual); err != nil {
		return v, err
	}
	v.Span, v.Testbed, v.Feature, v.NSD, v.Open, v.Zoned = q.Get("span"), q.Get("testbed"), q.Get("feature"), q.Get("nsd"), q["open"], v.Zone.String() != usual.String()
	v.Find = strings.Join(strings.Fields(q.Get("q")), " ")
	now := s.o.Clock().In(v.Zone)
	at := now
	if text := q.Get("at"); text != "" {
		if at, err = readTime("at", text, v.Zone); err != nil {
			return v, err
		}
		at = at.In(v.Zone)
	}
	day := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, v.Zone)
	if v.Span == "range" {
		s, ok, err := readSlot(url.Values{"start": {q.Get("from")}, "end": {q.Get("to")}}, v.Zone)
		if err != nil {
			return v, err
		}
		if !ok || !s.Start.Before(s.End) || s.Duration() > longestRange {
			return v, invalid("to", "must be after from, by at most a year")
		}
		v.Slot = s
	} else {
		v.Slot = testbeds.Slot{Start: day, End: v.usual().from(day, 1)}
	}
	if n, err := strconv.Atoi(q.Get("width")); err == nil {
		v.Width = min(max(n, 320), 4000)
	}
	return v, nil
}

// usual returns the window's span, and makes one of those that there are of it.
func (v *window) usual() length {
	i := slices.IndexFunc(lengths, func(x length) bool { return x.name == v.Span })
	if i < 0 {
		v.Span, i = usualSpan, slices.IndexFunc(lengths, func(x length) bool { return x.name == usualSpan })
	}
	return lengths[i]
}

// byDay reports whether the window is so long that it shows the use of each day.
func (v window) byDay() bool { return v.Slot.Duration() > longestLanes }

// drawnWidth returns the width that a browser told for the part with a time axis; 0 if it told none.
func drawnWidth(r *http.Request) int {
	c, err := r.Cookie(widthCookie)
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(c.Value)
	if err != nil {
		return 0
	}
	return min(max(n, 480), 3000)
}

// filter returns what limits the testbeds, and the zone, as an address has it.
func (v window) filter() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"testbed": v.Testbed, "feature": v.Feature, "nsd": v.NSD, "q": v.Find} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if v.Zoned {
		q.Set("zone", v.Zone.String())
	}
	return q
}

// Filters counts what limits the picture.
func (v window) Filters() int {
	q := v.filter()
	q.Del("q")
	return len(q)
}

// query returns the window as an address has it.
func (v window) query() url.Values {
	q := v.filter()
	q.Set("span", v.Span)
	if v.Span == "range" {
		q.Set("from", v.Slot.Start.UTC().Format(time.RFC3339))
		q.Set("to", v.Slot.End.UTC().Format(time.RFC3339))
	} else {
		q.Set("at", v.Slot.Start.In(v.Zone).Format(time.DateOnly))
	}
	if len(v.Open) > 0 {
		q["open"] = v.Open
	}
	return q
}

// address returns where the schedule shows the window.
func (v window) address() string { return schedulePath + "?" + v.query().Encode() }

// schedulePath is the address of the schedule.
const schedulePath = "/schedule"

// moved returns the address of the window some steps later, or earlier, or with another span.
func (v window) moved(steps int, span string) template.URL {
	start := v.Slot.Start.In(v.Zone)
	if v.Span == "range" {
		by := v.Slot.Duration() * time.Duration(steps)
		v.Slot = v.Slot.Shift(by)
	} else {
		v.Slot.Start = v.usual().from(start, steps)
	}
	if span != "" {
		v.Span = span
	}
	return template.URL(v.address())
}

// zoomed returns the address of a part of the window: of a day by its date.
func (v window) zoomed(part testbeds.Slot) string {
	start := part.Start.In(v.Zone)
	v.Span, v.Slot = "range", part
	for _, x := range lengths {
		if start.Equal(time.Date(start.Year(), start.Month(), start.Day(), 0, 0, 0, 0, v.Zone)) && x.from(start, 1).Equal(part.End) {
			v.Span = x.name
		}
	}
	return v.address()
}

// shows reports whether the window includes a testbed.
func (v window) shows(t testbeds.Testbed) bool {
	return (v.Testbed == "" || v.Testbed == t.ID) && (v.Feature == "" || slices.Contains(t.Features, v.Feature)) && found(t, v.Find)
}

// found reports whether a testbed has all words that are looked for.
func found(t testbeds.Testbed, words string) bool {
	all := strings.ToLower(title(t) + " " + wordsOf(t))
	for word := range strings.FieldsSeq(strings.ToLower(words)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}

// wordsOf lists the words by which a testbed is found, besides its name.
func wordsOf(t testbeds.Testbed) string {
	list := append([]string{t.ID, t.Organisation, t.Location}, t.Features...)
	for _, v := range t.VIMs {
		list = append(list, v.ID, v.Name)
	}
	for _, d := range t.Devices {
		list = append(list, d.ID, d.Name)
	}
	return strings.Join(list, " ")
}

// opens reports whether a testbed shows its resources: on demand, and if it is the only one.
func (v window) opens(testbed string) bool {
	return slices.Contains(v.Open, testbed) || v.Testbed == testbed
}

// toggled returns the address of the schedule with a testbed opened, or folded.
func (v window) toggled(testbed string) string {
	if slices.Contains(v.Open, testbed) {
		v.Open = slices.DeleteFunc(slices.Clone(v.Open), func(id string) bool { return id == testbed })
	} else {
		v.Open = append(slices.Clone(v.Open), testbed)
	}
	if v.Testbed == testbed {
		v.Testbed, v.Open = "", nil
	}
	return v.address()
}
