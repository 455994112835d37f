package policy

import (
	"slices"
	"time"

	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// Policy holds the rules of a federation. The zero value allows everything and decides nothing by itself.
type Policy struct {
	Zone     string `json:"zone,omitempty" yaml:"zone,omitempty"`         // of weeks, months, terms, nights and days; default UTC
	Holidays []Date `json:"holidays,omitempty" yaml:"holidays,omitempty"` // which are no business days
	Terms    []Term `json:"terms,omitempty" yaml:"terms,omitempty"`       // for quotas of a term

	Limits   []Limit    `json:"limits,omitempty" yaml:"limits,omitempty"`
	Quotas   []Quota    `json:"quotas,omitempty" yaml:"quotas,omitempty"`
	Attended []Attended `json:"attended,omitempty" yaml:"attended,omitempty"`
	Grants   []Grant    `json:"grants,omitempty" yaml:"grants,omitempty"`
	Rejects  *Rejects   `json:"rejects,omitempty" yaml:"rejects,omitempty"`

	zone *time.Location
}

// Term is a span of days, the last one not included.
type Term struct {
	Name string `json:"name" yaml:"name"`
	From Date   `json:"from" yaml:"from"`
	To   Date   `json:"to" yaml:"to"`
}

// People names persons: one who is named, has one of the roles, or belongs to one of the organisations.
type People struct {
	Users         []string `json:"users,omitempty" yaml:"users,omitempty"`
	Roles         []string `json:"roles,omitempty" yaml:"roles,omitempty"`
	Organisations []string `json:"organisations,omitempty" yaml:"organisations,omitempty"`
}

// Limit bounds single requests, and how many of them are open.
type Limit struct {
	Name     string          `json:"name" yaml:"name"`
	Who      *People         `json:"who,omitempty" yaml:"who,omitempty"`
	Except   *People         `json:"except,omitempty" yaml:"except,omitempty"`
	Testbeds []string        `json:"testbeds,omitempty" yaml:"testbeds,omitempty"`
	Longest  testbeds.Period `json:"longest,omitzero" yaml:"longest,omitempty"`
	Notice   int64           `json:"notice,omitempty" yaml:"notice,omitempty"` // business days in the testbed's zone
	Ahead    testbeds.Period `json:"ahead,omitzero" yaml:"ahead,omitempty"`
	Open     int64           `json:"open,omitempty" yaml:"open,omitempty"` // requests of a person that are not over
	Because  string          `json:"because,omitempty" yaml:"because,omitempty"`
}

// Quota bounds how much of a resource is asked for and used in a period.
type Quota struct {
	Name     string   `json:"name" yaml:"name"`
	Who      *People  `json:"who,omitempty" yaml:"who,omitempty"`
	Except   *People  `json:"except,omitempty" yaml:"except,omitempty"`
	Testbeds []string `json:"testbeds,omitempty" yaml:"testbeds,omitempty"`
	Quantity string   `json:"quantity,omitempty" yaml:"quantity,omitempty"` // of any VIM
	Device   string   `json:"device,omitempty" yaml:"device,omitempty"`
	Hours    int64    `json:"hours" yaml:"hours"` // units times hours; for memory and storage, GB times hours
	Per      Per      `json:"per" yaml:"per"`
	Every    Every    `json:"every" yaml:"every"`

	FreeNights   *Nights `json:"free_nights,omitempty" yaml:"free_nights,omitempty"`
	FreeWeekends bool    `json:"free_weekends,omitempty" yaml:"free_weekends,omitempty"`
	Because      string  `json:"because,omitempty" yaml:"because,omitempty"`
}

// Per says whose use a quota adds up.
type Per string

const (
	PerPerson       Per = "person"
	PerExperiment   Per = "experiment" // a network service, or the name of a request with components of its own
	PerOrganisation Per = "organisation"
)

// Pers lists all of them.
var Pers = []Per{PerPerson, PerExperiment, PerOrganisation}

// Every is the period of a quota.
type Every string

const (
	EveryWeek  Every = "week"
	EveryMonth Every = "month"
	EveryTerm  Every = "term"
)

// Everies lists all periods.
var Everies = []Every{EveryWeek, EveryMonth, EveryTerm}

// Attended names days on which a person decides, whatever the grants say.
type Attended struct {
	Name     string   `json:"name" yaml:"name"`
	Testbeds []string `json:"testbeds,omitempty" yaml:"testbeds,omitempty"`
	Days     []string `json:"days,omitempty" yaml:"days,omitempty"` // monday to sunday
	Dates    []Date   `json:"dates,omitempty" yaml:"dates,omitempty"`
	Because  string   `json:"because,omitempty" yaml:"because,omitempty"`
}

// Grant approves or schedules what is small, fits, and needs nobody's decision.
type Grant struct {
	Name      string              `json:"name" yaml:"name"`
	Who       *People             `json:"who,omitempty" yaml:"who,omitempty"`
	Except    *People             `json:"except,omitempty" yaml:"except,omitempty"`
	Mentors   []string            `json:"mentors,omitempty" yaml:"mentors,omitempty"` // only requests of these
	Testbeds  []string            `json:"testbeds,omitempty" yaml:"testbeds,omitempty"`
	Under     testbeds.Quantities `json:"under,omitempty" yaml:"under,omitempty"` // less than this, over all VIMs
	Longest   testbeds.Period     `json:"longest,omitzero" yaml:"longest,omitempty"`
	NoDevices bool                `json:"no_devices,omitempty" yaml:"no_devices,omitempty"`
	Then      Then                `json:"then" yaml:"then"`
	Because   string              `json:"because,omitempty" yaml:"because,omitempty"`
}

// Then says what a grant does.
type Then string

const (
	ThenApprove  Then = "approve"  // in the place of the testbeds' providers; the mentor schedules
	ThenSchedule Then = "schedule" // approve, and schedule at once
)

// Thens lists both.
var Thens = []Then{ThenApprove, ThenSchedule}

// Rejects says what becomes of a request that cannot be deployed where it is placed, whatever the time.
type Rejects struct {
	Offers  int64  `json:"offers" yaml:"offers"` // alternatives that are offered with the rejection
	Because string `json:"because,omitempty" yaml:"because,omitempty"`
}

// Empty reports whether there is no rule at all.
func (p *Policy) Empty() bool {
	return p == nil || len(p.Limits)+len(p.Quotas)+len(p.Grants) == 0 && p.Rejects == nil
}

// In returns the zone of the policy's weeks, months, terms, nights and days.
func (p *Policy) In() *time.Location {
	if p.zone != nil {
		return p.zone
	}
	if zone, err := wallclock.Zone(p.Zone); err == nil {
		return zone
	}
	return time.UTC
}

// Subject is somebody or something whose requests are counted together.
type Subject struct {
	Per  Per    `json:"per"`
	Name string `json:"name"`
}

// Counts lists the subjects whose requests the rules count, of those that an ask concerns: what must be locked before it is judged, and at once with
// it. Roles and testbeds make no difference, so that it can be told from a request alone.
func (p *Policy) Counts(person, experiment, organisation string) (list []Subject) {
	if p == nil {
		return nil
	}
	name := map[Per]string{PerPerson: person, PerExperiment: experiment, PerOrganisation: organisation}
	for _, per := range Pers {
		counted := slices.ContainsFunc(p.Quotas, func(q Quota) bool { return q.Per == per }) ||
			per == PerPerson && slices.ContainsFunc(p.Limits, func(l Limit) bool { return l.Open > 0 })
		if counted && name[per] != "" {
			list = append(list, Subject{per, name[per]})
		}
	}
	return list
}
