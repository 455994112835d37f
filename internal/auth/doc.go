// Package auth says who is asking: people with passwords, programs with tokens. What they may then do is decided by package scheduler.
//
// Passwords are kept as argon2id hashes. Tokens are 256 random bits, shown once and kept as SHA-256: they need no slow hash, since
// nobody can guess them.
package auth
