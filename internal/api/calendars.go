package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"berth/calendar"
	"berth/scheduler"
	"berth/scheduler/account"
)

// CalendarShape is a calendar with its addresses for clients.
type CalendarShape struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Colour      string `json:"colour" doc:"#RRGGBB"`
	URL         string `json:"url" doc:"address of this calendar, for clients that ask for it"`
	Writable    bool   `json:"writable" doc:"its events can be moved in the client"`
	Alarms      []int  `json:"alarms,omitempty" doc:"your alarms, in minutes before each event"`
}

// SubscriptionShape holds all that a person needs to subscribe.
type SubscriptionShape struct {
	Server    string          `json:"server" doc:"address for clients that discover calendars themselves"`
	Username  string          `json:"username"`
	Calendars []CalendarShape `json:"calendars"`
}

func (a *api) calendarRoutes() {
	add(a, operation{id: "list-calendars", method: "GET", path: "/calendars", tag: "calendars", summary: "List your calendars and how to subscribe to them",
		more: "Calendar clients sign in with your username and an app password: a token with the scope calendar, and calendar:move to move bookings as well."},
		func(ctx context.Context, actor account.Actor, _ *struct{}) (*body[SubscriptionShape], error) {
			out, err := a.subscription(ctx, actor)
			return answer(out), err
		})
	type choice struct {
		Calendar string `path:"calendar" maxLength:"200"`
		Body     struct {
			Alarms []int `json:"alarms" doc:"minutes before each event, up to five values; an empty list for no alarms"`
		}
	}
	add(a, operation{id: "set-calendar", method: "PATCH", path: "/calendars/{calendar}", tag: "calendars", summary: "Choose alarms for a calendar",
		more: "Only the operations calendar has alarms. Set name and colour in the calendar client."},
		func(ctx context.Context, actor account.Actor, in *choice) (*body[CalendarShape], error) {
			return a.choose(ctx, actor, in.Calendar, in.Body.Alarms)
		})
	type wish struct {
		Body struct {
			Name string `json:"name" doc:"name of the device; the app password gets this name"`
			Move bool   `json:"move,omitempty" doc:"the device may move bookings"`
		}
	}
	type profile struct {
		ContentType string `header:"Content-Type"`
		Disposition string `header:"Content-Disposition"`
		Body        []byte
	}
	add(a, operation{id: "create-profile", method: "POST", path: "/calendars/profile", tag: "calendars", status: http.StatusCreated,
		summary: "Create an Apple configuration profile that contains an app password"},
		func(ctx context.Context, actor account.Actor, in *wish) (*profile, error) {
			scopes := []account.Scope{account.ScopeCalendar}
			if in.Body.Move {
				scopes = append(scopes, account.ScopeCalendarMove)
			}
			secret, t, err := a.auth.Create(ctx, actor, actor.Username, in.Body.Name, scopes, nil)
			if err != nil {
				return nil, err
			}
			b, err := calendar.AppleProfile(a.o.Base, actor.Username, secret, t.ID)
			return &profile{"application/x-apple-aspen-config", `attachment; filename="berth.mobileconfig"`, b}, err
		})
}

// collections lists the actor's collections, with their own choices.
func (a *api) collections(ctx context.Context, actor account.Actor) ([]calendar.Collection, map[string]map[string]string, error) {
	f, _, err := a.service.Facility(ctx, actor)
	if err != nil {
		return nil, nil, err
	}
	saved, err := a.o.Calendars.CalendarProperties(ctx, actor.Username)
	return calendar.Collections(actor, f), saved, err
}

func (a *api) subscription(ctx context.Context, actor account.Actor) (SubscriptionShape, error) {
	out := SubscriptionShape{Server: a.o.Base + "/dav/", Username: actor.Username, Calendars: []CalendarShape{}}
	list, saved, err := a.collections(ctx, actor)
	for _, c := range list {
		out.Calendars = append(out.Calendars, a.calendarShape(actor, c, saved))
	}
	return out, err
}

func (a *api) calendarShape(actor account.Actor, c calendar.Collection, saved map[string]map[string]string) CalendarShape {
	shape := CalendarShape{ID: c.ID, Name: c.Name, Description: c.Description, Colour: c.Colour, Writable: c.Writable,
		URL: a.o.Base + "/dav/calendars/" + url.PathEscape(actor.Username) + "/" + url.PathEscape(c.ID) + "/"}
	for _, d := range calendar.ReadAlarms(saved[c.ID][calendar.AlarmsProperty]) {
		shape.Alarms = append(shape.Alarms, int(d.Minutes()))
	}
	return shape
}

