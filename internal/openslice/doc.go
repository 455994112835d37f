// Package openslice is a client of Openslice's service orders (TMF641), for one client of its Keycloak. It says what an Openslice answers, bounded and
// checked, and knows nothing of Berth.
//
// Openslice lists orders without their items and notes, ignores offset and limit, and answers an order that does not exist with 200 and no body.
// Package openslicetest stands for it in the tests; package berth/internal/openslice/orders makes it a portal for Berth's intake.
package openslice
