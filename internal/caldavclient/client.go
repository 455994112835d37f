package caldavclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"berth/internal/remote"
)

// Options say where a calendar is.
type Options struct {
	URL         string // of a collection, of a server with collections, or of an .ics file
	Feed        bool   // it is the address of an .ics file
	Calendar    string // the collection's name or the end of its path, where the URL is the server's
	User        string // empty: no sign-in
	Password    string
	Reread      func() (string, error) // the present password; nil: Password
	CA          []byte                 // certificates in PEM; empty: the system's
	Fingerprint string                 // of the server's certificate, instead
	Private     bool                   // its name may stand for an internal address
	Timeout     time.Duration          // of one call; 0: 30 seconds
	Clock       func() time.Time       // for time ranges
	Ahead       time.Duration          // how far events are of interest, where the server must be asked for a time range
}

// Limits of what is read.
const (
	MaxObjects = 25_000
	maxObject  = 4 << 20
	maxAnswer  = 48 << 20
	maxSmall   = 2 << 20 // of an answer without objects
	atOnce     = 100     // objects asked for in one report
	Behind     = 31 * 24 * time.Hour
)

// Client reads and writes one calendar. It is for one goroutine at a time.
type Client struct {
	o    Options
	base *url.URL
	http *http.Client
	kept kept
}

// kept is what the last good reading left.
type kept struct {
	path    string // of the collection
	way     string
	token   string // sync-token, or ctag
	objects map[string]Object
	feed    Reading
	etag    string
	changed string // Last-Modified
}

// Object is one object of a collection.
type Object struct {
	Path string // decoded
	Tag  string // entity tag, with its quotes
	Text []byte

	href string // as the server writes it
}

// Reading is a whole calendar.
type Reading struct {
	Objects []Object // by path
	Gone    []string // paths of objects that were there at the last reading, and that the server says were deleted
	Way     string   // how it was read: sync-collection, ctag, time range or feed
}

// New makes a client. It connects to nothing.
func New(o Options) (*Client, error) {
	address := o.URL
	if rest, ok := strings.CutPrefix(address, "webcal://"); ok {
		address = "https://" + rest
	}
	base, err := url.Parse(address)
	if err != nil || base.Host == "" {
		return nil, errors.New("the address cannot be read")
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Reread == nil {
		o.Reread = func() (string, error) { return o.Password, nil }
	}
	t, err := remote.Transport(remote.Trust{CA: o.CA, Fingerprint: o.Fingerprint, Private: o.Private}, o.Timeout)
	if err != nil {
		return nil, err
	}
	c := &Client{o: o, base: base, http: &http.Client{Transport: remote.Traced(t), Timeout: o.Timeout}}
	c.http.CheckRedirect = c.redirect
	return c, nil
}

// redirect follows those of a feed alone: a WebDAV method would become a GET.
func (c *Client) redirect(r *http.Request, before []*http.Request) error {
	switch {
	case !c.o.Feed:
		return http.ErrUseLastResponse
	case len(before) > 3:
		return errors.New("it redirects too often")
	case r.URL.Scheme != "https" && r.URL.Host != c.base.Host:
		return errors.New("it redirects to an address without TLS")
	case r.URL.Host != c.base.Host:
		if _, err := netip.ParseAddr(r.URL.Hostname()); err == nil || strings.EqualFold(r.URL.Hostname(), "localhost") {
			return errors.New("it redirects to an address without a name")
		}
		r.Header.Del("Authorization")
	}
	return nil
}

// answer is what a server answered, whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// call makes one call. It returns an error where there is no answer, and where the server refuses the sign-in or is out of order.
func (c *Client) call(ctx context.Context, method, target string, header map[string]string, body string, limit int64) (answer, error) {
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(ctx, method, target, reader)
	if err != nil {
		return answer{}, &Error{Text: "the address cannot be read"}
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	r.Header.Set("User-Agent", "Berth")
	return c.do(r, limit)
}

// do makes a call with the credentials.
func (c *Client) do(r *http.Request, limit int64) (answer, error) {
	if c.o.User != "" && r.URL.Host == c.base.Host {
		password, err := c.o.Reread()
		if err != nil {
			return answer{}, &Error{Text: "the password cannot be read", Remedy: "look at password_file"}
		}
		r.SetBasicAuth(c.o.User, password)
	}
	response, err := c.http.Do(r)
	if err != nil {
		return answer{}, unreachable(err)
	}
	defer response.Body.Close()
	a := answer{status: response.StatusCode, header: response.Header}
	if a.body, err = io.ReadAll(io.LimitReader(response.Body, limit+1)); err != nil {
		return a, unreachable(err)
	}
	if int64(len(a.body)) > limit {
		return a, &Error{Text: fmt.Sprintf("its answer has more than %d MB", limit>>20), Remedy: "name a calendar that holds the testbed's events alone"}
	}
	switch {
	case a.status == http.StatusUnauthorized, a.status == http.StatusForbidden && r.Method == "PROPFIND":
		return a, &Error{Status: a.status, Text: "it refuses the sign-in", Remedy: "look at user and password; many servers want an app password", Refused: true}
	case a.status == http.StatusTooManyRequests || a.status >= 500 && a.status != http.StatusInsufficientStorage && a.status != http.StatusNotImplemented:
		return a, &Error{Status: a.status, Text: fmt.Sprintf("it answers %d", a.status), Remedy: "nothing to do here: it is tried again"}
	}
	return a, nil
}

// at returns the address of a path of the server, as the server writes it.
func (c *Client) at(href string) string {
	u := *c.base
	u.RawQuery, u.Fragment = "", ""
	if p, err := url.Parse(href); err == nil {
		u.Path, u.RawPath = p.Path, p.RawPath
	} else {
		u.Path, u.RawPath = href, ""
	}
	return u.String()
}
