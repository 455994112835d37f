package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
)

// secretPrefix begins every secret, so that a leaked one is recognised.
const secretPrefix = "whsec_"

func newSecret() string {
	bits := make([]byte, 32)
	rand.Read(bits)
	return secretPrefix + base64.StdEncoding.EncodeToString(bits)
}

// signature signs a message in the form of Standard Webhooks: HMAC-SHA256 over id, time and body.
func signature(secret, id string, at time.Time, body []byte) (string, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil {
		return "", fmt.Errorf("the secret is not base64")
	}
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "%s.%d.", id, at.Unix())
	h.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil)), nil
}
