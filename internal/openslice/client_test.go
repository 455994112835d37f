package openslice_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"berth/internal/openslice"
	"berth/internal/openslice/openslicetest"
	"berth/internal/remote"
)

// watch is a clock that tests set.
type watch struct{ at atomic.Int64 }

func newWatch() *watch {
	w := &watch{}
	w.at.Store(time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC).Unix())
	return w
}

func (w *watch) now() time.Time       { return time.Unix(w.at.Load(), 0).UTC() }
func (w *watch) pass(d time.Duration) { w.at.Add(int64(d / time.Second)) }

func options(s *httptest.Server, w *watch) openslice.Options {
	return openslice.Options{URL: s.URL + openslicetest.APIPath, TokenURL: s.URL + openslicetest.TokenPath, Client: openslicetest.Client, Secret: openslicetest.Secret, Clock: w.now, Timeout: 5 * time.Second}
}

func client(t *testing.T, o openslice.Options) *openslice.Client {
	t.Helper()
	c, err := openslice.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func wish(w *watch) openslicetest.Wish {
	return openslicetest.Wish{Requester: "maeve", Email: "maeve@tcd.example", Service: "hello_world_nsd", Start: w.now().Add(24 * time.Hour), End: w.now().Add(26 * time.Hour)}
}

func count(list []string, what string) (n int) {
	for _, x := range list {
		if strings.Contains(x, what) {
			n++
		}
	}
	return n
}

// TestTokensAreRenewed before they expire, and once more where the server has forgotten them.
func TestTokensAreRenewed(t *testing.T) {
	t.Parallel()
	w := newWatch()
	s := openslicetest.New(t, w.now)
	c := client(t, options(s.Server, w))
	read := func(tokens int) {
		t.Helper()
		if _, err := c.List(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := count(s.Requests(), "/token"); n != tokens {
			t.Errorf("%d tokens, want %d", n, tokens)
		}
	}
	read(1)
	w.pass(4*time.Minute + 29*time.Second)
	read(1)
	w.pass(time.Second) // half a minute before its end
	read(2)
	s.ForgetTokens()
	read(3)
	s.SetLife(8 * time.Second) // a short one is used for three quarters of its life
	s.ForgetTokens()
	read(4)
	w.pass(5 * time.Second)
	read(4)
	w.pass(time.Second)
	read(5)
}

// TestARefusedSecretIsNotRepeated: in no call, and in no other process that is told; another secret is tried, and the same one after a person said so.
func TestARefusedSecretIsNotRepeated(t *testing.T) {
	t.Parallel()
	w := newWatch()
	s := openslicetest.New(t, w.now)
	s.SetSecret("another")
	o, secret := options(s.Server, w), openslicetest.Secret
	o.Reread = func() (string, error) { return secret, nil }
	c, other := client(t, o), client(t, o)
	for range 3 {
		_, err := c.List(t.Context())
		if e, ok := openslice.AsError(err); !ok || !e.Login || !openslice.IsSignIn(err) || openslice.IsTemporary(err) || openslice.Remedy(err) == "" {
			t.Fatalf("%v", err)
		}
	}
	if s.Wrong() != 1 {
		t.Errorf("%d attempts", s.Wrong())
	}
	seal := c.Seal()
	if seal == "" || strings.Contains(seal, secret) {
		t.Errorf("the seal is %q", seal)
	}
	other.Heed(seal)
	if _, err := other.List(t.Context()); !openslice.IsSignIn(err) || s.Wrong() != 1 {
		t.Errorf("the other process: %v, %d attempts", err, s.Wrong())
	}
	c.Heed("")
	if _, err := c.List(t.Context()); !openslice.IsSignIn(err) || s.Wrong() != 2 {
		t.Errorf("after a person let it: %v, %d attempts", err, s.Wrong())
	}
	secret = "another"
	for _, x := range []*openslice.Client{c, other} {
		if _, err := x.List(t.Context()); err != nil {
			t.Errorf("with the new secret: %v", err)
		}
	}
}

// TestOrders: the list knows little, the order all; one that is not there is no error.
func TestOrders(t *testing.T) {
	t.Parallel()
	w := newWatch()
	s := openslicetest.New(t, w.now)
	c := client(t, options(s.Server, w))
	ask := wish(w)
	ask.Is, ask.Note, ask.Organisation = map[string]string{"vCPU": "4"}, "please soon", "TCD"
	id := s.Order(ask)
	list, err := c.List(t.Context())
	if err != nil || len(list) != 1 || list[0].ID != id || list[0].State != openslice.Initial || !list[0].Expected.Equal(ask.End) {
		t.Fatalf("%+v, %v", list, err)
	}
	o, there, err := c.Get(t.Context(), id)
	if err != nil || !there || o.Items[0].Service.Specification.Name != "hello_world_nsd" || o.Items[0].Service.Characteristics[0].Value.Value != "4" || !o.RequestedStart.Equal(ask.Start) {
		t.Fatalf("%+v, %v, %v", o, there, err)
	}
	if p := o.Parties[1]; p.Role != "REQUESTER" || p.Info != ask.Email || o.Parties[0].Name != "TCD" {
		t.Errorf("%+v", o.Parties)
	}
	if _, there, err := c.Get(t.Context(), "00000000-0000-4000-8000-000000000000"); there || err != nil {
		t.Errorf("an order that is not there: %v, %v", there, err)
	}
	for _, id := range []string{"", "../x", "a/b", "a?b", strings.Repeat("a", 65)} {
		if _, _, err := c.Get(t.Context(), id); err == nil {
			t.Errorf("%q is taken for an id", id)
		}
	}
	start := openslice.Time{Time: w.now().Add(48 * time.Hour)}
	err = c.Patch(t.Context(), id, openslice.Change{State: openslice.Acknowledged, Start: &start, Notes: []openslice.Note{{Author: "monika", Text: "granted", System: "berth f1"}}})
	o, _, getErr := c.Get(t.Context(), id)
	if err != nil || getErr != nil || o.State != openslice.Acknowledged || !o.Start.Equal(start.Time) || !o.Expected.Equal(ask.End) || len(o.Notes) != 4 {
		t.Errorf("%+v, %v, %v", o, err, getErr)
	}
	if roles, err := c.Roles(t.Context()); err != nil || fmt.Sprint(roles) != "[USER ADMIN]" {
		t.Errorf("%v, %v", roles, err)
	}
	s.SetRoles("USER")
	s.ForgetTokens()
	if list, err := c.List(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("without the role ADMIN: %v, %v", list, err)
	}
	s.SetRoles()
	s.ForgetTokens()
	if _, err := c.List(t.Context()); !openslice.IsSignIn(err) || !strings.Contains(openslice.Remedy(err), "roles") {
		t.Errorf("without any role: %v", err)
	}
	if wrongs := s.Wrongs(); len(wrongs) > 0 {
		t.Error(wrongs)
	}
}

// TestHostileAnswers: too long, too deep, of another form, or somebody else's. None is believed, and none is a deletion.
func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	w := newWatch()
	const id = "93b9928c-de35-4495-a157-1100f6e71c92"
	for name, c := range map[string]struct {
		status   int
		kind     string
		body     string
		list     bool // it is a good list
		order    bool // it is a good order
		readable bool // it has the form of an order
		gone     bool // it says that there is no order
	}{
		"nothing":            {status: 200, gone: true},
		"null":               {status: 200, body: "null", gone: true},
		"an empty list":      {status: 200, body: "[]", list: true},
		"an object":          {status: 200, body: "{}"},
		"a page":             {status: 200, kind: "text/html", body: "<html>Sign in</html>"},
		"a redirection":      {status: 302, body: ""},
		"too deep":           {status: 200, body: strings.Repeat("[", 100) + strings.Repeat("]", 100)},
		"too long":           {status: 200, body: `{"id":"` + strings.Repeat("x", 5<<20) + `"}`},
		"another order":      {status: 200, body: `{"id":"other","state":"INITIAL"}`},
		"that order":         {status: 200, body: `{"id":"` + id + `","state":"INITIAL"}`, order: true},
		"a state of its own": {status: 200, body: `{"id":"` + id + `","state":"SOON"}`},
		"a date of no kind":  {status: 200, body: `{"id":"` + id + `","state":"INITIAL","startDate":"soon"}`},
		"numbers as dates":   {status: 200, body: `{"id":"` + id + `","state":"INITIAL","startDate":1576243676.5,"orderDate":1576243676500}`, order: true},
		"a list as a text":   {status: 200, body: `{"id":"` + id + `","state":"INITIAL","note":"x"}`},
		"a gateway's 404":    {status: 404, kind: "text/html", body: "<html>no such site</html>"},
		"Openslice's 404":    {status: 404, body: `{"timestamp":"x","status":404,"error":"Not Found","path":"/tmf-api"}`, gone: true},
		"503":                {status: 503, body: "{}"},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/token") {
				rw.Header().Set("Content-Type", "application/json")
				fmt.Fprint(rw, `{"access_token":"abcdef","token_type":"Bearer","expires_in":300}`)
				return
			}
			if c.status == 302 {
				rw.Header().Set("Location", "/elsewhere")
			}
			rw.Header().Set("Content-Type", c.kind)
			rw.WriteHeader(c.status)
			fmt.Fprint(rw, c.body)
		}))
		x := client(t, options(s, w))
		if _, err := x.List(t.Context()); (err == nil) != c.list {
			t.Errorf("%s as a list: %v", name, err)
		}
		_, there, err := x.Get(t.Context(), id)
		if good := err == nil && there; good != c.order || (err == nil && !there) != c.gone {
			t.Errorf("%s as an order: %v, %v", name, there, err)
		}
		s.Close()
	}
}

