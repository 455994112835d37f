package tickets

import (
	"fmt"
	"strings"

	"berth/scheduler"
	"berth/scheduler/phrases"
	"berth/testbeds/plain"
)

// descriptionOfSeries writes the first text of the ticket of a series: what it is, what can be done, and each of its occurrences.
func (w wording) descriptionOfSeries(x subject, known background) string {
	at := phrases.Public(x.Request, known.zones, x.series.Created)
	var b strings.Builder
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	fmt.Fprintf(&b, "A series, %s: %s\n", phrases.Status(x.status()), x.series.Plan)
	if next := phrases.Next(x.status()); next != "" {
		b.WriteString(next + "\n")
	}
	fmt.Fprintf(&b, "%s/series/%d\n", w.settings.Site, x.series.Number)
	fmt.Fprintf(&b, "What can be done here, with all occurrences at once: %s. Comments reach the experimenter; one that names an occurrence, as in #%d, is kept with it.\n\n",
		w.settings.Statuses.help(), x.series.Number)
	row("Deployment requests", fmt.Sprintf("%s, %s", x.series.Name, plain.Count(len(x.all), "occurrence")))
	row("Network service", x.NSD)
	row("Experimenter", strings.TrimSuffix(x.Experimenter+", "+x.Organisation, ", "))
	row("Mentor", x.Mentor)
	if x.series.AllOrNothing {
		row("Of use", "only as a whole")
	}
	row("Needs", strings.Join(phrases.Needs(x.Request, known.zones), "\n  "))
	fmt.Fprintf(&b, "\nIts occurrences:\n%s\n", bulleted(w.occurrences(x.all, at)))
	conflicts(&b, at, x.View)
	b.WriteString(at.Said(instead(known.ways)))
	if x.Description != "" {
		b.WriteString("\n" + x.Description + "\n")
	}
	return short(b.String())
}

// occurrences lists requests of a series: "#42 Tue 1 Dec, 09:00–13:00 Dublin time, scheduled".
func (w wording) occurrences(list []scheduler.Request, at phrases.Reader) (lines []string) {
	for _, r := range list {
		lines = append(lines, fmt.Sprintf("#%d %s, %s", r.Number, at.Slot(r.Slot), phrases.Status(r.Status)))
	}
	return lines
}

// ofSeries completes the comment on an event of a series: it says which occurrences the event concerns, and where the whole series is.
func (w wording) ofSeries(e scheduler.Event, v scheduler.View, x subject, known background, said string) string {
	at := phrases.Public(v.Request, known.zones, e.At)
	var b strings.Builder
	page := fmt.Sprintf("%s/series/%d\n", w.settings.Site, x.series.Number)
	if e.Action == scheduler.ActionTicketNote { // it is about the ticket, not about an occurrence
		fmt.Fprintf(&b, "%s\n\n%s", at.Said(e.Text), page)
		return short(b.String())
	}
	if e.Series != nil && len(e.Series.All) > 1 {
		var list []scheduler.Request
		for _, r := range x.all {
			for _, number := range e.Series.All {
				if r.Number == number {
					list = append(list, r)
				}
			}
		}
		fmt.Fprintf(&b, "%s\n\nThe same goes for all of these:\n%s\n", said, bulleted(w.occurrences(list, at)))
	} else {
		fmt.Fprintf(&b, "%s\n%s\n", occurrence(v.Request), said)
	}
	if e.Action != scheduler.ActionFeedback {
		fmt.Fprintf(&b, "\nOf the series: %s\n%s", tally(x.all), page)
	}
	return short(b.String())
}

// occurrence names a request by its place: "Occurrence 3 of 6, #44:".
func occurrence(r scheduler.Request) string {
	return fmt.Sprintf("Occurrence %d of %d, #%d:", r.Series.Place, r.Series.Of, r.Number)
}

// tally counts occurrences by their statuses: "4 scheduled, 1 cancelled".
func tally(list []scheduler.Request) string {
	var parts []string
	for _, status := range scheduler.Statuses {
		n := 0
		for _, r := range list {
			if r.Status == status {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, phrases.Status(status)))
		}
	}
	return strings.Join(parts, ", ")
}
