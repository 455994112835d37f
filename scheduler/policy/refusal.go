package policy

import (
	"fmt"
	"time"

	"berth/testbeds"
	"berth/testbeds/plain"
)

// Kind says what a refusal is about.
type Kind string

const (
	KindLongest Kind = "longest"
	KindNotice  Kind = "notice"
	KindAhead   Kind = "ahead"
	KindOpen    Kind = "open"
	KindQuota   Kind = "quota"
	KindHook    Kind = "hook" // another system said no
)

// Breach is one rule that an ask breaks: which, its limit, what is used and asked, and what would be allowed. Numbers are in Unit.
type Breach struct {
	Rule    string  `json:"rule"`
	Kind    Kind    `json:"kind"`
	Unit    string  `json:"unit,omitempty"` // hours, business days, days, requests, or the quota's, such as gpu-hours
	Limit   float64 `json:"limit"`
	Used    float64 `json:"used,omitempty"`
	Asked   float64 `json:"asked"`
	Allowed float64 `json:"allowed"` // of what was asked for

	Subject  *Subject       `json:"subject,omitempty"`  // whose use a quota counts
	Period   *testbeds.Slot `json:"period,omitempty"`   // of a quota; it begins anew with its end
	Testbed  string         `json:"testbed,omitempty"`  // whose business days count
	Earliest *time.Time     `json:"earliest,omitempty"` // start that the notice allows
	Latest   *time.Time     `json:"latest,omitempty"`   // end that the longest slot allows, or start that is not too far ahead

	Message string `json:"message"`
}

// Field names the field of an ask that a refusal is about; empty for one about what others hold, or how much there is.
func (r Breach) Field() string {
	switch r.Kind {
	case KindLongest:
		return "slot.end"
	case KindNotice, KindAhead:
		return "slot.start"
	}
	return ""
}

func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// reasoned adds the reason that a rule gives.
func reasoned(message, because string) string {
	if because == "" {
		return message
	}
	return message + " (" + because + ")"
}

func (l Limit) tooLong(a Ask, most time.Duration) Breach {
	end := a.Slot.Start.Add(most)
	return Breach{Rule: l.Name, Kind: KindLongest, Unit: "hours", Limit: rounded(most.Hours()), Asked: rounded(a.Slot.Duration().Hours()), Allowed: rounded(most.Hours()), Latest: &end,
		Message: reasoned(fmt.Sprintf("a slot is at most %s long, and this one is %s: it could end at %s", length(most), length(a.Slot.Duration()), instant(end)), l.Because)}
}

func (p *Policy) tooSoon(l Limit, a Ask, where string, first time.Time) Breach {
	asked := p.businessDays(a, where, int(l.Notice))
	return Breach{Rule: l.Name, Kind: KindNotice, Unit: "business days", Limit: float64(l.Notice), Asked: float64(asked), Allowed: float64(l.Notice), Testbed: where, Earliest: &first,
		Message: reasoned(fmt.Sprintf("a slot at %s is asked for %s ahead, and this one %s: the earliest start is %s", where,
			plain.Count(int(l.Notice), "business day"), plain.Count(asked, "business day"), instant(first)), l.Because)}
}

// businessDays counts the whole business days between now and a slot that is too soon.
func (p *Policy) businessDays(a Ask, where string, most int) int {
	n := 0
	for n < most {
		one := Limit{Notice: int64(n + 1), Testbeds: []string{where}}
		if _, t := p.earliest(one, a); a.Slot.Start.Before(t) {
			return n
		}
		n++
	}
	return n
}

func (l Limit) tooFar(a Ask, most time.Duration) Breach {
	last, day := a.Now.Add(most), 24*time.Hour
	return Breach{Rule: l.Name, Kind: KindAhead, Unit: "days", Limit: rounded(most.Hours() / 24), Asked: rounded(float64(a.Slot.Start.Sub(a.Now)) / float64(day)),
		Allowed: rounded(most.Hours() / 24), Latest: &last,
		Message: reasoned(fmt.Sprintf("a slot begins at most %s ahead, and this one begins %s days ahead: the latest start is %s", length(most),
			number(float64(a.Slot.Start.Sub(a.Now))/float64(day)), instant(last)), l.Because)}
}

func (l Limit) full(a Ask, n int64) Breach {
	return Breach{Rule: l.Name, Kind: KindOpen, Unit: "requests", Limit: float64(l.Open), Used: float64(n), Asked: 1, Allowed: 0, Subject: &Subject{PerPerson, a.Username},
		Message: reasoned(fmt.Sprintf("%s has %s, the most that one person may have: cancel one, or wait until one is over", a.Username, plain.Count(int(n), "open request")), l.Because)}
}

func (p *Policy) over(q Quota, a Ask, s Subject, period testbeds.Slot, used, asked int64) Breach {
	left := max(0, q.Most()-used)
	r := Breach{Rule: q.Name, Kind: KindQuota, Unit: q.Unit(), Limit: float64(q.Hours), Used: q.hours(used), Asked: q.hours(asked), Allowed: q.hours(left),
		Subject: &s, Period: &period}
	again := fmt.Sprintf("the next %s begins at %s", q.Every, instant(period.End))
	if next, ok := p.period(q, period.End); !ok || !next.Start.Equal(period.End) {
		again = fmt.Sprintf("the %s ends at %s", q.Every, instant(period.End))
	}
	enough := "nothing is left"
	if left > 0 {
		enough = fmt.Sprintf("%s are left, which is %s with as much as this", number(r.Allowed), length(time.Duration(left/max(1, q.amount(a.Demand)))*time.Second))
	}
	r.Message = reasoned(fmt.Sprintf("%s has used or asked for %s of %s %s in that %s, and this takes %s: %s; %s",
		s.Name, number(r.Used), number(r.Limit), r.Unit, q.Every, number(r.Asked), enough, again), q.Because)
	return r
}
