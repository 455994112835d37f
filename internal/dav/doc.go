// Package dav serves the calendars over CalDAV (RFC 4791, RFC 6578) and as feeds, and takes the moves that people make in their calendar
// clients. It answers from an index in memory that follows the database's change log, and writes its XML itself, piece by piece, so that
// neither the size of a collection nor a slow client costs more than what is on its way.
//
// What a request body may be is bounded before it is looked at: size, depth, number of elements. What a client may change is decided by
// package scheduler, which sees a move in a calendar as the same step as one over the API.
package dav
