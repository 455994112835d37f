package proof

import (
	"fmt"
	"maps"
	"slices"
)

// Series judges series: each occurrence belongs to one, at the place that its record says, and a step with several occurrences was taken with all of
// them.
type Series struct {
	records     map[string]Record
	occurrences map[string]Occurrence // by request
	of          map[string][]string   // the requests of a series, by its id
}

// Record is the record of a series.
type Record struct {
	ID      string
	Number  int64
	Members []Member
}

// Member is a request that was submitted for a place.
type Member struct {
	Place   int
	Request string
	Number  int64
}

// Occurrence is what a request says about its series.
type Occurrence struct {
	Request string
	Number  int64
	Series  string
	First   int64 // the number of its series
	Place   int
	Origin  string // the request whose offer it was
	Steps   []SeriesStep
}

// SeriesStep is a step with several occurrences that the history of one tells of.
type SeriesStep struct {
	ID string
	Of int // occurrences
}

// NewSeries returns a judge that knows nothing yet.
func NewSeries() *Series {
	return &Series{records: map[string]Record{}, occurrences: map[string]Occurrence{}, of: map[string][]string{}}
}

// Add adds the record of a series.
func (s *Series) Add(x Record) { s.records[x.ID] = x }

// Tell adds what a request says.
func (s *Series) Tell(o Occurrence) {
	s.occurrences[o.Request] = o
	s.of[o.Series] = append(s.of[o.Series], o.Request)
}

// Findings lists everything that does not agree, by series and place.
func (s *Series) Findings() (list []string) {
	say := func(text string, args ...any) { list = append(list, fmt.Sprintf(text, args...)) }
	for _, x := range slices.SortedFunc(maps.Values(s.records), func(a, b Record) int { return int(a.Number - b.Number) }) {
		if len(x.Members) == 0 || x.Members[0].Number != x.Number {
			say("the series of #%d does not begin with #%d", x.Number, x.Number)
		}
		places := map[int]bool{}
		for _, m := range x.Members {
			o, ok := s.occurrences[m.Request]
			switch {
			case places[m.Place]:
				say("the series of #%d has two requests at place %d", x.Number, m.Place)
			case !ok || o.Series != x.ID:
				say("the series of #%d has #%d at place %d, which says nothing of it", x.Number, m.Number, m.Place)
			case o.Place != m.Place || o.First != x.Number || o.Number != m.Number:
				say("the series of #%d has #%d at place %d, which says that it is #%d at place %d of the series of #%d", x.Number, m.Number, m.Place, o.Number, o.Place, o.First)
			}
			places[m.Place] = true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.of)) {
		list = append(list, s.strays(id)...)
		list = append(list, s.partly(id)...)
	}
	return list
}

// strays lists the requests of a series that its record does not know, and that came from no other one at their place.
func (s *Series) strays(id string) (list []string) {
	x, known := s.records[id]
	for _, request := range s.of[id] {
		o := s.occurrences[request]
		from, follows := s.occurrences[o.Origin]
		switch {
		case !known:
			list = append(list, fmt.Sprintf("request #%d belongs to a series that does not exist", o.Number))
		case slices.ContainsFunc(x.Members, func(m Member) bool { return m.Request == request }):
		case !follows || from.Series != id || from.Place != o.Place:
			list = append(list, fmt.Sprintf("request #%d says that it is at place %d of the series of #%d, which does not know it", o.Number, o.Place, x.Number))
		}
	}
	return list
}

// partly lists the steps of a series that were not taken with all of their occurrences.
func (s *Series) partly(id string) (list []string) {
	type taken struct {
		of     int
		places map[int]bool
	}
	steps, order := map[string]taken{}, []string{}
	for _, request := range s.of[id] {
		o := s.occurrences[request]
		for _, step := range o.Steps {
			if steps[step.ID].places == nil {
				steps[step.ID] = taken{step.Of, map[int]bool{}}
				order = append(order, step.ID)
			}
			steps[step.ID].places[o.Place] = true
		}
	}
	for _, step := range order {
		if t := steps[step]; len(t.places) != t.of {
			list = append(list, fmt.Sprintf("the series of #%d: step %s was taken with %d of its %d occurrences", s.records[id].Number, step, len(t.places), t.of))
		}
	}
	return list
}