// TestHostileTokens: what is no bearer token is never sent.
func TestHostileTokens(t *testing.T) {
	t.Parallel()
	w := newWatch()
	for name, body := range map[string]string{"none": `{}`, "another type": `{"access_token":"abc","token_type":"mac"}`, "with a line break": `{"access_token":"a\nb","token_type":"Bearer"}`,
		"too long": `{"access_token":"` + strings.Repeat("a", 70<<10) + `","token_type":"Bearer"}`, "no JSON": "<html>", "empty": `{"access_token":"","token_type":"Bearer"}`} {
		s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, "/token") {
				t.Errorf("%s: a call with %q", name, r.Header.Get("Authorization"))
			}
			rw.Header().Set("Content-Type", "application/json")
			fmt.Fprint(rw, body)
		}))
		if _, err := client(t, options(s, w)).List(t.Context()); err == nil || openslice.IsSignIn(err) {
			t.Errorf("%s: %v", name, err)
		}
		s.Close()
	}
}

// TestNoErrorShowsASecret: whatever the servers send back.
func TestNoErrorShowsASecret(t *testing.T) {
	t.Parallel()
	w := newWatch()
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		rw.Header().Set("Content-Type", "application/json")
		if secret := r.PostForm.Get("client_secret"); secret == "first-secret" {
			rw.WriteHeader(http.StatusUnauthorized)
			fmt.Fprintf(rw, `{"error":"invalid_client","error_description":"%s is wrong"}`, secret)
			return
		}
		if strings.HasSuffix(r.URL.Path, "/token") {
			fmt.Fprint(rw, `{"access_token":"the-token","token_type":"bearer","expires_in":300}`)
			return
		}
		rw.WriteHeader(http.StatusInternalServerError)
		fmt.Fprintf(rw, `{"message":"%s does not work","error":"x","path":"y"}`, r.Header.Get("Authorization"))
	}))
	t.Cleanup(s.Close)
	for _, secret := range []string{"first-secret", "second-secret"} {
		o := options(s, w)
		o.Secret = secret
		_, err := client(t, o).List(t.Context())
		if err == nil || strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "the-token") {
			t.Errorf("%v", err)
		}
	}
}

