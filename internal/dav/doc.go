// Package dav serves the calendars over CalDAV (RFC 4791, RFC 6578) and as feeds, and accepts the moves that people make in their
// calendar clients. It answers from an index in memory that follows the database's change log, and writes its XML itself, piece by
// piece, so that memory depends neither on the size of a collection nor on the speed of a client.
//
// The size, depth and number of elements of a request body are bounded before it is parsed. Package scheduler decides which changes a
// client may make; for it, a move in a calendar and one over the API are the same step.
package dav
