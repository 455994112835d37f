package demo

import (
	"slices"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// script lists everything that happened: the stories in the order of submission, and the closures of providers.
func (p *play) script() []step {
	var list []step
	for _, stories := range [][]story{p.usrps(), p.fiveTonic(), p.others()} {
		for _, s := range stories {
			list = append(list, p.steps(s)...)
		}
	}
	return slices.Concat(list, p.weekly(), p.ruled(), p.closures())
}

// usrps tells of MARATHON (all four USRPs of WINS_5G), HyDRA (three) and C2G-RAN (two), which compete for the
// same ones.
func (p *play) usrps() []story {
	marathon := func(key string, asked float64, slot testbeds.Slot, f scenario) story {
		return story{key: "MARATHON " + key, asked: asked, who: "maeve", mentor: "monika", name: "MARATHON " + key, nsd: "marathon_ns", slot: slot, fate: f,
			description: "Massive MTC radio access over four software radios: one base station, three groups of sensors."}
	}
	hydra := func(key string, asked float64, slot testbeds.Slot, f scenario) story {
		return story{key: "HyDRA " + key, asked: asked, who: "hector", mentor: "monika", name: "HyDRA " + key, nsd: "hydra_baseline_nsd", slot: slot, fate: f,
			description: "Two virtual radios on one front-end: one transmitter, two receivers."}
	}
	c2gran := func(key string, asked float64, slot testbeds.Slot, f scenario) story {
		return story{key: "C2G-RAN " + key, asked: asked, who: "clara", mentor: "marco", name: "C2G-RAN " + key, nsd: "c2gran_basic_nsd", slot: slot, fate: f,
			description: "Cloud-controlled slices of a radio access network."}
	}
	wish := func(s story) story { s.anyway, s.flexible = true, true; return s }
	queues := func(s story) story { s.waits = true; return s }
	return []story{
		marathon("first light", 34, p.slot(-28, 9, 8), reported),
		hydra("first light", 33, p.slot(-27, 9, 8), scheduled),
		c2gran("baseline", 31.5, p.slot(-26, 9, 6), early(2*time.Hour)),
		hydra("sweep 1", 24, p.slot(-18, 9, 8), failed("usrp-2 lost its clock reference")),
		marathon("density 1", 23, p.slot(-16, 8, 10), scheduled),
		wish(hydra("sweep 2", 22, p.slot(-16, 10, 4), rejected("MARATHON has all four USRPs on that day", 2, "P4D"))),
		c2gran("slices", 21, p.slot(-13, 9, 8), cancelled("our students are ill")),
		c2gran("slices again", 15, p.slot(-9, 9, 8), scheduled),
		hydra("sweep 3", 14, p.slot(-7, 9, 8), reported),
		marathon("density 2", 12, p.slot(-5, 8, 10), early(3*time.Hour)),
		c2gran("long run", 8, p.slot(-1, 20, 52), scheduled),

		marathon("density 3", 10, p.slot(3, 9, 9), scheduled),
		wish(c2gran("handover", 3, p.slot(3, 13, 4), asks("MARATHON runs then. Would an evening do?", "If need be; mornings are easier for us."))),
		hydra("demonstration", 9.5, p.slot(4, 9, 8), scheduled),
		wish(c2gran("reconfiguration", 2, p.slot(4, 10, 5), rejected("HyDRA shows its demonstration on that day", 2, "P10D"))),
		hydra("filters", 1.5, p.slot(6, 9, 8), waiting),
		wish(c2gran("filters", 0.75, p.slot(6, 15, 4), nil)),
		hydra("coexistence", 7, p.slot(9, 9, 8), scheduled),
		wish(marathon("review day", 4, p.slot(9, 8, 10), overriding(scheduler.OverrideDisplace,
			"the European Commission's reviewers are there on that day only", "HyDRA coexistence"))),
		marathon("density 5", 0.26, p.slot(19, 8, 10), justCancelled("the new sensors come a month later")),
		queues(hydra("interference", 0.045, p.slot(19, 9, 8), nil)),
		queues(c2gran("interference", 0.04, p.slot(19, 10, 6), nil)),

		marathon("density 4", 6, p.slot(12, 8, 10), scheduled),
		wish(c2gran("guest radios", 2.5, p.slot(12, 12, 4), overriding(scheduler.OverrideOverbook,
			"the C2G-RAN team brings two USRPs of its own"))),
		marathon("two days", 5, p.slot(16, 8, 34), scheduled),
		wish(hydra("beacons", 4.5, p.slot(16, 12, 6), resubmitted("MARATHON runs over night"))),
		hydra("long haul", 3.5, p.slot(24, 9, 30), scheduled),
		c2gran("after the refit", 1.25, p.slot(23, 9, 8), moved(4, "the antennas are measured in the morning")),
	}
}

// fiveTonic tells of the services at 5TONIC and Bristol, alone and together.
func (p *play) fiveTonic() []story {
	vera := func(key, name, nsd string, asked float64, slot testbeds.Slot, f scenario) story {
		return story{key: key, asked: asked, who: "vera", mentor: "marco", name: name, nsd: nsd, slot: slot, fate: f}
	}
	return []story{
		vera("vod 1", "Video on demand, smoke test", "vod_use_case_nsd", 36, p.slot(-32, 8, 4), scheduled),
		vera("vod 2", "Video on demand, 50 viewers", "vod_use_case_nsd", 29, p.slot(-24, 8, 10), reported),
		vera("distributed 1", "Video on demand, Madrid to Bristol", "vod_distributed_nsd", 20, p.slot(-11, 8, 12), scheduled),
		vera("p4 1", "P4 switch, line rate", "p4in5g_nsd", 18.5, p.slot(-8, 12, 24), failed("the image asks for huge pages that the host does not have")),
		vera("p4 2", "P4 switch, huge pages", "p4in5g_nsd", 6.5, p.slot(-2, 12, 150), scheduled),
		vera("hello 1", "Hello world", "hello_world_nsd", 35, p.slot(-33, 10, 2), scheduled),
		vera("hello 2", "Hello world, second VIM", "hello_world_nsd", 13, p.slot(-6, 10, 2), cancelled("not needed any more")),
		vera("hello 3", "Hello world, whose start nobody reported", "hello_world_nsd", 0.29, p.slot(-1, 22.5, 46), granted),
		vera("vod 3", "Video on demand, 200 viewers", "vod_use_case_nsd", 5.5, p.slot(2, 8, 10), scheduled),
		vera("distributed 2", "Video on demand, Madrid to Bristol, evening", "vod_distributed_nsd", 4.25, p.slot(7, 16, 6), scheduled),
		vera("distributed 3", "Video on demand, Madrid to Bristol, 4K", "vod_distributed_nsd", 1.75, p.slot(11, 8, 12), waiting),
		vera("p4 3", "P4 switch, telemetry", "p4in5g_nsd", 2.25, p.slot(13, 8, 48),
			asks("Do you need both switches on one host?", "No, any two will do.")),
		func() story {
			s := vera("p4 4", "P4 switch, during the exchange of a node", "p4in5g_nsd", 1, p.slot(10, 10, 6), nil)
			s.anyway, s.flexible = true, true
			s.components, s.nsd = fourSwitches(), ""
			s.placement = testbeds.Placement{testbeds.PlaceAll: "5tonic/5ginfire"}
			return s
		}(),
		{key: "robot 1", asked: 17, who: "ruben", mentor: "marco", name: "RobotView5G, quality of experience", nsd: "robotview5g_nsd",
			slot: p.slot(-3, 9, 6), anyway: true, fate: rejected("a VNF of 16 vCPUs fits no host at Bristol", 0, "")},
		{key: "robot 2", asked: 0.5, who: "ruben", mentor: "marco", name: "RobotView5G, second attempt", nsd: "robotview5g_nsd",
			slot: p.slot(8, 9, 6), anyway: true},
		{key: "qmon 1", asked: 16, who: "ruben", mentor: "marco", name: "Quality monitor between Ljubljana and Bristol", slot: p.slot(-4, 7, 9),
			components: monitors(), placement: testbeds.Placement{"client": "ppdr-one/stationary", "server": "bristol/bristol"}, fate: scheduled},
		{key: "qmon 2", asked: 3.25, who: "ruben", mentor: "marco", name: "Quality monitor, night run", slot: p.slot(5, 19, 12),
			components: monitors(), placement: testbeds.Placement{"client": "ppdr-one/stationary", "server": "bristol/bristol"},
			fate: refused("bristol", "no remote power switch at night on that day")},
	}
}

// others tells of the radio and health testbeds.
func (p *play) others() []story {
	vino := func(key, name, nsd string, asked float64, slot testbeds.Slot, f scenario) story {
		return story{key: key, asked: asked, who: "nikos", mentor: "marco", name: name, nsd: nsd, slot: slot, fate: f}
	}
	health := func(key, name string, asked float64, slot testbeds.Slot, f scenario) story {
		return story{key: key, asked: asked, who: "dorota", mentor: "monika", name: name, nsd: "detector_example_nsd", slot: slot, fate: f}
	}
	return []story{
		vino("lte 1", "LTE coverage", "lte_ns", 32, p.slot(-29, 7, 8), scheduled),
		vino("lte 2", "LTE coverage, moving", "lte_ns", 26, p.slot(-22, 7, 8), reported),
		vino("mmwave 1", "60 GHz alignment", "mmwave_ns", 19, p.slot(-15, 7, 12), early(4*time.Hour)),
		vino("lte 3", "LTE handover", "lte_ns", 5.25, p.slot(-2, 6, 36), overrun),
		vino("mmwave 2", "60 GHz backhaul", "mmwave_ns", 4.75, p.slot(-1, 12, 96), scheduled),
		vino("mmwave 3", "60 GHz mesh", "mmwave_ns", 3.75, p.slot(-1, 22, 60), stuck(scheduler.Instantiating)),
		vino("mmwave 4", "60 GHz blockage", "mmwave_ns", 7.5, p.slot(-3, 8, 90), stuck(scheduler.Terminating)),
		vino("mmwave 5", "60 GHz tracking", "mmwave_ns", 2.75, p.slot(8, 7, 12), scheduled),
		vino("lte 4", "LTE with private core", "lte_ns", 1.6, p.slot(14, 7, 8), nil),

		health("detector 1", "Detector, calibration", 30, p.slot(p.workday(-15), 9, 4), scheduled),
		health("detector 2", "Detector, live image", 11, p.slot(p.workday(-4), 9, 5), scheduled),
		health("detector 3", "Detector, two surgeons", 3.1, p.slot(p.workday(3), 9, 5), scheduled),
		func() story {
			s := health("detector 4", "Detector, late shift", 1.1, p.slot(p.workday(5), 18, 3),
				asks("The laboratory closes at five. Would the morning do?", "We will ask the surgeons."))
			s.anyway, s.flexible = true, true
			return s
		}(),

		{key: "epc 1", asked: 27, who: "nikos", mentor: "monika", name: "EPC on the small cell", nsd: "epc_nsd", slot: p.slot(-23, 8, 8), fate: scheduled},
		{key: "epc 2", asked: 2.1, who: "nikos", mentor: "monika", name: "EPC, roaming", nsd: "epc_nsd", slot: p.slot(6, 8, 8), fate: scheduled},
		{key: "surrogates", asked: 1.4, who: "clara", mentor: "monika", name: "Surrogates for vehicles", nsd: "surrogates_nsd", slot: p.slot(18, 8, 8),
			anyway: true, fate: asks("vobu_vnfd is onboarded nowhere. When will it be?", "The image is being built; we expect it next week.")},
		{key: "transcoder", asked: 28, who: "ruben", mentor: "marco", name: "Transcoder in the car park", slot: p.slot(-20, 8, 8),
			components: transcoder(), placement: testbeds.Placement{testbeds.PlaceAll: "it-av/it-av"},
			devices: []testbeds.DeviceNeed{{Testbed: "it-av", Device: "rpi3", Count: 2}}, fate: scheduled},
		{key: "drone", asked: 4.1, who: "dorota", mentor: "monika", name: "Live pictures for rescuers", slot: p.slot(15, 8, 30),
			components: []testbeds.Component{{Member: "core", Size: testbeds.Quantities{"vcpu": 8, "memory_mb": 16384, "storage_gb": 200},
				Onboarded: []string{"ppdr-one/portable"}}},
			placement: testbeds.Placement{testbeds.PlaceAll: "ppdr-one/portable"},
			devices:   []testbeds.DeviceNeed{{Testbed: "ppdr-one", Device: "drone", Count: 1}}, fate: scheduled,
			description: "The portable part travels to Gdynia: three days there, three days back."},
		{key: "edge", asked: 0.3, who: "vera", mentor: "marco", name: "Edge cache at Uberlândia", slot: p.slot(21, 12, 24),
			components: []testbeds.Component{{Member: "cache", Size: testbeds.Quantities{"vcpu": 8, "memory_mb": 16384, "storage_gb": 500},
				Onboarded: []string{"ufu/ufu"}}},
			placement: testbeds.Placement{testbeds.PlaceAll: "ufu/ufu"}},
	}
}

func fourSwitches() []testbeds.Component {
	var list []testbeds.Component
	for _, member := range []string{"north", "east", "south", "west"} {
		list = append(list, testbeds.Component{Member: member, VNF: "t4p4s_vnfd", Requires: []string{"dpdk"},
			Size: testbeds.Quantities{"vcpu": 4, "memory_mb": 8192, "storage_gb": 60}, Onboarded: []string{"5tonic/5ginfire"}})
	}
	return list
}

func monitors() []testbeds.Component {
	size := testbeds.Quantities{"vcpu": 2, "memory_mb": 2048, "storage_gb": 20}
	onboarded := []string{"ppdr-one/stationary", "5tonic/5ginfire", "bristol/bristol"}
	return []testbeds.Component{
		{Member: "client", VNF: "qmon_client_vnfd", Size: size, Onboarded: onboarded},
		{Member: "server", VNF: "qmon_server_vnfd", Size: size, Onboarded: onboarded},
	}
}

func transcoder() []testbeds.Component {
	return []testbeds.Component{{Member: "transcoder", VNF: "opencv_transcoder_vnfd",
		Size: testbeds.Quantities{"vcpu": 8, "memory_mb": 8192, "storage_gb": 20}, Onboarded: []string{"it-av/it-av", "bristol/bristol"}}}
}
