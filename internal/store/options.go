package store

import (
	"context"

	"berth/calendar"
	"berth/scheduler"
)

// Options configure a store beside its database, for as long as it is open.
type Options struct {
	// Site is the address of Berth's pages, which is written into the calendars. Existing objects change with the next
	// RefreshCalendar.
	Site calendar.Site
	// Program names the version of the program that draws calendars; empty if versions cannot be told apart.
	Program string
	// Serving says that a server opens the database, which is found at Site. Other programs draw with the site of the last server
	// instead of their own: their settings may differ.
	Serving bool
	// Channels lists the systems that events are delivered to. A new channel gets no earlier events.
	Channels []scheduler.Channel
	// Tell is called during an upgrade of the schema; nil: nobody waits.
	Tell func(scheduler.Progress)
}

// siteMark names the mark that keeps the server's site in the database.
const siteMark = "site"

// ready sets the options, and chooses the site for drawing calendars.
func (s *Store) ready(ctx context.Context, o Options) error {
	s.site, s.channels, s.program = o.Site, o.Channels, o.Program
	kept, err := s.Mark(ctx, siteMark)
	switch {
	case err != nil:
		return err
	case !o.Serving && kept != "":
		s.site.URL = kept
	case o.Serving && kept != o.Site.URL:
		_, err = s.SetMark(ctx, siteMark, kept, o.Site.URL)
	}
	if err != nil {
		return err
	}
	s.site.Later, err = s.later(ctx)
	return err
}

// Site returns the address of Berth's pages, and by how much the events of this database are later than their revisions.
func (s *Store) Site() calendar.Site { return s.site }
