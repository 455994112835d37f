// Package auth authenticates callers: people by passwords, programs by tokens. Package scheduler decides what they may do.
//
// Passwords are stored as argon2id hashes. Tokens are 256 random bits, shown once and stored as SHA-256: they need no slow hash, since
// nobody can guess them.
package auth
