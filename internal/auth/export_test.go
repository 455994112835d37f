package auth

import "net/http"

// Guess makes wrong attempts at an account like byPassword, without the slow hashes. It returns the number of attempts that
// were checked.
func (a *Auth) Guess(r *http.Request, username string, times int) (checked int, err error) {
	_, last, err := a.account(r.Context(), username, origin(r))
	for range times {
		limits := a.limitsOf(username, origin(r), last)
		if err = a.limits.reserve(r.Context(), limits...); err != nil {
			return checked, err
		}
		a.limits.settle(true, limits...)
		checked++
	}
	return checked, err
}
