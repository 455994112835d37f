package tickets

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// syncState remembers a ticket. It tells what a person did there from what Berth did: by content, never by time.
type syncState struct {
	Known    snapshot   `json:"known"`              // how the ticket was when it was last dealt with
	Intended []snapshot `json:"intended,omitempty"` // what writes make of it of which it is not known whether they came through
	Late     []snapshot `json:"late,omitempty"`     // what writes meant to make of it that were given up, should one of them come through after all
	Unsure   time.Time  `json:"unsure,omitzero"`    // until when a write of which nothing was heard may still come through, by our clock
	Mend     bool       `json:"mend,omitempty"`     // one came through late: the ticket has old values of Berth's own
	Changed  time.Time  `json:"changed"`            // the last change, by the tracker's clock, that was dealt with
	Since    time.Time  `json:"since"`              // comments up to here were dealt with
	Seen     []string   `json:"seen,omitempty"`     // ids of comments after it that were dealt with as well
	InCC     []string   `json:"in_cc,omitempty"`    // experimenters who were put into CC, or were there: who is not any more has gone
	Unknown  []string   `json:"unknown,omitempty"`  // who commented without being known in Berth, and was told so
}

// snapshot holds what of a ticket must say the same as its request.
type snapshot struct {
	Status     string `json:"status"`
	Resolution string `json:"resolution,omitempty"`
	Assignee   string `json:"assignee,omitempty"`
	Deadline   string `json:"deadline,omitempty"`
	Summary    string `json:"summary,omitempty"` // the last one of Berth's own; empty where people gave the ticket its summary
	InCC       bool   `json:"in_cc,omitempty"`   // the experimenter
}

// snapshotOf takes the snapshot of a ticket as it was read.
func snapshotOf(b Ticket, experimenter string) snapshot {
	return snapshot{b.Status.Status, b.Status.Resolution, b.Assignee, b.Deadline, b.Summary, experimenter != "" && hasName(b.CC, experimenter)}
}

// joined notes that somebody was in CC.
func (m *syncState) joined(login string) {
	if login != "" && !hasName(m.InCC, login) {
		m.InCC = append(m.InCC, login)
	}
}

func hasName(list []string, name string) bool { return slices.ContainsFunc(list, sameName(name)) }

// after gives the snapshot once a change was made.
func (l snapshot) after(c Change) snapshot {
	if to := c.Status.Status; to != "" {
		if to != l.Status {
			l.Resolution = ""
		}
		l.Status = to
	}
	if to := c.Status.Resolution; to != "" {
		l.Resolution = to
	}
	if c.Assignee != "" {
		l.Assignee = c.Assignee
	}
	if c.Deadline != nil {
		l.Deadline = *c.Deadline
	}
	if c.Summary != "" {
		l.Summary = c.Summary
	}
	return l
}

// expected reports whether something of a ticket is as Berth knows it, or may itself have made it.
func (m syncState) expected(same func(snapshot) bool) bool {
	return same(m.Known) || slices.ContainsFunc(m.Intended, same)
}

// overtaken reports whether something of a ticket is as a write would have made it that was given up.
func (m syncState) overtaken(same func(snapshot) bool) bool { return slices.ContainsFunc(m.Late, same) }

// String writes the state as the text that is kept.
func (m syncState) String() string {
	b, _ := json.Marshal(m) // it has no value that cannot be written
	return string(b)
}

// readState reads the text that String has written; first says that there is none yet.
func readState(text string) (m syncState, first bool, err error) {
	if text == "" {
		return m, true, nil
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return m, false, fmt.Errorf("reading what is remembered of a ticket: %w", err)
	}
	return m, false, nil
}

// overlap is how far back a poll looks again: a change that had to wait for a lock bears the time at which it began to wait.
const overlap = 3 * time.Minute

// unread picks the comments that were not dealt with yet.
func (m syncState) unread(list []Comment) []Comment {
	return slices.DeleteFunc(slices.Clone(list), func(c Comment) bool { return !c.Time.After(m.Since) || slices.Contains(m.Seen, c.ID) })
}

// read notes that all of some comments were dealt with, which are those after Since.
func (m *syncState) read(list []Comment) {
	newest := m.Since
	for _, c := range list {
		if at := c.Time.Add(-overlap); at.After(newest) {
			newest = at
		}
	}
	m.Since, m.Seen = newest, nil
	for _, c := range list {
		if c.Time.After(newest) {
			m.Seen = append(m.Seen, c.ID)
		}
	}
}

// sameName compares logins, of which trackers do not tell capital letters from small ones.
func sameName(a string) func(string) bool {
	return func(b string) bool { return strings.EqualFold(a, b) }
}
