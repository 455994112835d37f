package scheduler

import (
	"context"
	"slices"
	"time"

	"berth/scheduler/account"
)

// DeploymentTie ties a request to what runs for it in an orchestrator. It is kept until nothing of it is left.
type DeploymentTie struct {
	Request  string
	Number   int64
	System   string // the orchestrator, by its name in the settings
	Over     bool   // nothing is left there that concerns the request
	Revision int64  // 0: not stored yet
	State    string // as package orchestration writes it
}

// DeployedService is what runs for a request in an orchestrator, as people see it.
type DeployedService struct {
	Request  string     `json:"request"` // its UUID
	Number   int64      `json:"number"`
	System   string     `json:"system" doc:"the orchestrator, by its name in the settings"`
	Service  string     `json:"service,omitempty" doc:"id of the network service there"`
	Name     string     `json:"name"`
	Phase    string     `json:"phase,omitempty" doc:"created, instantiating, running, broken, terminating, terminated, stuck (its termination failed) or gone"`
	Since    *time.Time `json:"since,omitempty" doc:"when the phase was first seen"`
	Detail   string     `json:"detail,omitempty" doc:"why it failed, as the orchestrator says"`
	Driven   bool       `json:"driven,omitempty" doc:"Berth created it, or may terminate it"`
	By       string     `json:"by,omitempty" doc:"who tied it; empty: it was found by its name, or Berth created it"`
	Waits    string     `json:"waits,omitempty" doc:"why the step that follows from the phase was not taken yet"`
	Question string     `json:"question,omitempty" doc:"what a person must decide"`
	Answers  []string   `json:"answers,omitempty" doc:"what can be answered: terminate, keep, untie or again"`
	Trouble  string     `json:"trouble,omitempty" doc:"why Berth cannot deploy it"`
}

// Orchestrator is a system in which requests are deployed, as people see it.
type Orchestrator struct {
	Name    string            `json:"name"`
	Kind    string            `json:"kind" doc:"osm"`
	Site    string            `json:"site"`
	Polled  *time.Time        `json:"polled,omitempty" doc:"last successful poll"`
	Failure string            `json:"failure,omitempty" doc:"failure of the last poll"`
	Remedy  string            `json:"remedy,omitempty"`
	Drives  []string          `json:"drives,omitempty" doc:"testbeds whose requests Berth deploys there"`
	Total   int               `json:"total" doc:"network services there"`
	Pools   []Pool            `json:"pools"`
	Tied    []DeployedService `json:"tied"`
	Loose   []LooseService    `json:"loose"`
}

// Pool is a compute pool of an orchestrator: a VIM account.
type Pool struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Type  string `json:"type,omitempty"`
	State string `json:"state,omitempty"`
	VIM   string `json:"vim,omitempty" doc:"the VIM that it is, as testbed/vim; empty: none that Berth knows"`
}

// LooseService is a network service that is tied to no request.
type LooseService struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Phase string `json:"phase"`
	Why   string `json:"why,omitempty" doc:"why it is not tied although its name is that of a request's"`
}

// FlagDeployment flags a request whose deployment is not as it should be, such as one that was removed behind Berth's back; an empty text takes the
// flag away. The same text again changes nothing. It returns the codes of a step (CodeNotFound, CodeForbidden, CodeConflict and CodePrecondition).
func (s *Service) FlagDeployment(ctx context.Context, a account.Actor, id, text, reason string) error {
	_, err := s.decide(ctx, command{actor: a, action: ActionFlag, id: id, take: func(ctx context.Context, d *decision) error {
		r := d.request
		d.outcome.Request = r
		i := slices.IndexFunc(r.Flags, func(f Flag) bool { return f.Kind == FlagDeployment })
		if i < 0 && text == "" || i >= 0 && r.Flags[i].Text == text {
			return nil
		}
		r.unflag(FlagDeployment)
		if text == "" {
			return d.keep(ctx, r, note{text: "its deployment needs nobody any more", reason: reason})
		}
		r.Flags = append(r.Flags, Flag{Kind: FlagDeployment, At: d.now, Text: text})
		return d.keep(ctx, r, note{text: text, reason: reason})
	}})
	return err
}
