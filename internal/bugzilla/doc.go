// Package bugzilla talks to a Bugzilla server over its REST interface (5.0 to 5.3 and those that behave alike): bugs, comments, people,
// workflow.
//
// What servers answer is not what their documentation says: success can be an error, an HTTP status can mean anything, an API key in a
// header can be ignored. The rules for that are in one place each: who is asking and what was answered in exchange.go, what an error means
// in error.go, how to create a bug exactly once in create.go.
package bugzilla
