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

// Aliases name objects in a collection that many people read, for who may not know everything in it: by other names than the objects have elsewhere.
// A request's objects have one name in all collections, and whoever sees only "Busy" could follow one booking by it from testbed to testbed, or find
// it by an id from elsewhere. An alias is the name, encrypted under a key of the collection's, so that nothing has to be kept to read it back.
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

// Of is the alias of a name: always the same. The nonce is a digest of what it encrypts, as RFC 5297 has it.
func (a *Aliases) Of(name string) string {
	nonce := derive(a.mac, "nonce "+name)[:a.seal.NonceSize()]
	return aliasText.EncodeToString(a.seal.Seal(nonce, nonce, []byte(name), nil))
}

// Name is the name behind an alias.
func (a *Aliases) Name(alias string) (string, bool) {
	b, err := aliasText.DecodeString(alias)
	if err != nil || len(b) < a.seal.NonceSize() {
		return "", false
	}
	name, err := a.seal.Open(nil, b[:a.seal.NonceSize()], b[a.seal.NonceSize():], nil)
	return string(name), err == nil
}

// UID is that of an object of which somebody may know no more than that it is there.
func (a *Aliases) UID(o *Object) string {
	return hex.EncodeToString(derive(a.mac, "uid "+o.Name)[:16]) + UIDSuffix
}

// Version is that of such an object.
func (a *Aliases) Version(o *Object) string {
	return hex.EncodeToString(derive(a.mac, "version "+o.Name+" "+o.Version())[:8])
}

// Masked is the text of such an object: with that UID.
func (a *Aliases) Masked(o *Object, text string) string {
	head, rest, found := strings.Cut(text, "\r\nUID:")
	if !found {
		return "" // better nothing than an id that nobody has looked for
	}
	for {
		_, tail, more := strings.Cut(rest, "\r\n")
		if rest = tail; !more || !strings.HasPrefix(tail, " ") { // a folded line goes on
			break
		}
	}
	return head + "\r\nUID:" + a.UID(o) + "\r\n" + rest
}
