package auth

import (
	"context"
	"slices"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
)

// A mail has a signed link with which its reader stops mails of that kind without signing in. It never expires, works any number of times, and does
// nothing else.

var errMuteLink = scheduler.Errorf(scheduler.CodeNotFound, "this link is not valid: it may have been cut. Choose your mails under Account")

// MuteLink makes the link for a person and a kind of mail, which must reach nobody else. It returns CodeForbidden to all but administrators.
func (a *Auth) MuteLink(ctx context.Context, actor account.Actor, username string, topic account.Topic) (link string, err error) {
	if err := scheduler.Require(actor, account.ScopeWrite, account.RoleAdministrator); err != nil {
		return "", err
	}
	err = a.store.View(ctx, func(tx scheduler.Reader) error {
		link, err = scheduler.ForMute.Seal(ctx, tx, username+"/"+string(topic))
		return err
	})
	return link, err
}

// TopicByLink reads the person and the kind of mail of a link, for the page that asks before it acts. It returns CodeNotFound for an invalid link.
func (a *Auth) TopicByLink(ctx context.Context, link string) (found account.LinkedTopic, err error) {
	err = a.store.View(ctx, func(tx scheduler.Reader) error {
		found, err = topicByLink(ctx, tx, link)
		return err
	})
	return found, err
}

func topicByLink(ctx context.Context, tx scheduler.Reader, link string) (found account.LinkedTopic, err error) {
	body, err := scheduler.ForMute.Open(ctx, tx, link)
	if err != nil {
		return found, unreadable(err)
	}
	username, topic, _ := strings.Cut(body, "/")
	found.Topic = account.Topic(topic)
	if !slices.Contains(account.Topics, found.Topic) {
		return found, errMuteLink
	}
	if found.Person, err = tx.Person(ctx, username); err != nil {
		return found, unreadable(err)
	}
	if found.Person.Disabled {
		return account.LinkedTopic{}, errMuteLink
	}
	return found, nil
}

func unreadable(err error) error {
	if scheduler.CodeOf(err) == scheduler.CodeNotFound {
		return errMuteLink
	}
	return err
}

// MuteByLink stops the kind of mail of a link for its person, or lets it come again; other kinds stay as they are. It returns CodeNotFound for an
// invalid link.
func (a *Auth) MuteByLink(ctx context.Context, link string, muted bool) (found account.LinkedTopic, err error) {
	err = a.store.Change(ctx, nil, func(tx scheduler.Tx) error {
		if found, err = topicByLink(ctx, tx, link); err != nil || found.Muted() == muted {
			return err
		}
		p := &found.Person
		if muted {
			p.Muted = append(slices.Clone(p.Muted), found.Topic)
		} else {
			p.Muted = slices.DeleteFunc(slices.Clone(p.Muted), func(t account.Topic) bool { return t == found.Topic })
		}
		p.Revision++
		return tx.PutPerson(ctx, *p)
	})
	return found, err
}
