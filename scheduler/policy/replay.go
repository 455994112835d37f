package policy

import (
	"slices"
	"time"

	"berth/testbeds"
)

// Case is a request of the past: what was asked for when it was made, and what came of it.
type Case struct {
	Request string // names it
	Number  int64
	Name    string
	Ask     Ask       // Now is when it was made
	Over    time.Time // when it was no longer open; the zero time where it still is
	Fits    bool      // as the check said then
	Runs    bool      // it could be deployed where it was placed
	Charge  *Charge   // what it counts in the end; nil where all was given back
}

// Replayed is what a policy would have said about the requests of a time.
type Replayed struct {
	Requests  int      `json:"requests"` // that were judged
	Refused   []Judged `json:"refused"`
	Approved  []Judged `json:"approved"`
	Scheduled []Judged `json:"scheduled"`
	Rejected  []Judged `json:"rejected"` // because they could not be deployed
	People    int      `json:"people"`   // about how many requests people would have had to decide
}

// Judged is a request of the past with the rule that would have decided about it.
type Judged struct {
	Request string    `json:"request"`
	Number  int64     `json:"number"`
	Name    string    `json:"name"`
	By      string    `json:"by"` // whose it was
	Made    time.Time `json:"made"`
	Rules   []string  `json:"rules"`
	Text    string    `json:"text,omitempty"`
}

// Replay judges requests, in the order in which they were made, as if the policy had been in force: one that it refuses counts for none of those after
// it. tell is called now and then with the number of those that are done.
func (p *Policy) Replay(cases []Case, tell func(done int)) (Replayed, error) {
	out := Replayed{Refused: []Judged{}, Approved: []Judged{}, Scheduled: []Judged{}, Rejected: []Judged{}}
	past := replay{p: p, charges: map[Subject][]Charge{}, open: map[string][]time.Time{}}
	for i, c := range cases {
		if tell != nil && i%100 == 0 {
			tell(i)
		}
		out.Requests++
		refusals, err := p.Judge(c.Ask, past.use(c))
		if err != nil {
			return out, err
		}
		j := Judged{Request: c.Request, Number: c.Number, Name: c.Name, By: c.Ask.Username, Made: c.Ask.Now}
		switch g, ok := p.Granted(c.Ask); {
		case len(refusals) > 0:
			for _, r := range refusals {
				j.Rules = append(j.Rules, r.Rule)
				j.Text = r.Message
			}
			j.Rules, j.Text = slices.Compact(j.Rules), refusals[0].Message
			out.Refused = append(out.Refused, j)
			continue
		case p != nil && p.Rejects != nil && !c.Runs:
			j.Rules = []string{"rejects"}
			out.Rejected = append(out.Rejected, j)
			continue
		case ok && c.Fits:
			j.Rules = []string{g.Name}
			if g.Then == ThenSchedule {
				out.Scheduled = append(out.Scheduled, j)
			} else {
				out.Approved = append(out.Approved, j)
				out.People++
			}
		default:
			out.People++
		}
		past.add(c)
	}
	return out, nil
}

// replay keeps what the requests so far count.
type replay struct {
	p       *Policy
	charges map[Subject][]Charge
	open    map[string][]time.Time // of a person: when requests were over
}

func (r *replay) use(c Case) Use {
	return Use{
		Open: func() (n int64, err error) {
			for _, over := range r.open[c.Ask.Username] {
				if over.IsZero() || over.After(c.Ask.Now) {
					n++
				}
			}
			return n, nil
		},
		Charges: func(s Subject, span testbeds.Slot) (list []Charge, err error) {
			for _, x := range r.charges[s] {
				if x.Slot.Overlaps(span) {
					list = append(list, x)
				}
			}
			return list, nil
		},
	}
}

func (r *replay) add(c Case) {
	r.open[c.Ask.Username] = append(r.open[c.Ask.Username], c.Over)
	if c.Charge == nil {
		return
	}
	for _, s := range r.p.Counts(c.Ask.Username, c.Ask.Experiment, c.Ask.Organisation) {
		r.charges[s] = append(r.charges[s], *c.Charge)
	}
}
