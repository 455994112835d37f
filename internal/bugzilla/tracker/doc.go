// Package tracker makes a Bugzilla the tracker of package tickets: it translates between what a Bugzilla answers (package bugzilla) and the
// few things that the two-way sync needs, and knows how the settings and the workflow of an installation say what the sync wants. Beside package
// app it alone knows both.
package tracker
