// Package mail tells people by mail what happens to requests: who is told what, in which words, with which invitation for their calendar,
// and how it leaves by SMTP.
package mail
