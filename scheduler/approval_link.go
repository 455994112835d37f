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

// questionOf is a digest of what a provider decides on: the words, the slot, and what the testbed is to give, units included. A link that asks
// about anything else is worth nothing.
func questionOf(r Request, testbed string) string {
	if r.PendingMove != nil {
		r = r.PendingMove.of(r)
	}
	question, _ := json.Marshal([]any{r.Name, r.Description, r.NSD, r.Slot.UTC(), r.Demand.Of(testbed)}) // of these nothing can fail
	sum := sha256.Sum256(question)
	return hex.EncodeToString(sum[:8])
}

func approvalBody(r Request, testbed, person string) string {
	return strings.Join([]string{r.ID, testbed, person, questionOf(r, testbed)}, "/")
}

// ApprovalLink is what lets a provider decide for a testbed without signing in, for as long as nobody has decided and the request asks for the
// same. It is made for those who deliver it to that person and to nobody else. It returns CodeForbidden to all but administrators, and
// CodeNotFound without such a request.
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

// LinkedApproval is what a link lets somebody decide.
type LinkedApproval struct {
	Request  Request
	Approval Approval
	Person   account.Person
}

// ApprovalByLink reads what a link lets somebody decide, for the page that asks before it acts. It returns CodeNotFound for a link that is not
// good, and CodeConflict where there is nothing left to decide.
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
		return found, Errorf(CodeConflict, "request #%d asks for something else by now; this link is about what it asked for before", r.Number)
	case found.Approval.Decision != "":
		return found, Errorf(CodeConflict, "%s was decided already for request #%d: %s by %s", parts[1], r.Number, found.Approval.Decision, found.Approval.By)
	case used:
		return found, Errorf(CodeConflict, "this link was used already for request #%d, and works once", r.Number)
	case !r.Status.Ahead() && r.PendingMove == nil:
		return found, Errorf(CodeConflict, "request #%d is %s: there is nothing to approve any more", r.Number, r.Status)
	}
	return found, nil
}

// ApproveByLink decides as the person of a signed link, with their rights as they are now. A link works once, whatever happens to the request
// afterwards: a displaced one asks for the same again, and a link that was used for it stays used. It returns the codes of ApprovalByLink and
// Approve.
func (s *Service) ApproveByLink(ctx context.Context, link string, in Approve) (Outcome, error) {
	found, err := s.ApprovalByLink(ctx, link)
	if err != nil {
		return Outcome{}, err
	}
	if err := in.check(); err != nil {
		return Outcome{}, err
	}
	testbed := found.Approval.Testbed
	return s.decide(ctx, command{actor: account.ActorOf(found.Person), action: ActionApprove, id: found.Request.ID, revision: found.Request.Revision, // nothing has changed since the link was looked at
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
		bad.add("decision", "has to be approved or refused")
	}
	return bad.err()
}

// usedLinks is whose idempotency keys stand for links that were used: nobody's, since no username has a blank.
const usedLinks = "used links"

func linkKey(link string) string {
	sum := sha256.Sum256([]byte(link))
	return hex.EncodeToString(sum[:])
}
