package api

import (
	"context"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"berth/scheduler"
	"berth/scheduler/account"
)

// DevicePath is the address of the page on which people let a program in.
const DevicePath = "/device"

// deviceGrant is the grant type of RFC 8628.
const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

// caller is the address of whoever sends a form without signing in.
type caller struct {
	RawBody []byte
	remote  string
}

// Resolve notes the address.
func (c *caller) Resolve(ctx huma.Context) []error {
	c.remote = ctx.RemoteAddr()
	return nil
}

func (c *caller) form() url.Values {
	v, _ := url.ParseQuery(string(c.RawBody)) // what cannot be read is missing
	return v
}

// oauthError is a refusal as OAuth words it (RFC 6749, section 5.2): programs expect no other.
type oauthError struct {
	Error       string `json:"error" doc:"invalid_request, invalid_scope, unsupported_grant_type, or as RFC 8628 says authorization_pending, slow_down, expired_token or access_denied"`
	Description string `json:"error_description,omitempty"`
}

// deviceCodes is what a program gets that begins to wait.
type deviceCodes struct {
	Secret      string `json:"device_code,omitempty" doc:"the program's own secret"`
	Code        string `json:"user_code,omitempty" doc:"people type it on the page"`
	Page        string `json:"verification_uri,omitempty" format:"uri"`
	PageFull    string `json:"verification_uri_complete,omitempty" format:"uri" doc:"the page with the code"`
	Expires     int    `json:"expires_in,omitempty" doc:"seconds"`
	Pace        int    `json:"interval,omitempty" doc:"seconds between two questions"`
	Error       string `json:"error,omitempty" hidden:"true"`
	Description string `json:"error_description,omitempty" hidden:"true"`
}

// deviceToken is what it gets once a person has confirmed.
type deviceToken struct {
	Token       string `json:"access_token,omitempty" doc:"shown only once"`
	Type        string `json:"token_type,omitempty"`
	Scope       string `json:"scope,omitempty"`
	Expires     int    `json:"expires_in,omitempty" doc:"seconds; none: until it is revoked"`
	ID          string `json:"token_id,omitempty" doc:"to revoke the token"`
	Error       string `json:"error,omitempty" hidden:"true"`
	Description string `json:"error_description,omitempty" hidden:"true"`
}

// oauth is an answer with its status.
type oauth[T any] struct {
	Status int
	Body   T
}

func (a *api) deviceRoutes() {
	add(a, operation{id: "authorize-device", method: "POST", path: "/device/authorization", tag: "people", summary: "Begin to sign in by a code",
		more: "For programs without a browser (RFC 8628): show the code and the page; somebody signs in there and confirms, while you ask for the token. The code is valid for ten minutes."},
		func(ctx context.Context, _ account.Actor, in *caller) (*oauth[deviceCodes], error) {
			form := in.form()
			scopes := []account.Scope{account.ScopeRead}
			if words := strings.Fields(form.Get("scope")); len(words) > 0 {
				scopes = nil
				for _, w := range words {
					scopes = append(scopes, account.Scope(w))
				}
			}
			c, err := a.auth.AskDevice(ctx, in.remote, form.Get("client_id"), scopes)
			if refused, ok := misasked(err); ok {
				return &oauth[deviceCodes]{http.StatusBadRequest, deviceCodes{Error: refused.Error, Description: refused.Description}}, nil
			}
			if err != nil {
				return nil, err
			}
			page := a.o.Base + DevicePath
			return &oauth[deviceCodes]{http.StatusOK, deviceCodes{Secret: c.Secret, Code: c.Code, Page: page, PageFull: page + "?code=" + c.Code, Expires: a.left(c.Expires), Pace: int(c.Pace / time.Second)}}, nil
		})
	add(a, operation{id: "get-device-token", method: "POST", path: "/device/token", tag: "people", summary: "Ask for the token of a sign-in by a code",
		more: "A 400 with authorization_pending means to ask again after the interval, one with slow_down to wait five seconds more from then on. The token is handed over once."},
		func(ctx context.Context, _ account.Actor, in *caller) (*oauth[deviceToken], error) {
			refuse := func(word, text string) (*oauth[deviceToken], error) {
				return &oauth[deviceToken]{http.StatusBadRequest, deviceToken{Error: word, Description: text}}, nil
			}
			form := in.form()
			switch {
			case form.Get("grant_type") != deviceGrant:
				return refuse("unsupported_grant_type", "grant_type must be "+deviceGrant)
			case form.Get("device_code") == "":
				return refuse("invalid_request", "device_code is missing")
			}
			secret, t, state, err := a.auth.PollDevice(ctx, in.remote, form.Get("device_code"))
			if err != nil {
				return nil, err
			}
			if state != "" {
				return refuse(string(state), stateTexts[state])
			}
			out := deviceToken{Token: secret, Type: "Bearer", ID: t.ID}
			for _, s := range t.Scopes {
				out.Scope = strings.TrimSpace(out.Scope + " " + string(s))
			}
			if t.Expires != nil {
				out.Expires = a.left(*t.Expires)
			}
			return &oauth[deviceToken]{http.StatusOK, out}, nil
		})
	a.speaksOAuth("/device/authorization", []string{"client_id"}, map[string]string{"client_id": "the program, as people know it", "scope": "read, write and admin, separated by spaces; default read"})
	a.speaksOAuth("/device/token", []string{"grant_type", "device_code"}, map[string]string{"grant_type": deviceGrant, "device_code": "as authorize-device gave it", "client_id": "not looked at"})
}

// speaksOAuth describes an operation that takes a form and refuses as OAuth does.
func (a *api) speaksOAuth(path string, required []string, fields map[string]string) {
	form := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}, Required: required}
	for name, about := range fields {
		form.Properties[name] = &huma.Schema{Type: huma.TypeString, Description: about}
	}
	op := a.huma.OpenAPI().Paths[path].Post
	op.RequestBody.Content = map[string]*huma.MediaType{"application/x-www-form-urlencoded": {Schema: form}}
	refused := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[oauthError](), true, "")
	op.Responses["400"].Content = map[string]*huma.MediaType{"application/json": {Schema: refused}}
	delete(op.Responses, "422")
	op.Responses["429"] = &huma.Response{Description: "Too Many Requests", Content: map[string]*huma.MediaType{problemType: {}}}
}

// left returns the whole seconds until an instant.
func (a *api) left(until time.Time) int {
	return int(until.Sub(a.o.Clock()).Round(time.Second) / time.Second)
}

var stateTexts = map[account.LoginState]string{
	account.LoginPending: "nobody has confirmed the code yet",
	account.LoginHasty:   "you ask too often: wait five seconds more between two questions",
	account.LoginExpired: "the code has expired, or its token was handed over already",
	account.LoginDenied:  "the person refused",
}

// misasked words an invalid question for OAuth.
func misasked(err error) (oauthError, bool) {
	if scheduler.CodeOf(err) != scheduler.CodeInvalid {
		return oauthError{}, false
	}
	e, _ := err.(*scheduler.Error)
	x := oauthError{Error: "invalid_request", Description: e.Fields[0].Field + " " + e.Fields[0].Rule}
	if e.Fields[0].Field == "scope" {
		x.Error = "invalid_scope"
	}
	return x, true
}
