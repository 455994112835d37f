// Package osm speaks to an Open Source MANO (OSM), releases FIVE to 19, through its northbound interface (NBI), and knows what its answers
// mean. It knows nothing of Berth.
//
// A client signs in when it is first used, renews its token before it expires, and stops at the first refused login: OSM locks an account
// after a few wrong passwords. Answers are bounded in size, depth and length, and read tolerantly: records have other members in each release.
package osm
