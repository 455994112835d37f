package api

import (
	"berth/scheduler/account"
	"bufio"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// listen opens a stream of events, which is closed with the test at the latest.
func (h *house) listen(headers ...string) *http.Response {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, h.url+prefix+"/events", nil)
	h.must(nil, err)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	h.must(nil, err)
	h.t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

// ends reads a stream to its end, which must come within ten seconds.
func (h *house) ends(what string, stream *http.Response) {
	h.t.Helper()
	bound := time.AfterFunc(10*time.Second, func() { _ = stream.Body.Close() })
	defer bound.Stop()
	if _, err := io.Copy(io.Discard, stream.Body); err != nil {
		h.t.Fatalf("%s does not end: %v", what, err)
	}
}

// key makes a token for a user, and returns the header that sends it, and its id.
func (h *house) key(who string, scopes ...account.Scope) (bearer []string, id string) {
	h.t.Helper()
	made := h.expect(h.send(who, "POST", "/tokens", map[string]any{"name": "script", "scopes": scopes}), 201).json(h.t)
	return []string{"Authorization", "Bearer " + made["secret"].(string)}, made["token"].(map[string]any)["id"].(string)
}

// TestAStreamEndsWithItsToken, and with the account, also while no event happens.
func TestAStreamEndsWithItsToken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	bearer, id := h.key("maeve", account.ScopeRead)
	stream := h.listen(bearer...)
	if stream.StatusCode != http.StatusOK {
		t.Fatal(stream.Status)
	}
	h.expect(h.send("maeve", "DELETE", "/tokens/"+id, nil), 200)
	h.ends("the stream of a revoked token", stream)
	bearer, _ = h.key("hector", account.ScopeRead)
	stream = h.listen(bearer...)
	h.expect(h.send("adele", "PUT", "/users/hector", map[string]any{"name": "Hector", "roles": []string{"experimenter"}, "disabled": true}), 200)
	h.ends("the stream of a disabled account", stream)
}

// TestNobodyTakesAllEventStreams also checks that a closed stream makes room.
func TestNobodyTakesAllEventStreams(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	bearer, _ := h.key("maeve", account.ScopeRead)
	var open []*http.Response
	for range 30 {
		stream := h.listen(bearer...)
		if stream.StatusCode != http.StatusOK {
			t.Fatal(stream.Status)
		}
		open = append(open, stream)
	}
	if more := h.listen(bearer...); more.StatusCode != http.StatusTooManyRequests || more.Header.Get("Retry-After") == "" {
		t.Errorf("one more: %s", more.Status)
	}
	other, _ := h.key("hector", account.ScopeRead)
	if stream := h.listen(other...); stream.StatusCode != http.StatusOK {
		t.Errorf("somebody else's: %s", stream.Status)
	}
	h.expect(h.send("maeve", "PUT", "/users/maeve/password", map[string]any{"old_password": password, "password": "a second good password", "revoke_tokens": true}), 204)
	for _, stream := range open {
		h.ends("a stream of before", stream)
	}
	h.expect(h.send("", "GET", "/me", nil, bearer...), 401)
}

// TestAStreamAheadOfTheLogIsToldSo, because after a restore the client's numbers are given again.
func TestAStreamAheadOfTheLogIsToldSo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.submitted("maeve", h.wish(0, 1))
	last, err := h.svc.LastEvent(t.Context())
	h.must(nil, err)
	bearer, _ := h.key("adele", account.ScopeRead)
	read := func(id int64, n int) (ids []string, kinds []string) {
		lines := bufio.NewScanner(h.listen(append(bearer, "Last-Event-ID", strconv.FormatInt(id, 10))...).Body)
		for len(kinds) < n && lines.Scan() {
			if id, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
				ids = append(ids, id)
			}
			if kind, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				kinds = append(kinds, kind)
				if kind == resetKind {
					h.submitted("maeve", h.wish(6, 1)) // the next event follows
				}
			}
		}
		return ids, kinds
	}
	if ids, kinds := read(last+100, 2); !slices.Equal(kinds, []string{"reset", "request"}) || !slices.Equal(ids, []string{strconv.FormatInt(last, 10), strconv.FormatInt(last+1, 10)}) {
		t.Errorf("ahead: %v %v", ids, kinds)
	}
	if ids, kinds := read(last, 1); !slices.Equal(kinds, []string{"request"}) || ids[0] != strconv.FormatInt(last+1, 10) {
		t.Errorf("not ahead: %v %v", ids, kinds)
	}
	h.expect(h.send("adele", "GET", "/events", nil, "Last-Event-ID", "-1"), 422)
}
