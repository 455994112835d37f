package web

import (
	"fmt"
	"net/http"

	"berth/calendar"
	"berth/scheduler"
	"berth/scheduler/account"
)

// requestCalendar serves the event of one request, to be put into a calendar by hand. A calendar that follows changes is subscribed to instead.
func (s *site) requestCalendar(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	v, err := s.service.Get(r.Context(), who, r.PathValue("number"))
	if err != nil {
		return err
	}
	f, _, err := s.service.Facility(r.Context(), who)
	if err != nil {
		return err
	}
	for _, o := range (calendar.Site{URL: s.o.Base, Later: s.o.Later}).Objects(v.Request, f) {
		if o.Kind == calendar.KindDeployment {
			w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
			w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="berth-%d.ics"`, v.Number))
			_, err := w.Write([]byte(o.Full))
			return err
		}
	}
	return scheduler.Errorf(scheduler.CodeNotFound, "request #%d has no event", v.Number)
}
