package web

import (
	"net/http"

	"berth/internal/web/reference"
	"berth/scheduler/account"
)

// apiReference shows the API to everybody, as its OpenAPI document describes it.
func (s *site) apiReference(w http.ResponseWriter, r *http.Request) {
	who, err := s.people.Session(r.Context(), s.secret(r))
	if err != nil {
		who = account.Actor{}
	}
	s.show(w, r, http.StatusOK, "apiref.html", "API reference", s.zoned(r, who), apiPage{s.reference, s.o.Base})
}

// apiPage is the reference of the API, and the address of the instance.
type apiPage struct {
	*reference.Reference
	Base string
}
