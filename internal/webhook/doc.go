// Package webhook tells programs elsewhere what happens, by calls to addresses that people have given: signed as Standard Webhooks has it,
// never to addresses inside unless that is allowed, and never more than the address's owner may know.
package webhook
