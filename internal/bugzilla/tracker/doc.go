// Package tracker makes a Bugzilla the tracker of package tickets: it translates the answers of a Bugzilla (package bugzilla) into the few
// things that the two-way sync needs, and applies the settings and the workflow of an installation. Beside package app it alone knows both
// packages.
package tracker
