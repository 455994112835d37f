package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

// devicePath is where people let programs in that have no browser.
const devicePath = "/device"

// devicePage asks for the code that a program shows, or whether the program behind it may act for the reader.
type devicePage struct {
	Code, Failure string
	Said          string // the code as the program shows it
	Wants         string
	Asks          *account.DeviceLogin
	Rights        []tokenKind // what it asks for, and less
	Lives         []life
	Done          bool
}

func (s *site) device(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	p := devicePage{Code: r.URL.Query().Get("code"), Lives: lives, Done: r.URL.Query().Get("note") != ""}
	status := http.StatusOK
	if p.Code != "" {
		switch d, err := s.people.Device(r.Context(), who, p.Code); {
		case err == nil:
			p.Asks, p.Rights, p.Said, p.Wants = &d, rights(d), saidCode(p.Code), saidScopes(account.Token{Scopes: d.Scopes})
		case scheduler.CodeOf(err) == scheduler.CodeNotFound:
			status, p.Failure = http.StatusNotFound, "There is no such code, or it has expired. Look at the program again, or start anew there."
		case errors.As(err, new(tooMany)):
			status, p.Failure = http.StatusTooManyRequests, "There were too many wrong codes. Please wait a few minutes."
		default:
			return err
		}
	}
	s.show(w, r, status, "device.html", "Let a program in", who, p)
	return nil
}

// rights lists what a program can be given: what it asks for, and less.
func rights(d account.DeviceLogin) (list []tokenKind) {
	for _, k := range tokenKinds {
		if !slices.ContainsFunc(k.Scopes, func(x account.Scope) bool { return !slices.Contains(d.Scopes, x) }) {
			list = append(list, k)
		}
	}
	if n := len(list); n > 0 && len(list[n-1].Scopes) == len(d.Scopes) {
		list[n-1].On = true
		return list
	}
	t := account.Token{Scopes: d.Scopes}
	return append(list, tokenKind{ID: "asked", Name: saidScopes(t), About: "As it asks.", Scopes: d.Scopes, On: true})
}

// saidCode writes a code that was typed somehow as programs show it.
func saidCode(typed string) string {
	code := strings.NewReplacer("-", "", "–", "", " ", "").Replace(strings.ToUpper(typed))
	return code[:len(code)/2] + "-" + code[len(code)/2:]
}

// answerDevice lets a program in, or refuses it.
func (s *site) answerDevice(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	code := r.PostFormValue("code")
	if r.PostFormValue("answer") != "yes" {
		if _, err := s.people.AnswerDevice(r.Context(), who, code, nil, nil); err != nil {
			return err
		}
		return done(w, r, devicePath, "device-refused")
	}
	d, err := s.people.Device(r.Context(), who, code)
	if err != nil {
		return err
	}
	list := rights(d)
	i := slices.IndexFunc(list, func(k tokenKind) bool { return k.ID == r.PostFormValue("rights") })
	if i < 0 {
		return invalid("rights", "is missing: choose what the program may do")
	}
	until, err := s.lasting(r.PostFormValue("days"))
	if err != nil {
		return err
	}
	if _, err := s.people.AnswerDevice(r.Context(), who, code, list[i].Scopes, until); err != nil {
		return err
	}
	return done(w, r, devicePath, "device-confirmed")
}

// lasting reads how long a token is valid; nil: until it is revoked.
func (s *site) lasting(typed string) (*time.Time, error) {
	days, err := strconv.Atoi(typed)
	if err != nil || days < 0 || days > 3660 {
		return nil, invalid("days", "must be one of those listed")
	}
	if days == 0 {
		return nil, nil
	}
	return new(s.o.Clock().UTC().Truncate(time.Second).AddDate(0, 0, days)), nil
}
