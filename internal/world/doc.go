// Package world stands for the systems around a demo: a Bugzilla, an OSM, a 5GinFIRE portal with deployments and a testbed that keeps calendars of its
// own. Each is the server of its tests, on loopback, so it answers as real ones were seen to answer, but forgets everything when the program ends.
//
// Start makes them and tells the settings where they are. Nothing else of the program knows that they are not real.
package world
