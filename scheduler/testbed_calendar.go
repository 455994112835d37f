package scheduler

import "time"

// TestbedCalendar is a calendar outside that is tied to a testbed, as people see it.
type TestbedCalendar struct {
	Name     string        `json:"name" doc:"as the settings call it"`
	Testbed  string        `json:"testbed"`
	Writes   bool          `json:"writes,omitempty" doc:"Berth writes the testbed's bookings into it; otherwise its events close the testbed"`
	Site     string        `json:"site,omitempty" doc:"where it is; of an .ics file the host alone"`
	Read     *time.Time    `json:"read,omitempty" doc:"when it was last read, or written, without a failure"`
	Stale    bool          `json:"stale,omitempty" doc:"it was not read for longer than it should be: its closures are those of then"`
	Failure  string        `json:"failure,omitempty"`
	Remedy   string        `json:"remedy,omitempty"`
	Events   int           `json:"events" doc:"events that close the testbed, or bookings that are written"`
	Closures int           `json:"closures" doc:"closures of the testbed that come from it"`
	Notes    []EventNote   `json:"notes,omitempty" doc:"events that were not understood, wholly or in part"`
	More     int           `json:"more_notes,omitempty" doc:"beyond those listed"`
	Held     *HeldCalendar `json:"held,omitempty" doc:"most of its events are gone, and a person must say whether that is so"`
	Left     bool          `json:"left,omitempty" doc:"it is not in the settings any more, and its closures stay until it is forgotten"`
}

// EventNote says what was not understood of an event.
type EventNote struct {
	Event string `json:"event"`
	Text  string `json:"text"`
	Kept  bool   `json:"kept,omitempty" doc:"it closes what it closed before"`
}

// HeldCalendar is a reading that is not believed without a person.
type HeldCalendar struct {
	Since  time.Time `json:"since"`
	Gone   int       `json:"gone" doc:"events that are gone"`
	Of     int       `json:"of" doc:"events that there were"`
	Events []string  `json:"events" doc:"some of those that are gone"`
}
