package proof_test

import (
	"testing"

	"berth/scheduler/proof"

	"github.com/google/go-cmp/cmp"
)

func TestSeries(t *testing.T) {
	t.Parallel()
	both := []proof.SeriesStep{{ID: "s", Of: 2}}
	record := proof.Record{ID: "x", Number: 4, Members: []proof.Member{{Place: 1, Request: "a", Number: 4}, {Place: 2, Request: "b", Number: 5}}}
	a := proof.Occurrence{Request: "a", Number: 4, Series: "x", First: 4, Place: 1, Steps: both}
	b := proof.Occurrence{Request: "b", Number: 5, Series: "x", First: 4, Place: 2, Steps: both}
	with := func(o proof.Occurrence, change func(*proof.Occurrence)) proof.Occurrence {
		change(&o)
		return o
	}
	successor := proof.Occurrence{Request: "c", Number: 9, Series: "x", First: 4, Place: 2, Origin: "b"}
	tests := []struct {
		name    string
		records []proof.Record
		told    []proof.Occurrence
		want    []string
	}{
		{"all agree", []proof.Record{record}, []proof.Occurrence{a, b, successor}, nil},
		{"no record", nil, []proof.Occurrence{with(a, func(o *proof.Occurrence) { o.Steps = nil })}, []string{"request #4 belongs to a series that does not exist"}},
		{"a member that is not there", []proof.Record{record}, []proof.Occurrence{with(a, func(o *proof.Occurrence) { o.Steps = nil })},
			[]string{"the series of #4 has #5 at place 2, which says nothing of it"}},
		{"another place", []proof.Record{record}, []proof.Occurrence{a, with(b, func(o *proof.Occurrence) { o.Place = 3 })},
			[]string{"the series of #4 has #5 at place 2, which says that it is #5 at place 3 of the series of #4"}},
		{"a stranger", []proof.Record{record}, []proof.Occurrence{a, b, with(successor, func(o *proof.Occurrence) { o.Origin = "" })},
			[]string{"request #9 says that it is at place 2 of the series of #4, which does not know it"}},
		{"a successor elsewhere", []proof.Record{record}, []proof.Occurrence{a, b, with(successor, func(o *proof.Occurrence) { o.Place = 1 })},
			[]string{"request #9 says that it is at place 1 of the series of #4, which does not know it"}},
		{"a step with one of two", []proof.Record{record}, []proof.Occurrence{a, with(b, func(o *proof.Occurrence) { o.Steps = nil })},
			[]string{"the series of #4: step s was taken with 1 of its 2 occurrences"}},
		{"another number", []proof.Record{{ID: "x", Number: 5, Members: record.Members[1:]}}, []proof.Occurrence{with(b, func(o *proof.Occurrence) { o.First, o.Steps = 5, nil })}, nil},
		{"two at one place", []proof.Record{{ID: "x", Number: 4, Members: append(record.Members, proof.Member{Place: 2, Request: "b", Number: 5})}}, []proof.Occurrence{a, b},
			[]string{"the series of #4 has two requests at place 2"}},
		{"without a beginning", []proof.Record{{ID: "x", Number: 4}}, nil, []string{"the series of #4 does not begin with #4"}},
	}
	for _, tt := range tests {
		s := proof.NewSeries()
		for _, x := range tt.records {
			s.Add(x)
		}
		for _, o := range tt.told {
			s.Tell(o)
		}
		if diff := cmp.Diff(tt.want, s.Findings()); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
}
