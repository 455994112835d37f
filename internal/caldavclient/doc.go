// Package caldavclient reads the calendars of others, in collections of CalDAV servers and at addresses of .ics files, and writes single objects into
// collections. It knows nothing of Berth: it carries texts, and says what was there, what the server says was deleted, and what was wrong.
//
// collection.go finds a collection and is where a reading begins; sync.go reads by sync-collection (RFC 6578), tags.go by the ctag and the entity tags,
// or by a time range, whichever the server can; feed.go reads an address. What was read is kept, so that a later reading asks for what changed.
//
// go-webdav's client is used for discovery. Its reports are not: one event that it cannot decode makes it lose all of them, it has no sync-collection
// and no If-Match, and its decoders recurse for every level that a server nests. So every answer is read whole, within limits, before anything is
// believed (answer.go), and multistatus answers are read by a loop over tokens (multistatus.go).
package caldavclient
