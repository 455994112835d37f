package bugzilla

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// Options name the server and the account.
type Options struct {
	URL      string                 // of the installation, such as https://bugs.example.org; /rest is added
	Login    string                 // of the account
	Key      string                 // API key of the account
	Reread   func() (string, error) // the current key; nil if it never changes
	Timeout  time.Duration          // of one read; default 30 s
	Patience time.Duration          // of one write; default 75 s, longer than servers wait for a lock
	HTTP     *http.Client           // default: one of its own
}

// Client talks to one server as one account. It is safe for concurrent use.
type Client struct {
	base *url.URL
	o    Options
	http *http.Client

	mu  sync.Mutex
	key string
	way way
}

const (
	usualTimeout = 30 * time.Second
	// Patience is the default wait for a write.
	Patience = LongestLock + 25*time.Second
	// LongestLock is the longest time for which a server waits for a lock before it gives a write up: MariaDB's innodb_lock_wait_timeout.
	LongestLock = 50 * time.Second
	maxAnswer   = 32 << 20
	maxMessage  = 500
)

// New makes a client, without any request.
func New(o Options) (*Client, error) {
	u, err := url.Parse(strings.TrimSuffix(o.URL, "/"))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.User != nil {
		return nil, errors.New("the address of Bugzilla must be http(s)://host/path, without a query or a user")
	}
	if o.Key == "" {
		return nil, errors.New("an API key is required")
	}
	if o.Timeout <= 0 {
		o.Timeout = usualTimeout
	}
	if o.Patience <= 0 {
		o.Patience = Patience
	}
	c := &Client{base: u.JoinPath("rest"), o: o, http: o.HTTP, key: o.Key}
	if c.http == nil {
		c.http = &http.Client{}
	}
	return c, nil
}

// get reads; the answer must have the given member.
func (c *Client) get(ctx context.Context, doing, path string, query url.Values, member string, into any) error {
	return c.signed(ctx, doing, func(s signature) error { return c.read(ctx, s, doing, path, query, member, into) })
}

// read reads with a signature.
func (c *Client) read(ctx context.Context, s signature, doing, path string, query url.Values, member string, into any) error {
	asked := maps.Clone(query)
	if s.way == inQuery {
		if asked == nil {
			asked = url.Values{}
		}
		asked.Set("api_key", s.key)
	}
	return c.exchange(ctx, s, doing, http.MethodGet, path, asked, nil, member, into)
}

// send writes. The key goes into the body as well as the header: old servers read the one, and neither ends in an access log.
func (c *Client) send(ctx context.Context, doing, method, path string, body map[string]any, member string, into any) error {
	return c.signed(ctx, doing, func(s signature) error {
		body["api_key"] = s.key
		raw, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
		return c.exchange(ctx, s, doing, method, path, nil, ascii(raw), member, into)
	})
}

// ascii escapes all other characters: some servers store them wrongly.
func ascii(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			out, b = append(out, b[0]), b[1:]
			continue
		}
		r, n := utf8.DecodeRune(b)
		b = b[n:]
		if hi, lo := utf16.EncodeRune(r); hi != utf8.RuneError {
			out = fmt.Appendf(out, `\u%04x\u%04x`, hi, lo)
		} else {
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out
}

func (c *Client) exchange(ctx context.Context, s signature, doing, method, path string, query url.Values, body []byte, member string, into any) error {
	patience := c.o.Timeout
	if method != http.MethodGet {
		patience = c.o.Patience
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	u := c.base.JoinPath(path)
	u.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return &Error{Doing: doing, Cause: errors.New("the request cannot be made")}
	}
	req.Header.Set("Accept", "application/json")
	if s.key != "" {
		req.Header.Set("X-BUGZILLA-API-KEY", s.key)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http.Do(req)
	if err != nil {
		return &Error{Doing: doing, Cause: unaddressed(err), wrote: method != http.MethodGet}
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		return &Error{Doing: doing, Cause: unaddressed(err), wrote: method != http.MethodGet}
	case len(raw) > maxAnswer:
		return &Error{Doing: doing, Status: res.StatusCode, Message: "the answer is too long"}
	}
	return understand(doing, res.StatusCode, raw, member, into)
}

// unaddressed strips an error of the address, which holds the key.
func unaddressed(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// emptyAnswer is the answer of servers whose database is down.
const emptyAnswer = "the answer is empty"

// understand tells success from failure. Success is a status of 2xx, a JSON object without an error, and the requested member; nothing
// less.
func understand(doing string, status int, raw []byte, member string, into any) error {
	var answer map[string]json.RawMessage
	if len(raw) == 0 && status == http.StatusOK {
		return &Error{Doing: doing, Status: status, Message: emptyAnswer}
	}
	if err := json.Unmarshal(raw, &answer); err != nil || answer == nil {
		return &Error{Doing: doing, Status: status, Message: "the answer is not what Bugzilla answers"}
	}
	var failed bool
	_ = json.Unmarshal(answer["error"], &failed)
	if failed || status < 200 || status > 299 {
		e := &Error{Doing: doing, Status: status, Code: number(answer["code"]), Answered: failed}
		_ = json.Unmarshal(answer["message"], &e.Message)
		e.Message = cut(e.Message)
		return e
	}
	part, there := answer[member]
	if !there {
		return &Error{Doing: doing, Status: status, Message: fmt.Sprintf("the answer has no %q", member)}
	}
	if err := json.Unmarshal(part, into); err != nil {
		return &Error{Doing: doing, Status: status, Message: fmt.Sprintf("%q in the answer cannot be read", member)}
	}
	return nil
}

// number reads a code, which is a number on some servers and a string on others.
func number(raw json.RawMessage) int {
	n, _ := strconv.Atoi(strings.Trim(string(raw), `"`))
	return n
}

// cut shortens a message to one line for a log.
func cut(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= maxMessage {
		return s
	}
	for n := maxMessage; ; n-- {
		if utf8.RuneStart(s[n]) {
			return s[:n] + "…"
		}
	}
}
