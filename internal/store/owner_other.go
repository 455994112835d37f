//go:build !unix

package store

// handOver does nothing where files have no owner of that kind.
func handOver(string, string) error { return nil }
