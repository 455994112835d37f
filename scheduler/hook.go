package scheduler

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"berth/scheduler/account"
	"berth/scheduler/policy"
	"berth/testbeds"
)

// Another system may have a say about what people ask for. It is never asked while anything is locked: a step that turns out to need its answer is
// rolled back, and begins anew with the answer.

// Hook asks another system whether something may be asked for.
type Hook interface {
	// Ask returns the reasons against it; none where it is allowed. An error says that there was no answer.
	Ask(ctx context.Context, q HookQuestion) (reasons []string, err error)
}

// HookQuestion is what another system is asked.
type HookQuestion struct {
	For     Action          `json:"for"` // submit, edit, move, schedule, or accept_offer
	By      string          `json:"by"`  // who takes the step
	DryRun  bool            `json:"dry_run"`
	Request HookRequest     `json:"request"`
	Person  HookPerson      `json:"person"` // for whom it is asked
	Slot    testbeds.Slot   `json:"slot"`
	Demand  testbeds.Demand `json:"demand"`
}

// HookRequest is the request that a question is about; one that is still to be made has no id and no number.
type HookRequest struct {
	ID          string `json:"id,omitempty"`
	Number      int64  `json:"number,omitempty"`
	Name        string `json:"name"`
	NSD         string `json:"nsd,omitempty"`
	Description string `json:"description,omitempty"`
	Mentor      string `json:"mentor,omitempty"`
}

// HookPerson is a person as another system is told of them.
type HookPerson struct {
	Username     string   `json:"username"`
	Roles        []string `json:"roles"`
	Organisation string   `json:"organisation,omitempty"`
}

// What became of a question, as it is kept with the request.
const (
	HookAllowed    = "allowed"
	HookWaived     = "waived"     // refused, and overridden
	HookUnanswered = "unanswered" // which lets it pass, as the settings say
)

// HookRule is the rule that a refusal of another system names.
const HookRule = "hook"

// maxQuestions bounds what one step may ask: a series asks for each occurrence.
const maxQuestions = 200

// answer is what another system said.
type answer struct {
	reasons []string
	silent  bool
}

// answers are those to the questions of one call.
type answers map[string]answer

type answersKey struct{}

// listening returns a context that keeps the answers which a call gets.
func (s *Service) listening(ctx context.Context) context.Context {
	if s.o.Hook == nil || ctx.Value(answersKey{}) != nil {
		return ctx
	}
	return context.WithValue(ctx, answersKey{}, answers{})
}

// unasked says that a step needs the answer to a question.
type unasked struct{ HookQuestion }

func (unasked) Error() string { return "another system must be asked first" }

// change runs a step in a transaction, and again with each answer that it turns out to need. Without listening, it needs none.
func (s *Service) change(ctx context.Context, lock []string, fn func(tx Tx) error) error {
	told, _ := ctx.Value(answersKey{}).(answers)
	for range maxQuestions {
		err := s.store.Change(ctx, lock, fn)
		q, more := errors.AsType[unasked](err)
		if !more {
			return err
		}
		told[q.key()] = s.answer(ctx, q.HookQuestion)
	}
	return Errorf(CodeUnavailable, "what is asked changes too fast; try again")
}

func (q HookQuestion) key() string {
	b, _ := json.Marshal(q) // texts, numbers and instants
	return string(b)
}

// answer asks.
func (s *Service) answer(ctx context.Context, q HookQuestion) answer {
	reasons, err := s.o.Hook.Ask(ctx, q)
	if err != nil {
		s.o.Log.WarnContext(ctx, "the system that policy_hook names gave no answer", "error", err, "for", q.For, "person", q.Person.Username, "request", q.Request.Number)
		return answer{silent: true}
	}
	return answer{reasons: reasons}
}

// question makes one of an ask.
func question(a policy.Ask, r Request, action Action, by account.Actor, dry bool) HookQuestion {
	about := HookRequest{Name: r.Name, NSD: r.NSD, Description: r.Description, Mentor: r.Mentor}
	if r.Number != 0 {
		about.ID, about.Number = r.ID, r.Number
	}
	roles := a.Roles
	if roles == nil {
		roles = []string{}
	}
	return HookQuestion{For: action, By: by.Username, DryRun: dry, Request: about, Person: HookPerson{a.Username, roles, a.Organisation}, Slot: a.Slot, Demand: a.Demand}
}

// asksHook lists the steps about which another system is asked.
var asksHook = append([]Action{ActionSubmit}, judges...)

// hooked returns what another system has against a step, and notes on the request what it said. A step that has not asked begins anew.
func (d *decision) hooked(ctx context.Context, a policy.Ask, r *Request) ([]policy.Breach, error) {
	told, listening := ctx.Value(answersKey{}).(answers)
	if d.s.o.Hook == nil || !listening || !slices.Contains(asksHook, d.action) {
		return nil, nil
	}
	q := question(a, *r, d.action, d.actor, d.dry)
	said, ok := told[q.key()]
	if !ok {
		return nil, unasked{q}
	}
	list := d.s.against(said)
	if r.Judged == nil {
		r.Judged = &Judgement{Policy: d.rules.revision}
	}
	r.Judged = new(*r.Judged)
	switch {
	case len(list) > 0:
		r.Judged.Hook = HookWaived // or the request is not kept
	case said.silent:
		r.Judged.Hook, d.unanswered = HookUnanswered, true
	default:
		r.Judged.Hook = HookAllowed
	}
	return list, nil
}

// against turns an answer into refusals.
func (s *Service) against(said answer) (list []policy.Breach) {
	if said.silent && !s.o.HookOpen {
		return []policy.Breach{{Rule: HookRule, Kind: policy.KindHook,
			Message: "the system that is asked about every request did not answer, and nothing is allowed without its answer: try again later"}}
	}
	for _, reason := range said.reasons {
		list = append(list, policy.Breach{Rule: HookRule, Kind: policy.KindHook, Message: reason})
	}
	return list
}

// unansweredWords says in the history that a step passed without an answer.
const unansweredWords = "the system that is asked about every request did not answer, which lets it pass"

// said adds to the words of a step what must not go unsaid.
func (d *decision) said(action Action, text string) string {
	if !d.unanswered || action != d.action {
		return text
	}
	return strings.TrimPrefix(text+"; "+unansweredWords, "; ")
}
