package client

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

// DeviceCodes is what a program shows that begins to sign in by a code (RFC 8628).
type DeviceCodes struct {
	Secret   string `json:"device_code"`
	Code     string `json:"user_code"`
	Page     string `json:"verification_uri"`
	PageFull string `json:"verification_uri_complete"`
	Expires  int    `json:"expires_in"` // seconds
	Pace     int    `json:"interval"`
}

// DeviceToken is what it gets once somebody has confirmed.
type DeviceToken struct {
	Token string `json:"access_token"`
	ID    string `json:"token_id"`
	Scope string `json:"scope"`
}

// oauthError is a refusal of OAuth.
type oauthError struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// maxOAuth bounds an answer.
const maxOAuth = 64 << 10

// slower is what slow_down adds to the time between two questions.
const slower = 5 * time.Second

// AskDevice begins to sign in by a code. A server without this way is CodeNotFound.
func (c *Client) AskDevice(ctx context.Context, program string, scopes []account.Scope) (codes DeviceCodes, err error) {
	words := make([]string, len(scopes))
	for i, s := range scopes {
		words[i] = string(s)
	}
	refused, err := c.form(ctx, "/device/authorization", url.Values{"client_id": {program}, "scope": {strings.Join(words, " ")}}, &codes)
	if err == nil && refused.Error != "" {
		err = scheduler.Errorf(scheduler.CodeInvalid, "%s", refused.Description)
	}
	return codes, err
}

// AwaitDevice asks until somebody has confirmed or refused, or the code has expired. wait waits a while, or until the context ends. A refusal is
// CodeForbidden, the end of the code CodeUnauthenticated.
func (c *Client) AwaitDevice(ctx context.Context, codes DeviceCodes, wait func(context.Context, time.Duration) error) (t DeviceToken, err error) {
	pace := max(time.Duration(codes.Pace)*time.Second, time.Second)
	ask := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {codes.Secret}, "client_id": {"berth"}}
	for {
		if err := wait(ctx, pace); err != nil {
			return t, err
		}
		refused, err := c.form(ctx, "/device/token", ask, &t)
		switch {
		case scheduler.CodeOf(err) == scheduler.CodeUnavailable && ctx.Err() == nil: // it comes back, or the code expires there
			pace += slower
			if codes.Expires -= int(pace / time.Second); codes.Expires <= 0 {
				return t, err
			}
			continue
		case err != nil:
			return t, err
		}
		switch refused.Error {
		case "":
			return t, nil
		case "authorization_pending":
		case "slow_down":
			pace += slower
		case "access_denied":
			return t, scheduler.Errorf(scheduler.CodeForbidden, "it was refused on the page")
		case "expired_token":
			return t, scheduler.Errorf(scheduler.CodeUnauthenticated, "nobody confirmed the code in time; run berth login again")
		default:
			return t, scheduler.Errorf(scheduler.CodeUnavailable, "%s answers with %s: %s", c.Server(), refused.Error, refused.Description)
		}
	}
}

// form sends a form without signing in. A refusal of OAuth is no error here.
func (c *Client) form(ctx context.Context, path string, fields url.Values, into any) (refused oauthError, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base.String()+prefix+path, strings.NewReader(fields.Encode()))
	if err != nil {
		return refused, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json, application/problem+json")
	r.Header.Set("User-Agent", c.options.Agent)
	response, err := c.http.Do(r)
	if err != nil {
		return refused, unreachable(c, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK && response.StatusCode != http.StatusBadRequest {
		return refused, c.refusal(response)
	}
	b, err := io.ReadAll(io.LimitReader(response.Body, maxOAuth))
	if err != nil {
		return refused, unreachable(c, err)
	}
	if response.StatusCode == http.StatusBadRequest {
		into = &refused
	}
	if json.Unmarshal(b, into) != nil || response.StatusCode == http.StatusBadRequest && refused.Error == "" {
		return refused, scheduler.Errorf(scheduler.CodeUnavailable, "%s does not answer as a Berth server does", c.Server())
	}
	return refused, nil
}
