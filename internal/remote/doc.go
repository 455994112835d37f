// Package remote holds what the clients of other systems have in common: connections to the hosts that the settings name and to no internal address
// behind a name, certificates that are believed, tokens that are kept, bounds on answers, and advice about what does not answer. It knows no system, and nothing of Berth.
package remote
