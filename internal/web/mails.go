package web

import (
	"net/http"

	"berth/scheduler"
	"berth/scheduler/account"
)

// askMute shows the kind of mail that a link stops. Nothing happens until the button is pressed: mail scanners open links.
func (s *site) askMute(w http.ResponseWriter, r *http.Request) {
	found, err := s.people.TopicByLink(r.Context(), r.PathValue("link"))
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	s.showMails(w, r, "Stop these mails?", found)
}

// mute stops the kind of mail of a link, or lets it come again. A mail program sends the same field as the button (RFC 8058), reads no page, and
// follows no redirection.
func (s *site) mute(w http.ResponseWriter, r *http.Request) {
	muted := r.PostFormValue("List-Unsubscribe") == "One-Click"
	if !muted && r.PostFormValue("again") == "" {
		s.refuse(w, r, scheduler.Errorf(scheduler.CodeInvalid, "nothing was changed: the form says neither to stop these mails nor to send them again"))
		return
	}
	found, err := s.people.MuteByLink(r.Context(), r.PathValue("link"), muted)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	s.showMails(w, r, "You get these mails again", found)
}

func (s *site) showMails(w http.ResponseWriter, r *http.Request, title string, found account.LinkedTopic) {
	if found.Muted() {
		title = "You get no more of these mails"
	}
	s.show(w, r, http.StatusOK, "mails.html", title, s.visitor(r), found)
}
