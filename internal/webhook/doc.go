// Package webhook tells other programs what happens, by calls to addresses that users have registered: signed according to Standard
// Webhooks, never to internal addresses unless the settings allow it, and never more than the webhook's owner may know.
package webhook
