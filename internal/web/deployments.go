package web

import (
	"context"
	"net/http"

	"berth/scheduler"
	"berth/scheduler/account"
)

// Orchestrators shows the systems in which requests are deployed, and takes what people decide about deployments.
type Orchestrators interface {
	List(ctx context.Context, a account.Actor) ([]scheduler.Orchestrator, error)
	Tie(ctx context.Context, a account.Actor, name, request, service string) (scheduler.DeployedService, error)
	Answer(ctx context.Context, a account.Actor, name, request, answer string) (scheduler.DeployedService, error)
	TryAgain(ctx context.Context, a account.Actor, name string) error
	TakeCatalogue(ctx context.Context, a account.Actor, name string, o scheduler.ChangeOptions) (scheduler.FacilityChange, error)
}

const deploymentsPath = "/deployments"

// deploymentsPage shows what runs for requests, by orchestrator.
type deploymentsPage struct {
	Orchestrators []scheduler.Orchestrator
	Administrator bool
	Portals       bool   // there is a page of portals too
	From          string // the orchestrator whose catalogue is previewed
	Change        scheduler.FacilityChange
}

// answers are what people can decide about a deployment, in words.
var answers = map[string]string{"terminate": "Terminate it", "keep": "Keep it as it is", "untie": "Untie it", "again": "Try again"}

// AnswerWords says an answer to a question about a deployment.
func (deploymentsPage) AnswerWords(answer string) string { return answers[answer] }

func (s *site) deployments(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	return s.showDeployments(w, r, who, deploymentsPage{})
}

func (s *site) showDeployments(w http.ResponseWriter, r *http.Request, who account.Actor, p deploymentsPage) (err error) {
	if s.o.Orchestrators == nil {
		return scheduler.Errorf(scheduler.CodeNotFound, "there is nothing at this address")
	}
	if p.Orchestrators, err = s.o.Orchestrators.List(r.Context(), who); err != nil {
		return err
	}
	p.Administrator, p.Portals = who.Is(account.RoleAdministrator), s.o.Portals != nil
	s.show(w, r, http.StatusOK, "deployments.html", "Deployments", who, p)
	return nil
}

// changeDeployments ties, answers, tries again, and takes the catalogue of an orchestrator.
func (s *site) changeDeployments(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if s.o.Orchestrators == nil {
		return scheduler.Errorf(scheduler.CodeNotFound, "there is nothing at this address")
	}
	if err := r.ParseForm(); err != nil {
		return err
	}
	ctx, form, name := r.Context(), r.PostForm, r.PostForm.Get("orchestrator")
	var err error
	switch do := form.Get("do"); do {
	case "tie":
		_, err = s.o.Orchestrators.Tie(ctx, who, name, form.Get("request"), form.Get("service"))
	case "retry":
		err = s.o.Orchestrators.TryAgain(ctx, who, name)
	case "preview":
		p := deploymentsPage{From: name}
		if p.Change, err = s.o.Orchestrators.TakeCatalogue(ctx, who, name, scheduler.ChangeOptions{DryRun: true}); err == nil {
			return s.showDeployments(w, r, who, p)
		}
	case "take":
		var revision int64
		if revision, err = number(form, "revision"); err == nil {
			_, err = s.o.Orchestrators.TakeCatalogue(ctx, who, name, scheduler.ChangeOptions{Force: true, Revision: revision})
		}
	default:
		if answers[do] == "" {
			return invalid("do", "is not a known action")
		}
		_, err = s.o.Orchestrators.Answer(ctx, who, name, form.Get("request"), do)
	}
	if err != nil {
		return err
	}
	return done(w, r, deploymentsPath, "saved")
}

// operating adds the deployments or, where there are none, the portals to the pages of operators and administrators. Each of the two leads to the other.
func (s *site) operating(list []link, who account.Actor, path string) []link {
	if !who.Is(account.RoleOperator) && !who.Is(account.RoleAdministrator) {
		return list
	}
	switch here := path == deploymentsPath || path == portalsPath; {
	case s.o.Orchestrators != nil:
		list = append(list, link{Label: "Deployments", URL: deploymentsPath, Here: here})
	case s.o.Portals != nil:
		list = append(list, link{Label: "Portals", URL: portalsPath, Here: here})
	}
	return list
}
