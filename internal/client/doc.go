// Package client is a client of a Berth server: the REST interface as Go calls, for the commands of people who work on a terminal. Answers have the
// types of the rules themselves; a refusal is the same *scheduler.Error that the server had, with its fields, conflicts and alternatives.
//
// A client sends its token to no other place than the server that it was made for, and never without encryption beyond loopback.
package client