func (a *api) choose(ctx context.Context, actor account.Actor, id string, minutes []int) (*body[CalendarShape], error) {
	list, saved, err := a.collections(ctx, actor)
	if err != nil {
		return nil, err
	}
	c, err := pick(list, id)
	if err != nil {
		return nil, err
	}
	if !c.Alarms && len(minutes) > 0 {
		return nil, &scheduler.Error{Code: scheduler.CodeInvalid, Message: "the calendar has no alarms",
			Fields: []scheduler.FieldError{{Field: "alarms", Rule: "are only for the operations calendar"}}}
	}
	value, err := calendar.WriteAlarms(minutes)
	if err != nil {
		return nil, err
	}
	change := map[string]*string{calendar.AlarmsProperty: &value}
	if len(minutes) == 0 {
		change[calendar.AlarmsProperty] = nil
	}
	if err := a.o.Calendars.SetCalendarProperties(ctx, actor.Username, c.ID, change); err != nil {
		return nil, err
	}
	saved[c.ID] = map[string]string{calendar.AlarmsProperty: value}
	return answer(a.calendarShape(actor, c, saved)), nil
}

func pick(list []calendar.Collection, id string) (calendar.Collection, error) {
	i := slices.IndexFunc(list, func(c calendar.Collection) bool { return c.ID == id })
	if i < 0 {
		return calendar.Collection{}, scheduler.Errorf(scheduler.CodeNotFound, "you have no calendar with that name; GET /calendars lists them")
	}
	return list[i], nil
}

// FeedShape holds the address of a feed, which is a secret: anyone who has it can read the calendar.
type FeedShape struct {
	URL    string        `json:"url" doc:"shown only once"`
	Webcal string        `json:"webcal" doc:"opens a calendar program"`
	Google string        `json:"google" doc:"adds it to Google Calendar"`
	Feed   account.Token `json:"feed"`
}

func (a *api) feedRoutes() {
	add(a, operation{id: "list-feeds", method: "GET", path: "/feeds", tag: "calendars", summary: "List your feeds, without their addresses"},
		func(ctx context.Context, actor account.Actor, _ *struct{}) (*body[scheduler.Page[account.Token]], error) {
			list, err := a.auth.List(ctx, actor, actor.Username)
			list = slices.DeleteFunc(list, func(t account.Token) bool { return t.Feed == "" })
			return answer(items(list)), err
		})
	type creation struct {
		Body struct {
			Calendar string `json:"calendar" doc:"one of your calendars"`
			Name     string `json:"name" doc:"where the feed is used, such as Google"`
		}
	}
	add(a, operation{id: "create-feed", method: "POST", path: "/feeds", tag: "calendars", status: http.StatusCreated, summary: "Create a feed: a secret address of a calendar",
		more: "For programs without CalDAV: Google, Outlook and others that subscribe to an .ics address. Google reads it once or twice a day; use CalDAV for a live view."},
		func(ctx context.Context, actor account.Actor, in *creation) (*body[FeedShape], error) {
			list, _, err := a.collections(ctx, actor)
			if err != nil {
				return nil, err
			}
			c, err := pick(list, in.Body.Calendar)
			if err != nil {
				return nil, err
			}
			secret, t, err := a.auth.CreateFeed(ctx, actor, actor.Username, in.Body.Name, c.ID)
			if err != nil {
				return nil, err
			}
			address := a.o.Base + "/feeds/" + secret + "/" + url.PathEscape(c.ID) + ".ics"
			_, rest, _ := strings.Cut(address, "://")
			return answer(FeedShape{URL: address, Webcal: "webcal://" + rest, Feed: t,
				Google: "https://calendar.google.com/calendar/r?cid=" + url.QueryEscape("webcal://"+rest)}), nil
		})
	type removal struct {
		Feed string `path:"feed" maxLength:"64"`
	}
	add(a, operation{id: "revoke-feed", method: "DELETE", path: "/feeds/{feed}", tag: "calendars", summary: "Revoke a feed"},
		func(ctx context.Context, actor account.Actor, in *removal) (*body[account.Token], error) {
			t, err := a.auth.Revoke(ctx, actor, actor.Username, in.Feed)
			return answer(t), err
		})
}
