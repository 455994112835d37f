// Package config reads and checks the settings of an instance of Berth: where it listens, which database it uses, which systems it talks to.
//
// A setting has one name. Its value comes, each later one replacing the earlier, from its default, from berth.toml, from the environment
// (BERTH_ and the name in capitals) or from a flag (-- and the name with hyphens); the package keeps where it came from, so that it can be
// shown. It refuses unknown names, all of them at once.
//
// The table in table.go is the only description of the settings: help, manual and guide are made from it.
package config
