package scheduler

import (
	"berth/scheduler/account"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

// questionOf digests everything that a provider decides on: the words, the slot, and the testbed's part of the demand, units included. A link about
// anything else is worthless.
func questionOf(r Request, testbed string) string {
	if r.PendingMove != nil {
		r = r.PendingMove.of(r)
	}
	question, _ := json.Marshal([]any{r.Name, r.Description, r.NSD, r.Slot.UTC(), r.Demand.Of(testbed)}) // none of these can fail
	sum := sha256.Sum256(question)
	return hex.EncodeToString(sum[:8])
}

func approvalBody(r Request, testbed, person string) string {
	return strings.Join([]string{r.ID, testbed, person, questionOf(r, testbed)}, "/")
}

// ApprovalLink makes a link with which a provider decides for a testbed without signing in, until somebody decides or the request asks for something
// else. It must be delivered to that person and to nobody else. It returns CodeForbidden to all but administrators, and CodeNotFound without such a
// request.
func (s *Service) ApprovalLink(ctx context.Context, a account.Actor, id, testbed, person string) (link string, err error) {
	if err := Require(a, account.ScopeWrite, account.RoleAdministrator); err != nil {
		return "", err
	}
	err = s.store.View(ctx, func(tx Reader) error {
		r, err := request(ctx, tx, id)
		if err != nil {
			return err
		}
		key, err := tx.Secret(ctx)
		link = forApproval.sealed(key, approvalBody(r, testbed, person))
		return err
	})
	return link, err
}

// LinkedApproval is the decision that a link offers to a person.
type LinkedApproval struct {
	Request  Request
	Approval Approval
	Person   account.Person
}

// ApprovalByLink reads the decision behind a link, for the page that asks before it acts. It returns CodeNotFound for an invalid link, and
// CodeConflict where nothing is left to decide.
func (s *Service) ApprovalByLink(ctx context.Context, link string) (found LinkedApproval, err error) {
	err = s.store.View(ctx, func(tx Reader) error {
		found, err = approvalByLink(ctx, tx, link)
		return err
	})
	found.Request = found.Request.shown()
	return found, err
}

func approvalByLink(ctx context.Context, tx Reader, link string) (found LinkedApproval, err error) {
	key, err := tx.Secret(ctx)
	if err != nil {
		return found, err
	}
	body, ok := forApproval.opened(key, link)
	parts := strings.Split(body, "/")
	if !ok || len(parts) != 4 {
		return found, errLink
	}
	if found.Request, err = tx.Request(ctx, parts[0]); err != nil {
		return found, errLink
	}
	if found.Person, err = tx.Person(ctx, parts[2]); err != nil || found.Person.Disabled {
		return found, errLink
	}
	_, used, err := tx.Replay(ctx, usedLinks, linkKey(link))
	if err != nil {
		return found, err
	}
	r := found.Request
	for _, x := range append(slices.Clone(r.Approvals), r.Asked()...) {
		if x.Testbed == parts[1] {
			found.Approval = x
		}
	}
	switch {
	case found.Approval.Testbed == "" || body != approvalBody(r, parts[1], parts[2]):
		return found, Errorf(CodeConflict, "request #%d has changed since this link was sent: the link no longer applies", r.Number)
	case found.Approval.Decision != "":
		return found, Errorf(CodeConflict, "%s already decided about request #%d: %s by %s", parts[1], r.Number, found.Approval.Decision, found.Approval.By)
	case used:
		return found, Errorf(CodeConflict, "this link was already used for request #%d; it works only once", r.Number)
	case !r.Status.Ahead() && r.PendingMove == nil:
		return found, Errorf(CodeConflict, "request #%d is %s: there is nothing left to approve", r.Number, r.Status)
	}
	return found, nil
}

// ApproveByLink decides as the person of a signed link, with their present rights. A link works once, even if the request later asks for the same
// again because it was displaced. It returns the codes of ApprovalByLink and Approve.
func (s *Service) ApproveByLink(ctx context.Context, link string, in Approve) (Outcome, error) {
	found, err := s.ApprovalByLink(ctx, link)
	if err != nil {
		return Outcome{}, err
	}
	if err := in.check(); err != nil {
		return Outcome{}, err
	}
	testbed := found.Approval.Testbed
	return s.decide(ctx, command{actor: account.ActorOf(found.Person), action: ActionApprove, id: found.Request.ID, revision: found.Request.Revision, // nothing changed since the link was checked
		take: func(ctx context.Context, d *decision) error {
			if err := d.approve(ctx, testbed, in); err != nil {
				return err
			}
			return d.tx.PutReplay(ctx, usedLinks, linkKey(link), Replay{Result: found.Request.ID, At: d.now.AddDate(100, 0, 0)}) // never forgotten
		}})
}

func (in Approve) check() error {
	var bad faults
	switch in.Decision {
	case Approved:
		checkText("reason", in.Reason, maxReason, &bad)
	case Refused:
		checkReason("reason", in.Reason, &bad)
	default:
		bad.add("decision", "must be approved or refused")
	}
	return bad.err()
}

// usedLinks owns the idempotency keys that stand for used links. No username has a blank, so it is nobody's.
const usedLinks = "used links"

func linkKey(link string) string {
	sum := sha256.Sum256([]byte(link))
	return hex.EncodeToString(sum[:])
}
