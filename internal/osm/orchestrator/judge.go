package orchestrator

import (
	"berth/internal/orchestration"
	"berth/internal/osm"
)

// judge says in which phase a network service is. Its operations decide before its record does: right after a call the record still shows the
// old state, and old releases never show that a termination failed.
func judge(r osm.Service, ops []osm.Operation) orchestration.Service {
	x := orchestration.Service{ID: r.ID, Name: osm.Clip(r.Name), Design: osm.Clip(r.NSD), Pool: r.Account, Created: r.Created}
	x.Phase = shown(r)
	for i := range ops {
		switch o := ops[i]; {
		case o.Kind == "instantiate" && !o.Began.IsZero():
			x.Began = &ops[i].Began
		case o.Kind == "terminate" && o.State == "COMPLETED" && !o.Changed.IsZero():
			x.Ended = &ops[i].Changed
		}
		x.Busy = x.Busy || ops[i].Processing()
	}
	if len(ops) > 0 {
		decide(&x, ops[len(ops)-1])
	}
	if x.Detail == "" && (x.Phase == orchestration.Broken || x.Phase == orchestration.Stuck) {
		x.Detail = r.Detail
	}
	return x
}

// decide lets the last operation decide.
func decide(x *orchestration.Service, last osm.Operation) {
	building, ending := last.Kind == "instantiate", last.Kind == "terminate"
	switch {
	case last.Processing() && building && x.Phase != orchestration.Running: // it runs while it is being configured, in old releases
		x.Phase = orchestration.Instantiating
	case last.Processing() && ending:
		x.Phase = orchestration.Terminating
	case last.Failed() && building:
		x.Phase, x.Detail = orchestration.Broken, last.Detail
	case last.Failed() && ending:
		x.Phase, x.Detail = orchestration.Stuck, last.Detail
	case !last.Processing() && !building && !ending && x.Phase == orchestration.Broken: // a failed scaling or healing leaves it running
		x.Phase = orchestration.Running
	case !last.Processing() && !last.Failed() && building && (x.Phase == orchestration.Instantiating || x.Phase == orchestration.Created):
		x.Phase = orchestration.Running
	case !last.Processing() && !last.Failed() && ending && x.Phase == orchestration.Terminating:
		x.Phase = orchestration.Terminated
	}
}

// shown returns the phase that a record shows. Releases before SEVEN have no nsState.
func shown(r osm.Service) orchestration.Phase {
	failed := r.State == "BROKEN" || r.Operational == "failed"
	switch {
	case r.State == "TERMINATING" || r.Operational == "terminating":
		return orchestration.Terminating
	case r.Operational == "terminated":
		return orchestration.Terminated
	case failed && r.Config == "terminating":
		return orchestration.Stuck
	case failed || r.State == "" && r.Config == "failed":
		return orchestration.Broken
	case r.State == "READY" || r.State == "DEGRADED" || r.Operational == "running":
		return orchestration.Running
	case r.State == "BUILDING" || r.Current == "INSTANTIATING" || r.Operational == "init" && r.Admin == "INSTANTIATED":
		return orchestration.Instantiating
	case r.Admin == "INSTANTIATED": // scaling, healing, updating, migrating, and what later releases call it
		return orchestration.Running
	}
	return orchestration.Created
}
