// Package metrics holds the figures that Berth counts itself, for Prometheus, and the registry to which other parts add theirs: their names, their
// labels and where their buckets lie. Labels have few values, all known beforehand or named in the settings and the facility. docs/monitoring.md
// describes every figure, and a test compares it with what an instance exposes.
package metrics
