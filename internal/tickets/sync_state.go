package tickets

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// syncState is the kept state of a ticket. It tells users' changes from Berth's own: by content, never by time.
type syncState struct {
	Known    snapshot   `json:"known"`              // the ticket when it was last handled
	Intended []snapshot `json:"intended,omitempty"` // results of writes whose fate is unknown
	Late     []snapshot `json:"late,omitempty"`     // intended results of writes that were given up, in case one comes through after all
	Unsure   time.Time  `json:"unsure,omitzero"`    // until when a write of unknown fate may still come through, by our clock
	Mend     bool       `json:"mend,omitempty"`     // a write came through late: the ticket has old values of Berth's own
	Changed  time.Time  `json:"changed"`            // the last handled change, by the tracker's clock
	Since    time.Time  `json:"since"`              // comments up to here were handled
	Seen     []string   `json:"seen,omitempty"`     // ids of later comments that were handled as well
	InCC     []string   `json:"in_cc,omitempty"`    // experimenters who were put into CC, or were there: the missing ones have left
	Unknown  []string   `json:"unknown,omitempty"`  // commenters without an account in Berth who were told so
}

// snapshot holds the parts of a ticket that must agree with its request.
type snapshot struct {
	Status     string `json:"status"`
	Resolution string `json:"resolution,omitempty"`
	Assignee   string `json:"assignee,omitempty"`
	Deadline   string `json:"deadline,omitempty"`
	Summary    string `json:"summary,omitempty"` // Berth's last one; empty if users gave the ticket its summary
	InCC       bool   `json:"in_cc,omitempty"`   // the experimenter
}

// snapshotOf takes the snapshot of a ticket as it was read.
func snapshotOf(b Ticket, experimenter string) snapshot {
	return snapshot{b.Status.Status, b.Status.Resolution, b.Assignee, b.Deadline, b.Summary, experimenter != "" && hasName(b.CC, experimenter)}
}

// joined records that a login was in CC.
func (m *syncState) joined(login string) {
	if login != "" && !hasName(m.InCC, login) {
		m.InCC = append(m.InCC, login)
	}
}

func hasName(list []string, name string) bool { return slices.ContainsFunc(list, sameName(name)) }

// after returns the snapshot after a change.
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

// expected reports whether a part of a ticket is as Berth knows it, or as Berth may have written it.
func (m syncState) expected(same func(snapshot) bool) bool {
	return same(m.Known) || slices.ContainsFunc(m.Intended, same)
}

// overtaken reports whether a part of a ticket is as a given-up write would have left it.
func (m syncState) overtaken(same func(snapshot) bool) bool { return slices.ContainsFunc(m.Late, same) }

// String encodes the state for the store.
func (m syncState) String() string {
	b, _ := json.Marshal(m) // all its values can be encoded
	return string(b)
}

// readState decodes the text of String; first says that there is none yet.
func readState(text string) (m syncState, first bool, err error) {
	if text == "" {
		return m, true, nil
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return m, false, fmt.Errorf("reading the state of a ticket: %w", err)
	}
	return m, false, nil
}

// overlap is how far back a poll looks again: a change that waited for a lock bears the time when it began to wait.
const overlap = 3 * time.Minute

// unread picks the comments that were not handled yet.
func (m syncState) unread(list []Comment) []Comment {
	return slices.DeleteFunc(slices.Clone(list), func(c Comment) bool { return !c.Time.After(m.Since) || slices.Contains(m.Seen, c.ID) })
}

// read records that some comments were handled: all those after Since.
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

// sameName compares logins, in which trackers ignore case.
func sameName(a string) func(string) bool {
	return func(b string) bool { return strings.EqualFold(a, b) }
}
