package story

import (
	"maps"
	"slices"

	"pgregory.net/rapid"
)

// themes lists additional steps by theme. A story that leaves many out goes deeper into the rest, and reaches more states there than
// one that does a little of everything.
func (m *machine) themes() map[string]map[string]func(*rapid.T) {
	type steps = map[string]func(*rapid.T)
	return map[string]steps{
		"giants":    {"submit much": m.giant, "ask": m.ask},
		"edits":     {"edit": m.edit, "edit words": m.words, "repeat": m.repeat},
		"offers":    {"reject": m.reject, "reject nearby": m.nearby, "accept": m.accept, "hold": m.held, "hold more": m.held, "edit onto others": m.onto},
		"approvals": {"approve": m.approve, "approve more": m.approve, "schedule others": m.others},
		"overrides": {"override": m.override, "displace": m.displace},
		"moves":     {"move": m.move, "move elsewhere": m.elsewhere, "move with less": m.withLess, "agree": m.agree},
		"ends":      {"shorten": m.shorten, "extend": m.extend, "grow": m.grow, "grow more": m.grow},
		"long":      {"run long": m.long, "wait long": m.waitLong, "extend later": m.extend},
		"bounds":    {"rule": m.rule, "against the rules": m.against, "against the rules more": m.against, "ask within the rules": m.askWithin, "ask within more": m.askWithin},
		"closures": {"close": m.close, "reopen": m.reopen,
			"ask around": m.ask, "ask around more": m.ask, "extend past a closure": m.extendPast},
		"calendars":  {"draw": m.drawn, "draw more": m.drawn, "say whom it hits": m.sayWay, "accept what is held": m.accept},
		"units":      {"close units": m.closeUnits, "remove unit": m.removeUnit, "reopen units": m.reopen},
		"buffers":    {"buffers": m.buffers},
		"equipment":  {"features": m.features, "hosts": m.hosts, "catalogue": m.recatalogue},
		"policies":   {"policy": m.policy, "approve others": m.approve},
		"capacities": {"resize": m.resize, "drop": m.drop},
		"late":       {"lateness": m.lateness, "lateness more": m.lateness, "absent": m.absent, "absent more": m.absent, "report late": m.late, "report late more": m.late, "confirm": m.confirm},
		"deadlines":  {"deadlines": m.deadlines, "deadlines more": m.deadlines, "ask in time": m.ask, "wait for a decision": m.wait},
		"people":     {"assign": m.assign, "cancel": m.cancel},
		"series": {"repeat weekly": m.repeated, "repeat more": m.repeated, "all of a series": m.seriesStep, "some of a series": m.seriesStep, "more of a series": m.seriesStep,
			"a series again": m.seriesStep},
		"waiting": {"wait for": m.waitFor, "come and wait": m.comeAndWait, "come and wait more": m.comeAndWait, "give way": m.giveWay, "leave": m.leave,
			"accept what came free": m.accept},
	}
}

// steps draws the steps of one story.
func (m *machine) steps(rt *rapid.T) map[string]func(*rapid.T) {
	steps := map[string]func(*rapid.T){
		"submit": m.submit, "submit more": m.submit, "grant": m.granted, "grant more": m.granted,
		"schedule": m.schedule, "run": m.run, "run more": m.run, "start": m.start, "finish": m.finish, "wait": m.wait, "": m.check,
	}
	themes := m.themes()
	for _, name := range slices.Sorted(maps.Keys(themes)) {
		if name != m.o.About && !m.perhaps(rt) {
			continue
		}
		maps.Copy(steps, themes[name])
	}
	return steps
}
