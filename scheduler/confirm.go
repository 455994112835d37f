package scheduler

import (
	"context"
	"strconv"
	"strings"

	"berth/scheduler/account"
)

// Confirm answers whether a slot is still needed, once that was asked: yes records it, no cancels the request. It returns CodeInvalid for the input, and
// those of a step (CodeNotFound, CodeForbidden, CodeConflict and CodePrecondition).
func (s *Service) Confirm(ctx context.Context, a account.Actor, id string, in Confirm) (Outcome, error) {
	step := Step{Reason: in.Reason, DryRun: in.DryRun, Revision: in.Revision}
	if !in.Needed {
		return s.Cancel(ctx, a, id, step)
	}
	var bad faults
	checkText("reason", in.Reason, maxReason, &bad)
	if err := bad.err(); err != nil {
		return Outcome{}, err
	}
	return s.decide(ctx, command{actor: a, action: ActionConfirm, id: id, revision: in.Revision, dry: in.DryRun,
		take: func(ctx context.Context, d *decision) error {
			r := d.request
			if err := d.checkAsItStands(r); err != nil {
				return err
			}
			r.Needed = new(*r.Needed)
			r.Needed.Confirmed, r.Needed.By = new(d.now), d.actor.Username
			return d.keep(ctx, r, note{reason: in.Reason, text: "it is still needed"})
		}})
}

func neededBody(r Request, person string) string {
	return strings.Join([]string{r.ID, person, strconv.FormatInt(r.Slot.Start.Unix(), 10), strconv.FormatInt(r.Needed.Asked.Unix(), 10)}, "/")
}

// NeededLink makes a link with which a person says whether a slot is still needed without signing in, until somebody answers or the slot begins. It
// must be delivered to that person and to nobody else. It returns CodeForbidden to all but administrators, CodeNotFound without such a request, and
// CodeConflict where nothing was asked.
func (s *Service) NeededLink(ctx context.Context, a account.Actor, id, person string) (link string, err error) {
	if err := Require(a, account.ScopeWrite, account.RoleAdministrator); err != nil {
		return "", err
	}
	err = s.store.View(ctx, func(tx Reader) error {
		r, err := request(ctx, tx, id)
		if err != nil {
			return err
		}
		if !r.open(ActionConfirm, s.now()) {
			return nothingAsked(r)
		}
		key, err := tx.Secret(ctx)
		link = forNeeded.sealed(key, neededBody(r, person))
		return err
	})
	return link, err
}

func nothingAsked(r Request) error {
	if r.Needed != nil && r.Needed.Confirmed != nil {
		return Errorf(CodeConflict, "%s already said that request #%d is needed", r.Needed.By, r.Number)
	}
	return Errorf(CodeConflict, "request #%d is %s: nobody asks any more whether it is needed", r.Number, r.Status)
}

// NeededByLink reads the question behind a link, for the page that asks before it acts. It returns CodeNotFound for an invalid link, and CodeConflict
// where it was answered, or is no longer asked.
func (s *Service) NeededByLink(ctx context.Context, link string) (r Request, p account.Person, err error) {
	err = s.store.View(ctx, func(tx Reader) error {
		key, err := tx.Secret(ctx)
		if err != nil {
			return err
		}
		body, ok := forNeeded.opened(key, link)
		parts := strings.Split(body, "/")
		if !ok || len(parts) != 4 {
			return errLink
		}
		if r, err = tx.Request(ctx, parts[0]); err != nil {
			return errLink
		}
		if p, err = tx.Person(ctx, parts[1]); err != nil || p.Disabled {
			return errLink
		}
		if !r.open(ActionConfirm, s.now()) {
			return nothingAsked(r)
		}
		if body != neededBody(r, p.Username) {
			return Errorf(CodeConflict, "request #%d has changed since this link was sent: the link no longer applies", r.Number)
		}
		return nil
	})
	return r.shown(), p, err
}

// ConfirmByLink answers as the person of a signed link, with their present rights. It returns the codes of NeededByLink and Confirm.
func (s *Service) ConfirmByLink(ctx context.Context, link string, in Confirm) (Outcome, error) {
	r, p, err := s.NeededByLink(ctx, link)
	if err != nil {
		return Outcome{}, err
	}
	in.Revision = r.Revision // nothing changed since the link was checked
	return s.Confirm(ctx, account.ActorOf(p), r.ID, in)
}
