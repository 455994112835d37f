package calendar

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strings"
)

// Aliases give the objects of a shared collection other names for readers who may not know everything in it. A request's objects have one
// name in all collections: a user who sees only "Busy" could follow one booking by that name from testbed to testbed, or find it by an id
// from elsewhere. An alias is the name, encrypted under a key of the collection, so reading it back needs no stored table.
type Aliases struct {
	seal cipher.AEAD
	mac  []byte
}

func newAliases(secret []byte, collection string) *Aliases {
	block, err := aes.NewCipher(derive(secret, "names of "+collection))
	if err != nil {
		panic(err) // the key has the right length
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // the block has the right length
	}
	return &Aliases{seal: seal, mac: derive(secret, "digests of "+collection)}
}

func derive(key []byte, what string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(what))
	return h.Sum(nil)
}

var aliasText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Of encrypts a name, always to the same alias: the nonce is a digest of the plain text (RFC 5297).
func (a *Aliases) Of(name string) string {
	nonce := derive(a.mac, "nonce "+name)[:a.seal.NonceSize()]
	return aliasText.EncodeToString(a.seal.Seal(nonce, nonce, []byte(name), nil))
}

// Name decrypts an alias.
func (a *Aliases) Name(alias string) (string, bool) {
	b, err := aliasText.DecodeString(alias)
	if err != nil || len(b) < a.seal.NonceSize() {
		return "", false
	}
	name, err := a.seal.Open(nil, b[:a.seal.NonceSize()], b[a.seal.NonceSize():], nil)
	return string(name), err == nil
}

// UID derives the UID of an object for readers who may only know that it exists.
func (a *Aliases) UID(o *Entry) string {
	return hex.EncodeToString(derive(a.mac, "uid "+o.Name())[:16]) + UIDSuffix
}

// Version derives the version of an object for the same readers.
func (a *Aliases) Version(o *Entry) string {
	return hex.EncodeToString(derive(a.mac, "version "+o.Name()+" "+o.Version())[:8])
}

// Masked replaces the UID in the text of an object for the same readers.
func (a *Aliases) Masked(o *Entry, text string) string {
	head, rest, found := strings.Cut(text, "\r\nUID:")
	if !found {
		return "" // an empty text is safer than an id that was not replaced
	}
	for {
		_, tail, more := strings.Cut(rest, "\r\n")
		if rest = tail; !more || !strings.HasPrefix(tail, " ") { // a folded line continues
			break
		}
	}
	return head + "\r\nUID:" + a.UID(o) + "\r\n" + rest
}
