package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/policy"
	"berth/testbeds"
)

// policyPage shows the rules in force, what the reader has used of them, and to administrators the document.
type policyPage struct {
	scheduler.PolicyView
	Used    []usedShare
	Edits   bool
	YAML    string
	Base    int64 // the revision that the text was made from
	Change  *scheduler.PolicyChange
	Trial   *scheduler.PolicyTrial
	Lists   []trialList
	Failure *failure
}

// usedShare is a quota with a bar.
type usedShare struct {
	policy.Share
	Width string // of a thousand
	Again string // when it begins anew
}

// trialList is what a draft would have decided in one way.
type trialList struct {
	Title string
	Items []policy.Judged
	All   int
	More  int
	Long  bool // it is folded
}

// policyMonths is how far back the page tries a draft, and policyListed how many requests of a kind it names.
const (
	policyMonths = 3
	policyListed = 50
	policyOpen   = 5 // of a kind that are shown unfolded
)

func (s *site) policyOf(r *http.Request, who account.Actor) (p policyPage, err error) {
	if p.PolicyView, err = s.service.Policy(r.Context(), who); err != nil {
		return p, err
	}
	x := s.readerOf(who)
	for _, share := range p.Shares {
		part := 1000.0
		if share.Limit > 0 {
			part = min(1000, 1000*share.Used/share.Limit)
		}
		share.Text = sentence(share.Text)
		p.Used = append(p.Used, usedShare{share, strconv.Itoa(int(part)), x.at(share.Period.End)})
	}
	p.Edits = who.Is(account.RoleAdministrator)
	p.YAML, p.Base = p.Text, p.Revision
	return p, nil
}

func (s *site) policy(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	p, err := s.policyOf(r, who)
	if err != nil {
		return err
	}
	s.show(w, r, http.StatusOK, "policy.html", "Policy", who, p)
	return nil
}

// putPolicy tries a draft on the requests of the last months, and then puts it in force.
func (s *site) putPolicy(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	p, err := s.policyOf(r, who)
	if err != nil {
		return err
	}
	p.YAML = strings.ReplaceAll(r.PostForm.Get("yaml"), "\r\n", "\n")
	if p.Base, err = number(r.PostForm, "revision"); err != nil {
		return err
	}
	confirmed := r.PostForm.Get("step") == "confirm"
	o := scheduler.ChangeOptions{DryRun: !confirmed, Revision: p.Base, Reason: r.PostForm.Get("reason")}
	change, err := s.service.PutPolicy(r.Context(), who, []byte(p.YAML), o)
	if err == nil && confirmed {
		return done(w, r, "/policy", "policy-saved")
	}
	status := http.StatusOK
	if err == nil {
		p.Change = &change
		var trial scheduler.PolicyTrial
		if trial, err = s.service.TestPolicy(r.Context(), who, []byte(p.YAML), policyMonths); err == nil {
			p.Trial, p.Lists = &trial, s.readerOf(who).trialLists(trial)
		}
	}
	if faults, ok := errors.AsType[testbeds.Faults](err); ok {
		status, p.Failure = http.StatusUnprocessableEntity, faultsOf(faults)
	} else if err != nil {
		if ours(err) {
			return err
		}
		status, p.Failure = s.explained(who, err)
	}
	s.show(w, r, status, "policy.html", "Policy", who, p)
	return nil
}

// faultsOf lists the faults of a document by their lines.
func faultsOf(faults testbeds.Faults) *failure {
	f := &failure{Message: "The policy breaks rules of its form; nothing was changed."}
	for _, x := range faults {
		f.Fields = append(f.Fields, scheduler.FieldError{Field: strings.TrimSuffix(fmt.Sprintf("line %d: %s", x.Line, x.Field), ": "), Rule: x.Rule})
	}
	return f
}

func (x reader) trialLists(t scheduler.PolicyTrial) (list []trialList) {
	for _, l := range []trialList{{Title: "Refused", Items: t.Refused}, {Title: "Approved by rule", Items: t.Approved}, {Title: "Scheduled by rule", Items: t.Scheduled}, {Title: "Rejected by rule", Items: t.Rejected}} {
		l.All = len(l.Items)
		if l.Long = l.All > policyOpen; l.All > policyListed {
			l.More, l.Items = l.All-policyListed, l.Items[:policyListed]
		}
		l.Items = slices.Clone(l.Items)
		for i := range l.Items {
			l.Items[i].Text = x.humane(l.Items[i].Text)
		}
		if l.All > 0 {
			list = append(list, l)
		}
	}
	return list
}
