// Package orchestration keeps requests and what really runs for them alike. It watches the network services of an orchestrator: what happens
// there becomes steps of the requests, with the rights of an operator. For testbeds that want it, it also drives: it creates, instantiates,
// terminates and deletes the services of their requests.
//
// round.go is one poll, and reads from top to bottom. Each request is tied to at most one service (tie.go): by the service's name, by an
// operator (people.go), or because Berth created it. follow.go turns the state of a tied service into steps; ask.go raises what only a person
// can answer; drive.go takes the one next step in the orchestrator that leads to what the request wants. Nothing is believed beyond the last
// good answer, and what may have been written there is looked for before it is written again.
//
// The package knows no particular orchestrator, only the interface Orchestrator. Package berth/internal/osm/orchestrator implements it for OSM.
package orchestration
