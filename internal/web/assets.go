package web

import (
	"crypto/sha256"
	"encoding/hex"
)

// etag returns a validator of a response: a digest of its content.
func etag(content []byte) string {
	sum := sha256.Sum256(content)
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}
