package web

import (
	"net/http"
	"slices"

	"berth/scheduler"
)

// accountPage is what somebody has set for themself.
type accountPage struct {
	Person scheduler.Person
	Topics []topic
	Tokens []scheduler.Token
}

type topic struct {
	Name  scheduler.Topic
	About string
	On    bool
}

var aboutTopics = map[scheduler.Topic]string{
	scheduler.TopicRequests: "updates on requests that concern you", scheduler.TopicFeedback: "remarks on them", scheduler.TopicReminders: "reminders of orchestration, tear-down and expiring offers",
	scheduler.TopicInvitations: "calendar invitations with these mails", scheduler.TopicDigest: "the digest of the coming days, for operators",
}

func (s *site) account(w http.ResponseWriter, r *http.Request, who scheduler.Actor) error {
	p := accountPage{}
	var err error
	if p.Person, err = s.people.Person(r.Context(), who, who.Username); err != nil {
		return err
	}
	for _, t := range scheduler.Topics {
		p.Topics = append(p.Topics, topic{t, aboutTopics[t], !slices.Contains(p.Person.Muted, t)})
	}
	tokens, err := s.people.List(r.Context(), who, who.Username)
	if err != nil {
		return err
	}
	now := s.o.Clock()
	p.Tokens = slices.DeleteFunc(tokens, func(t scheduler.Token) bool { return t.Revoked != nil || t.Expires != nil && !now.Before(*t.Expires) })
	s.show(w, r, http.StatusOK, "account.html", "Your account", who, p)
	return nil
}

func (s *site) password(w http.ResponseWriter, r *http.Request, who scheduler.Actor) error {
	if r.PostFormValue("new") != r.PostFormValue("again") {
		return invalid("again", "must be the same as the new password")
	}
	if err := s.people.SetPassword(r.Context(), who, who.Username, r.PostFormValue("old"), r.PostFormValue("new"), r.PostFormValue("everything") != ""); err != nil {
		return err
	}
	return done(w, r, "/account", "saved")
}

// mail keeps what somebody wants to be mailed: what is not ticked they do not.
func (s *site) mail(w http.ResponseWriter, r *http.Request, who scheduler.Actor) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	var muted []scheduler.Topic
	for _, t := range scheduler.Topics {
		if !slices.Contains(r.PostForm["topic"], string(t)) {
			muted = append(muted, t)
		}
	}
	if _, err := s.people.Mute(r.Context(), who, muted); err != nil {
		return err
	}
	return done(w, r, "/account", "saved")
}

func (s *site) revoke(w http.ResponseWriter, r *http.Request, who scheduler.Actor) error {
	if _, err := s.people.Revoke(r.Context(), who, who.Username, r.PostFormValue("token")); err != nil {
		return err
	}
	return done(w, r, "/account", "saved")
}