// TestCertificates: an authority of one's own, or a pinned certificate, and nothing else.
func TestCertificates(t *testing.T) {
	t.Parallel()
	w := newWatch()
	s := openslicetest.NewTLS(t, w.now)
	own := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	sum := sha256.Sum256(s.Certificate().Raw)
	for name, c := range map[string]struct {
		trust remote.Trust
		ok    bool
	}{
		"the system's":    {remote.Trust{}, false},
		"one's own":       {remote.Trust{CA: own}, true},
		"pinned":          {remote.Trust{Fingerprint: hex.EncodeToString(sum[:])}, true},
		"another, pinned": {remote.Trust{Fingerprint: strings.Repeat("ab", 32)}, false},
	} {
		o := options(s.Server, w)
		o.Trust = c.trust
		_, err := client(t, o).List(t.Context())
		if (err == nil) != c.ok || err != nil && openslice.Remedy(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := openslice.New(openslice.Options{URL: "https://x/tmf-api", TokenURL: "https://x/token", Client: "c", Secret: "s", Clock: w.now, Trust: remote.Trust{CA: []byte("none")}}); err == nil {
		t.Error("a file without certificates is taken")
	}
}

// TestAddresses: both are checked before anything is sent.
func TestAddresses(t *testing.T) {
	t.Parallel()
	good := openslice.Options{URL: "https://x/tmf-api/", TokenURL: "https://id.x/token", Client: "c", Secret: "s", Clock: time.Now}
	if _, err := openslice.New(good); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*openslice.Options){
		"no host":             func(o *openslice.Options) { o.URL = "https://" },
		"a user":              func(o *openslice.Options) { o.URL = "https://u:p@x/tmf-api" },
		"a query":             func(o *openslice.Options) { o.TokenURL += "?x=y" },
		"a file":              func(o *openslice.Options) { o.TokenURL = "file:///etc/passwd" },
		"no client":           func(o *openslice.Options) { o.Client = "" },
		"no secret":           func(o *openslice.Options) { o.Secret = "" },
		"a wrong fingerprint": func(o *openslice.Options) { o.Trust.Fingerprint = "abc" },
	} {
		o := good
		change(&o)
		if _, err := openslice.New(o); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// TestLostAnswers: a write whose answer is lost may have happened, one that was refused has not.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	w := newWatch()
	s := openslicetest.New(t, w.now)
	c := client(t, options(s.Server, w))
	id := s.Order(wish(w))
	for fault, open := range map[openslicetest.Fault]bool{openslicetest.CutBefore: true, openslicetest.CutAfter: true, openslicetest.Gateway: true, openslicetest.Internal: true} {
		s.SetFaults(func(r *http.Request) openslicetest.Fault {
			if r.Method == http.MethodPatch {
				return fault
			}
			return openslicetest.None
		})
		err := c.Patch(t.Context(), id, openslice.Change{State: openslice.Acknowledged})
		if err == nil || openslice.IsOpen(err) != open || !openslice.IsTemporary(err) {
			t.Errorf("fault %d: %v, open %v", fault, err, openslice.IsOpen(err))
		}
		if _, outage := openslice.Outage(err); outage == (fault == openslicetest.Internal) {
			t.Errorf("fault %d: %v is an outage: %v", fault, err, outage)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.List(ctx); err == nil {
		t.Error("a call without time")
	} else if _, outage := openslice.Outage(err); outage {
		t.Errorf("our own end is their outage: %v", err)
	}
}

// FuzzRead: whatever is sent as an order is read or refused, and says which field.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"id":"a","state":"INITIAL","startDate":"2019-12-13T13:27:56Z","orderItem":[{"service":{"serviceCharacteristic":[{"name":"x","value":{"value":"1","alias":null}}]}}]}`))
	f.Add([]byte(`{"id":"a","state":"INITIAL","note":[{"date":"2020-06-01T00:41:33+03:00","text":7}]}`))
	f.Add([]byte(`{"state":[],"startDate":1e300}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		o, err := openslice.Read(raw)
		if err == nil && (o.State == "" || o.Start.Year() > 9999) {
			t.Errorf("%+v", o)
		}
		if err != nil && err.Error() == "" {
			t.Error("no reason")
		}
	})
}
