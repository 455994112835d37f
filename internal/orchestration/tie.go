package orchestration

import (
	"context"
	"encoding/json"
	"time"

	"berth/scheduler"
)

// tie is what ties a request to a network service, as far as one orchestrator is concerned.
type tie struct {
	saved scheduler.DeploymentTie
	was   string // the state as it is stored
	tieState
}

// tieState is kept of a tie.
type tieState struct {
	Service string    `json:"service,omitempty"` // its id; empty while it is being created
	Name    string    `json:"name"`
	By      string    `json:"by,omitempty"` // who tied it; empty: its name, or Berth
	Since   time.Time `json:"since"`

	Phase   Phase      `json:"phase,omitempty"`
	Changed time.Time  `json:"changed,omitzero"` // when the phase was first seen
	Detail  string     `json:"detail,omitempty"`
	Began   *time.Time `json:"began,omitempty"`
	Ended   *time.Time `json:"ended,omitempty"`
	Ending  bool       `json:"ending,omitempty"` // its termination was seen, or asked for

	Waits    string `json:"waits,omitempty"`    // why Berth did not take the step that follows from the phase
	Question string `json:"question,omitempty"` // that a person must answer
	Keep     bool   `json:"keep,omitempty"`     // answered: leave it as it is
	Trouble  string `json:"trouble,omitempty"`  // why Berth cannot drive it
	Flagged  string `json:"flagged,omitempty"`  // the flag that the request has for it

	// Of services that Berth drives.
	Made       bool              `json:"made,omitempty"`      // Berth created it
	Handed     bool              `json:"handed,omitempty"`    // a person let Berth terminate it
	HandsOff   bool              `json:"hands_off,omitempty"` // a person untied it: Berth makes no other one
	Creating   *time.Time        `json:"creating,omitempty"`  // when Berth asked for it
	Placed     map[string]string `json:"placed,omitempty"`
	Asked      *time.Time        `json:"asked,omitempty"`       // when Berth last asked for its instantiation, or termination
	Tries      int64             `json:"tries,omitempty"`       // failed terminations
	TroubledAt int64             `json:"troubled_at,omitempty"` // revision of the request
}

// ours reports whether Berth may terminate and delete the service.
func (t *tie) ours() bool { return t.Made || t.Handed }

func readTie(saved scheduler.DeploymentTie) (*tie, error) {
	t := &tie{saved: saved, was: saved.State}
	if saved.State == "" {
		return t, nil
	}
	return t, json.Unmarshal([]byte(saved.State), &t.tieState)
}

// save stores a tie, unless nothing changed. It is a precondition that nobody else has changed it.
func (s *Sync) save(ctx context.Context, t *tie) error {
	raw, err := json.Marshal(t.tieState)
	if err != nil || string(raw) == t.was && t.saved.Revision > 0 && !t.saved.Over {
		return err
	}
	t.saved.State = string(raw)
	if t.saved, err = s.store.PutDeployment(ctx, t.saved); err == nil {
		t.was = t.saved.State
	}
	return err
}

// end stores that nothing is left of a tie.
func (s *Sync) end(ctx context.Context, t *tie) error {
	t.saved.Over, t.Question, t.Waits = true, "", ""
	raw, err := json.Marshal(t.tieState)
	if err != nil {
		return err
	}
	t.saved.State = string(raw)
	t.saved, err = s.store.PutDeployment(ctx, t.saved)
	t.was = t.saved.State
	return err
}

// saw records what was seen of the service.
func (t *tie) saw(x Service, now time.Time) {
	if t.Phase != x.Phase {
		if x.Phase == Stuck {
			t.Tries++
		}
		t.Phase, t.Changed, t.Asked = x.Phase, now, nil
	}
	t.Detail = x.Detail
	if x.Began != nil {
		t.Began = x.Began
	} else if t.Began == nil && x.Phase.Holds() && !x.Created.IsZero() {
		t.Began = &x.Created
	}
	if x.Ended != nil {
		t.Ended = x.Ended
	}
	if x.Phase == Terminating || x.Phase == Terminated || x.Phase == Stuck {
		t.Ending = true
	}
	if x.Phase == Terminated && t.Ended == nil {
		t.Ended = &now
	}
}
