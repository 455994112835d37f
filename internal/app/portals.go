package app

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"berth/internal/config"
	"berth/internal/delivery"
	"berth/internal/intake"
	"berth/internal/openslice"
	openorders "berth/internal/openslice/orders"
	"berth/internal/portal"
	"berth/internal/portal/orders"
	"berth/internal/remote"
	"berth/internal/web"
	"berth/scheduler/account"
	"berth/testbeds"
)

// Portals makes the sync of every portal in the settings, in their order. site is the address of Berth's pages.
func (p *Parts) Portals(settings config.Settings, site string, log *slog.Logger) (desk intake.Desk, err error) {
	for _, x := range settings.Portals {
		system, via, err := newPortal(x, p.Clock)
		if err != nil {
			return nil, fmt.Errorf("portal %s: %w", x.Name, err)
		}
		desk = append(desk, intake.New(intake.Settings{Name: x.Name, Kind: x.Kind, Via: via + " " + x.Name, Site: x.URL, Pages: site, VIMs: x.VIMs, Follow: intake.Follow(x.Follow), Poll: x.Poll},
			system, p.Service, p.Auth, p.Store, p.Clock, log))
	}
	return desk, nil
}

// newPortal makes the client of a portal, by its kind.
func newPortal(x config.Portal, clock func() time.Time) (system intake.Portal, via string, err error) {
	trust := remote.Trust{CA: x.CA, Fingerprint: x.Fingerprint, Private: x.Private}
	if x.Kind == config.PortalOpenslice {
		client, err := openslice.New(openslice.Options{URL: x.URL, TokenURL: x.TokenURL, Client: x.Client, Secret: x.Secret, Reread: x.ReadSecret, Trust: trust, Clock: clock})
		if err != nil {
			return nil, "", err
		}
		return openorders.New(client, x.URL, clock), openorders.Via, nil
	}
	client, err := portal.New(portal.Options{URL: x.URL, Key: x.Secret, Reread: x.ReadSecret, Trust: trust})
	if err != nil {
		return nil, "", err
	}
	return orders.New(client), orders.Via, nil
}

// shownPortals returns what the pages show; nil without a portal.
func shownPortals(desk intake.Desk) web.Portals {
	if len(desk) == 0 {
		return nil
	}
	return desk
}

// portalJobs makes a job for every portal, and one that delivers to all of them: one that does not answer holds up no other.
func (p *Parts) portalJobs(desk intake.Desk, log *slog.Logger) (list []named) {
	if len(desk) == 0 {
		return nil
	}
	for _, s := range desk {
		list = append(list, named{"portal", polled(s.Round)})
	}
	courier := p.courier(p.Store, desk.Deliver, delivery.Options{Channel: intake.Channel, Log: log, Lease: 3 * time.Minute, Abreast: 4})
	return append(list, named{"portal_deliveries", delivering(courier, p.Clock)})
}

// PortalFindings are what a check of a portal found.
type PortalFindings struct {
	Name string
	List []intake.Finding
}

// CheckPortals examines every portal in the settings. It writes nothing there.
func (p *Parts) CheckPortals(ctx context.Context, settings config.Settings, log *slog.Logger) (all []PortalFindings, err error) {
	f, _, err := p.Service.Facility(ctx, account.System)
	if err != nil {
		return nil, err
	}
	c, _, err := p.Service.Catalogue(ctx, account.System)
	if err != nil {
		return nil, err
	}
	desk, err := p.Portals(settings, "", log)
	if err != nil {
		return nil, err
	}
	for i, s := range desk {
		x := settings.Portals[i]
		list, err := s.Check(ctx, p.Service)
		if err != nil {
			return nil, err
		}
		system, _, err := newPortal(x, p.Clock)
		if err != nil {
			return nil, err
		}
		switch o := system.(type) {
		case *orders.Orders:
			list = append(list, o.Check(ctx, func(i portal.Infrastructure) string { return infrastructureVIM(i, x.VIMs, f) }, func(name string) bool {
				return slices.ContainsFunc(c.NSDs, func(n testbeds.NSD) bool { return n.ID == name })
			})...)
		case *openorders.Portal:
			list = append(list, o.Check(ctx)...)
		}
		all = append(all, PortalFindings{x.Name, list})
	}
	return all, nil
}

// infrastructureVIM names the VIM that an infrastructure is: as the settings say, else as the facility does; empty for an unknown one.
func infrastructureVIM(i portal.Infrastructure, vims map[string]string, f testbeds.Facility) string {
	for _, name := range []string{i.VIM, i.Datacenter, i.Name, fmt.Sprint(i.ID)} {
		if vim := vims[name]; vim != "" && name != "" {
			return vim
		}
	}
	where, _ := f.Locate(testbeds.Infrastructure{Account: i.VIM, Datacenter: i.Datacenter, Name: i.Name})
	return where
}
