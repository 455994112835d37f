package app

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"berth/internal/config"
	"berth/internal/orchestration"
	"berth/internal/osm"
	"berth/internal/osm/orchestrator"
	"berth/internal/web"
	"berth/scheduler/account"
	"berth/testbeds"
)

// servicePrefix begins the names of network services, before the number of their request.
const servicePrefix = "berth-"

// Orchestrators makes the sync of every OSM in the settings, in their order.
func (p *Parts) Orchestrators(settings config.Settings, log *slog.Logger) (desk orchestration.Desk, err error) {
	for _, o := range settings.OSMs {
		system, err := newOrchestrator(o, p.Clock)
		if err != nil {
			return nil, err
		}
		desk = append(desk, orchestration.New(orchestration.Settings{Name: o.Name, Via: orchestrator.Via, Site: o.URL, Prefix: servicePrefix, VIMs: o.VIMs, Drive: o.Drive, Poll: o.Poll, Keep: o.Keep},
			system, p.Service, p.Store, p.Clock, log))
	}
	return desk, nil
}

func newOrchestrator(o config.OSM, clock func() time.Time) (*orchestrator.Orchestrator, error) {
	client, err := osm.New(osm.Options{URL: o.URL, User: o.User, Password: o.Password, Reread: o.ReadPassword, Project: o.Project, CA: o.CA, Fingerprint: o.Fingerprint,
		Private: o.Private, Clock: clock})
	if err != nil {
		return nil, fmt.Errorf("OSM %s: %w", o.Name, err)
	}
	return orchestrator.New(client), nil
}

// shownDesk returns what the pages show; nil without an orchestrator.
func shownDesk(desk orchestration.Desk) web.Orchestrators {
	if len(desk) == 0 {
		return nil
	}
	return desk
}

// osmJobs makes a job for every OSM: one that does not answer holds up no other.
func osmJobs(desk orchestration.Desk) (list []job) {
	for _, s := range desk {
		list = append(list, polled(s.Round))
	}
	return list
}

// polled makes a job of a poll, which says when it is to be called again.
func polled(round func(context.Context) (int, time.Time, error)) job {
	return func(ctx context.Context) (done int, next *time.Time, err error) {
		done, at, err := round(ctx)
		return done, &at, err
	}
}

// OSMFindings are what a check of an OSM found.
type OSMFindings struct {
	Name string
	List []orchestrator.Finding
}

// CheckOSMs examines every OSM in the settings. A password that was refused is tried once more.
func (p *Parts) CheckOSMs(ctx context.Context, settings config.Settings) (all []OSMFindings, err error) {
	f, _, err := p.Service.Facility(ctx, account.System)
	if err != nil {
		return nil, err
	}
	for _, o := range settings.OSMs {
		system, err := newOrchestrator(o, p.Clock)
		if err != nil {
			return nil, err
		}
		all = append(all, OSMFindings{o.Name, system.Check(ctx, func(id, name string) string { return vimOf(id, name, o.VIMs, f) })})
	}
	return all, nil
}

// vimOf names the VIM of an account, if the facility has it.
func vimOf(id, name string, vims map[string]string, f testbeds.Facility) string {
	for _, t := range f.Testbeds {
		for _, v := range t.VIMs {
			if full := t.ID + "/" + v.ID; vims[id] == full || vims[name] == full || vims[id] == "" && vims[name] == "" && v.Account != "" && v.Account == id {
				return full
			}
		}
	}
	return ""
}
