// Package bugzilla talks to a Bugzilla server over its REST interface (5.0 to 5.3 and compatible ones): bugs, comments, people, workflow.
//
// Servers do not answer as documented: success can be an error, an HTTP status can mean anything, an API key in a header can be ignored.
// Each rule for that has one place: exchange.go identifies the caller and reads the answer, error.go explains errors, create.go creates a
// bug exactly once.
package bugzilla
