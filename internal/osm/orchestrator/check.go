package orchestrator

import (
	"context"
	"fmt"
	"strings"

	"berth/internal/osm"
)

// Finding is the result of one check.
type Finding struct {
	What, Detail, Remedy string
	OK                   bool
}

// Check examines everything that watching and driving an OSM depend on. vim names the VIM of an account, empty for an unknown one.
func (o *Orchestrator) Check(ctx context.Context, vim func(id, name string) string) (list []Finding) {
	add := func(what string, err error, detail string, args ...any) bool {
		f := Finding{What: what, Detail: fmt.Sprintf(detail, args...), OK: err == nil}
		if err != nil {
			f.Detail, f.Remedy = err.Error(), osm.Remedy(err)
		}
		list = append(list, f)
		return err == nil
	}
	version, err := o.client.Version(ctx)
	if !add("address", err, "an NBI answers; it calls itself %s, which several releases do", version) && !osm.IsRefused(err) {
		return list
	}
	if !add("sign-in", o.client.SignIn(ctx), "the account and its password are taken") {
		return list
	}
	accounts, err := o.client.Accounts(ctx)
	if add("vims", err, "%d VIM accounts", len(accounts)) {
		for _, a := range accounts {
			f := Finding{What: "vim", OK: true, Detail: fmt.Sprintf("%s (%s) is %s", a.Name, a.ID, vim(a.ID, a.Name))}
			switch {
			case vim(a.ID, a.Name) == "":
				f.Detail, f.OK = fmt.Sprintf("%s (%s) is no VIM that Berth knows", a.Name, a.ID), false
				f.Remedy = "give the VIM its vimid in the facility, or name it under vims for this OSM"
			case a.State != "" && a.State != "ENABLED":
				f.Detail, f.OK, f.Remedy = f.Detail+", and in state "+a.State, false, "OSM cannot use this VIM: see osm vim-show "+a.Name
			}
			list = append(list, f)
		}
	}
	designs, err := o.Designs(ctx)
	names := make([]string, len(designs))
	for i, d := range designs {
		names[i] = fmt.Sprintf("%s (%d members)", d.ID, len(d.Members))
	}
	add("nsds", err, "%d NSDs: %s", len(designs), osm.Clip(strings.Join(names, ", ")))
	packages, err := o.client.Packages(ctx)
	add("vnfs", err, "%d VNF packages", len(packages))
	services, err := o.client.Services(ctx, "")
	add("services", err, "%d network services", len(services))
	return list
}
