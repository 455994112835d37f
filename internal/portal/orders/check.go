package orders

import (
	"context"
	"fmt"
	"strings"

	"berth/internal/intake"
	"berth/internal/portal"
	"berth/internal/remote"
)

// Check examines what the portal offers to its people, beyond the deployments that there are. It writes nothing. vim names the VIM of an infrastructure, empty for an
// unknown one; design reports whether the catalogue has an NSD.
func (o *Orders) Check(ctx context.Context, vim func(portal.Infrastructure) string, design func(name string) bool) (list []intake.Finding) {
	add := func(what string, err error, detail string, args ...any) bool {
		f := intake.Finding{What: what, Detail: fmt.Sprintf(detail, args...), OK: err == nil}
		if err != nil {
			f.Detail = err.Error()
			if e, ok := portal.AsError(err); ok {
				f.Remedy = e.Remedy()
			}
		}
		list = append(list, f)
		return err == nil
	}
	found, err := o.client.Deployments(ctx)
	if err != nil {
		return nil // which the check of the orders says
	}
	later := 0
	for _, d := range found {
		if d.Later() {
			later++
		}
	}
	switch {
	case len(found) == 0:
		add("generation", nil, "there is no deployment yet by which the portal's generation shows")
	case later > 0:
		add("generation", nil, "the second: it deploys by itself what is SCHEDULED, so no OSM may be driven for the same testbeds")
	default:
		add("generation", nil, "the first: days, and five statuses, all set by hand")
	}
	infrastructures, err := o.client.Infrastructures(ctx)
	if add("vims", err, "%d infrastructures", len(infrastructures)) {
		for _, i := range infrastructures {
			name := remote.Clip(fmt.Sprintf("%s (%d)", i.Name, i.ID))
			if where := vim(i); where != "" {
				add("vim", nil, "%s is %s", name, where)
				continue
			}
			list = append(list, intake.Finding{What: "vim", Detail: name + " is no VIM that Berth knows",
				Remedy: "give the VIM its vimid or datacentername in the facility, or name it under vims for this portal"})
		}
	}
	experiments, err := o.client.Experiments(ctx)
	if add("nsds", err, "%d experiments", len(experiments)) {
		for _, e := range experiments {
			if name := strings.TrimSpace(e.Name); !design(name) {
				list = append(list, intake.Finding{What: "nsd", Detail: remote.Clip(name) + " is no NSD of the catalogue", Remedy: "onboard it in the catalogue: what asks for it is not taken before"})
			}
		}
	}
	return list
}
