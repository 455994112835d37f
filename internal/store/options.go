package store

import (
	"context"

	"berth/calendar"
	"berth/scheduler"
)

// Options are all that a store needs to know beside its database. They stay what they are for as long as the store is open.
type Options struct {
	// Site says where people find Berth's pages, which is written into what is drawn. What was drawn before changes with the next
	// RefreshCalendar.
	Site calendar.Site
	// Serving says that a server opens the database, which is found at Site. Whoever opens it for something else draws with the site of
	// the last server, whichever they give: they may have been given other settings.
	Serving bool
	// Channels are the systems that events are told to. Events from before a channel was there are not told to it.
	Channels []scheduler.Channel
}

// siteMark keeps in the database where its server is found.
const siteMark = "site"

// ready takes the options, and settles with which site calendars are drawn.
func (s *Store) ready(ctx context.Context, o Options) error {
	s.site, s.channels = o.Site, o.Channels
	kept, err := s.Mark(ctx, siteMark)
	switch {
	case err != nil:
		return err
	case !o.Serving && kept != "":
		s.site.URL = kept
	case o.Serving && kept != o.Site.URL:
		_, err = s.SetMark(ctx, siteMark, kept, o.Site.URL)
	}
	return err
}

// Site says where people find Berth's pages.
func (s *Store) Site() calendar.Site { return s.site }
