// Package account describes users and their rights: persons with roles, tokens with scopes, the actor who takes a step, and the trail of changes to
// accounts. It stores nothing: package scheduler asks it who may take a step, and internal/auth keeps the accounts.
package account
