package scheduler

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

// A link lets a person do one thing without signing in: it names that thing, signed with the instance's own key. One for a decision works once, because
// the step changes what it names. A link signed for one purpose is invalid for any other.

// Purpose is the step that a link is for.
type Purpose string

const (
	forOffer    Purpose = "offer"    // accept it: request, offer, when it ends
	forApproval Purpose = "approval" // decide for a testbed: request, testbed, person, digest of what is asked for
	forNeeded   Purpose = "needed"   // say whether a slot is still needed: request, person, slot
	ForPassword Purpose = "password" // set a password: person, when it ends, digest of what it replaces
	ForSetup    Purpose = "setup"    // make the first account: when it ends
	ForMute     Purpose = "mails"    // stop a kind of mail: person, topic
)

// Seal makes a link with the body, signed with the instance's key.
func (p Purpose) Seal(ctx context.Context, tx Reader, body string) (link string, err error) {
	key, err := tx.Secret(ctx)
	return p.sealed(key, body), err
}

// Open returns the body of a link that Seal made for the purpose. It returns CodeNotFound for any other.
func (p Purpose) Open(ctx context.Context, tx Reader, link string) (body string, err error) {
	key, err := tx.Secret(ctx)
	if err != nil {
		return "", err
	}
	body, ok := p.opened(key, link)
	if !ok {
		return "", errLink
	}
	return body, nil
}

var linkText = base64.RawURLEncoding

func sign(key []byte, request string, o Offer) string {
	return forOffer.sealed(key, fmt.Sprintf("%s/%s/%d", request, o.ID, o.Expires.Unix()))
}

// sealed makes a link with the body.
func (p Purpose) sealed(key []byte, body string) string {
	return linkText.EncodeToString([]byte(body)) + "." + linkText.EncodeToString(p.mac(key, body))
}

// opened returns the body of a link that was sealed for the purpose.
func (p Purpose) opened(key []byte, link string) (body string, ok bool) {
	if len(link) > maxLink {
		return "", false
	}
	left, right, _ := strings.Cut(link, ".")
	raw, err := linkText.DecodeString(left)
	if err != nil {
		return "", false
	}
	sum, err := linkText.DecodeString(right)
	if err != nil {
		return "", false
	}
	return string(raw), hmac.Equal(sum, p.mac(key, string(raw)))
}

func (p Purpose) mac(key []byte, body string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("berth " + string(p) + " link\n" + body))
	return h.Sum(nil)
}

// maxLink limits the length of a link before anything is done with it.
const maxLink = 512

var errLink = Errorf(CodeNotFound, "this link is not valid, or no longer valid")

// open checks a link and finds its request and offer.
func (s *Service) open(ctx context.Context, tx Reader, link string) (Request, Offer, error) {
	key, err := tx.Secret(ctx)
	if err != nil {
		return Request{}, Offer{}, err
	}
	body, ok := forOffer.opened(key, link)
	if !ok {
		return Request{}, Offer{}, errLink
	}
	id, rest, _ := strings.Cut(body, "/")
	number, _, _ := strings.Cut(rest, "/")
	r, err := tx.Request(ctx, id)
	if err != nil {
		return Request{}, Offer{}, errLink
	}
	o, ok := r.offer(number)
	if !ok || sign(key, id, o) != link {
		return Request{}, Offer{}, errLink
	}
	return r, o, nil
}

func (r Request) offer(id string) (Offer, bool) {
	for _, o := range r.Offers {
		if o.ID == id {
			return o, true
		}
	}
	return Offer{}, false
}

// OfferByLink reads the offer of a signed link, for the page that asks before it acts. It returns CodeNotFound for an invalid link, and CodeConflict
// for an offer that is over.
func (s *Service) OfferByLink(ctx context.Context, link string) (Request, Offer, error) {
	var r Request
	var o Offer
	err := s.store.View(ctx, func(tx Reader) (err error) {
		r, o, err = s.open(ctx, tx, link)
		return err
	})
	if err == nil && (o.State != OfferOpen || !o.until().After(s.now())) {
		return Request{}, Offer{}, offerGone(r, o, s.now())
	}
	return r.shown(), o.shown(), err
}
