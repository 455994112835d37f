// Package mail tells people by mail what happens to requests: it chooses the readers, the words and the invitation for their calendars,
// and sends by SMTP.
package mail
