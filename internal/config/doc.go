// Package config reads and checks the settings of an instance of Berth: its address, its database, its connections to other systems.
//
// A setting has one name. Its value comes from its default, from berth.toml, from the environment (BERTH_ and the name in capitals) or from
// a flag (-- and the name with hyphens), each later one replacing the earlier; the package keeps the origin for display. It reports all
// unknown names at once.
//
// The table in table.go is the only description of the settings: help, manual and guide are made from it.
package config
