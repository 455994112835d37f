// Package account says who the users are and what rights are made of: persons with roles, tokens with scopes, the actor who takes a step, and
// the trail of what happened to accounts. It keeps nothing: package scheduler asks it who may take a step, and internal/auth keeps the accounts.
package account
