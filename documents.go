// Package berth holds the documents of the project, so that the program can show them.
package berth

import "embed"

// Documents holds README.md and its neighbours, and everything in docs, under the paths of the repository.
//
//go:embed README.md ARCHITECTURE.md CHANGELOG.md CONTRIBUTING.md CODE_OF_CONDUCT.md SECURITY.md docs/*.md docs/*/*.md docs/img/*
var Documents embed.FS
