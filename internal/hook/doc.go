// Package hook asks another system about what people ask for: 204 allows it, 403 with reasons refuses it, and anything else is no answer. Every call is
// bounded in time and size, follows no redirection, and goes to the one address that the settings name, never to an internal one unless they say so.
package hook
