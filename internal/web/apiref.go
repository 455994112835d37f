package web

import (
	"net/http"

	"berth/internal/web/reference"
)

// apiReference shows the API to everybody, as its OpenAPI document describes it.
func (s *site) apiReference(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, http.StatusOK, "apiref.html", "API reference", s.reading(r), apiPage{s.reference, s.o.Base})
}

// apiPage is the reference of the API, and the address of the instance.
type apiPage struct {
	*reference.Reference
	Base string
}
