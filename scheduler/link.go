package scheduler

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

// A link is what lets somebody accept an offer without signing in: the request, the offer and when it ends, signed with the
// instance's own key. It works once, because accepting changes what it names.

var linkText = base64.RawURLEncoding

func sign(key []byte, request string, o Offer) string {
	body := fmt.Sprintf("%s/%s/%d", request, o.ID, o.Expires.Unix())
	return linkText.EncodeToString([]byte(body)) + "." + linkText.EncodeToString(mac(key, body))
}

func mac(key []byte, body string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("berth offer link\n" + body))
	return h.Sum(nil)
}

// maxLink bounds a link before anything is done with it.
const maxLink = 512

var errLink = Errorf(CodeNotFound, "this link is not valid, or it is no longer")

// open checks a link and finds what it names.
func (s *Service) open(ctx context.Context, tx Reader, link string) (Request, Offer, error) {
	if len(link) > maxLink {
		return Request{}, Offer{}, errLink
	}
	left, right, _ := strings.Cut(link, ".")
	body, err := linkText.DecodeString(left)
	if err != nil {
		return Request{}, Offer{}, errLink
	}
	sum, err := linkText.DecodeString(right)
	if err != nil {
		return Request{}, Offer{}, errLink
	}
	key, err := tx.Secret(ctx)
	if err != nil {
		return Request{}, Offer{}, err
	}
	if !hmac.Equal(sum, mac(key, string(body))) {
		return Request{}, Offer{}, errLink
	}
	id, rest, _ := strings.Cut(string(body), "/")
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

// OfferByLink reads what a signed link offers, for the page that asks before it acts.
func (s *Service) OfferByLink(ctx context.Context, link string) (Request, Offer, error) {
	var r Request
	var o Offer
	err := s.store.View(ctx, func(tx Reader) (err error) {
		r, o, err = s.open(ctx, tx, link)
		return err
	})
	if err == nil && (o.State != OfferOpen || !o.Expires.After(s.now())) {
		return Request{}, Offer{}, offerGone(r, o, s.now())
	}
	return r, o, err
}
