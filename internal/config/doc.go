// Package config is what an instance of Berth is told about its surroundings: where to listen, which database, whom to believe.
//
// A setting has one name. It comes, each later one replacing the earlier, from its default, from berth.toml, from the environment
// (BERTH_ and the name in capitals) or from a flag (-- and the name with hyphens); which of them it was is kept and can be shown.
// Names that nobody knows are refused, all of them at once, wherever they stand.
package config
