package world

import (
	"berth/internal/config"
	"berth/internal/osm/osmtest"
)

// driven lists the testbeds whose deployments Berth instantiates and terminates by itself.
var driven = []string{"5tonic", "5g-vino"}

// startOSM starts an OSM that has an account for each VIM, and every VNF and NSD of the catalogue.
func (w *World) startOSM(s *config.Settings, o Options) {
	w.OSM = osmtest.New(w, osmtest.Nineteen, o.Clock)
	w.OSM.SetPace(pace)
	vims := map[string]string{}
	for _, t := range o.Facility.Testbeds {
		for _, v := range t.VIMs {
			full := t.ID + "/" + v.ID
			vims[w.OSM.AddAccount(full)] = full
		}
	}
	for _, v := range o.Catalogue.VNFs {
		w.OSM.AddPackage(v.ID, v.Size["vcpu"], v.Size["memory_mb"], v.Size["storage_gb"])
	}
	for _, n := range o.Catalogue.NSDs {
		var members []string
		for _, m := range n.Members {
			members = append(members, m.VNF)
		}
		w.OSM.AddDescriptor(n.ID, members...)
	}
	s.OSMs = append(s.OSMs, config.OSM{Name: "osm-19", URL: w.OSM.URL, User: osmtest.User, Password: osmtest.Password, Project: osmtest.Project, Private: true, VIMs: vims, Drive: driven, Poll: poll, Keep: 5 * poll})
	w.say("OSM 19         %s/osm, drives %s and %s", w.OSM.URL, driven[0], driven[1])
}
