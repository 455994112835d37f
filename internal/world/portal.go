package world

import (
	"time"

	"berth/internal/config"
	"berth/internal/portal/portaltest"
)

// Soon is how soon a deployment begins whose approval the demo's mentor does not leave to a visitor.
const Soon = 15 * time.Minute

// asked are the deployments of the portal: the first two run within minutes, the others wait for a visitor who decides.
var asked = []struct {
	who, name, experiment, place string
	begins, lasts                time.Duration
}{
	{"vera", "Video on demand, rehearsal", "hello_world_nsd", "5tonic/5ginfire", 90 * time.Second, 2 * time.Minute},
	{"ruben", "Camera feed, first light", "vod_use_case_nsd", "5tonic/5ginfire", 2 * time.Minute, 3 * time.Minute},
	{"hector", "HyDRA spectrum sharing", "hydra_baseline_nsd", "wins-5g/iris", 6 * day, 4 * time.Hour},
	{"maeve", "MARATHON field test", "marathon_ns", "wins-5g/iris", 6*day + 2*time.Hour, 6 * time.Hour},
	{"vera", "Video on demand, final", "vod_use_case_nsd", "5tonic/5ginfire", 8 * day, 8 * time.Hour},
	{"ruben", "RobotView in the square", "robotview5g_nsd", "bristol/bristol", 9 * day, 4 * time.Hour}, // larger than every host there
	{"nikos", "LTE handover", "lte_ns", "5g-vino/nitos", 10 * day, 5 * time.Hour},
	{"clara", "C2G-RAN baseline", "c2gran_basic_nsd", "wins-5g/iris", 12 * day, 5 * time.Hour},
	{"dorota", "Detector at the edge", "detector_example_nsd", "ehealth5g/edge", 13 * day, 3 * time.Hour},
	{"nikos", "P4 switch", "p4in5g_nsd", "5tonic/5ginfire", 15 * day, 10 * time.Hour},
}

const day = 24 * time.Hour

// startPortal starts a portal with deployments that its people have asked for. It is of the first generation, where people set every status by hand: so it
// takes what Berth reports, and deploys nothing beside the OSM that Berth drives.
func (w *World) startPortal(s *config.Settings, o Options) {
	w.Portal = portaltest.New(w, portaltest.First, o.Clock)
	vims := map[string]string{}
	for _, t := range o.Facility.Testbeds {
		for _, v := range t.VIMs {
			full := t.ID + "/" + v.ID
			w.Portal.AddInfrastructure(full, v.Datacenter, v.Account)
			vims[full] = full
		}
	}
	size := map[string]int{}
	for _, n := range o.Catalogue.NSDs {
		var members []string
		for _, m := range n.Members {
			members = append(members, m.VNF)
		}
		w.Portal.AddExperiment(n.ID, members...)
		size[n.ID] = len(members)
	}
	keys := map[string]string{}
	now := o.Clock().UTC().Truncate(time.Second)
	for _, a := range asked {
		if keys[a.who] == "" {
			keys[a.who] = w.Portal.AddUser(a.who, a.who, a.who+"@demo.invalid")
		}
		start := now.Add(a.begins)
		if a.begins >= day {
			start = start.Truncate(day).Add(a.begins%day + 9*time.Hour)
		}
		places := map[int]string{}
		for i := range size[a.experiment] {
			places[i+1] = a.place
		}
		w.Portal.Ask(portaltest.Ask{Key: keys[a.who], Name: a.name, Experiment: a.experiment, Places: places, Start: start, End: start.Add(a.lasts), ISO: true})
	}
	s.Portals = append(s.Portals, config.Portal{Name: "5ginfire", Kind: config.Portal5GinFIRE, URL: w.Portal.API(), Secret: portaltest.Key, Private: true, VIMs: vims, Follow: "all", Poll: poll})
	w.say("5GinFIRE       %s/admin/deployments, header X-APIKEY: %s", w.Portal.API(), portaltest.Key)
}
