package dav

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"berth/calendar"
	"berth/scheduler"
	"berth/scheduler/account"
)

// kind is the kind of resource at a path.
type kind int

const (
	atRoot kind = 1 << iota
	atPrincipals
	atPrincipal
	atHomes
	atHome
	atCollection
	atObject

	everywhere = atRoot | atPrincipals | atPrincipal | atHomes | atHome | atCollection | atObject
)

// place is a resource: its kind, and the collection and object that it belongs to.
type place struct {
	kind       kind
	collection *calendar.Collection
	name       string          // of an object, without .ics
	object     *calendar.Entry // nil if there is none of that name, or none that the actor may see
}

// call is one DAV request: the actor, the target, and the actor's view of it.
type call struct {
	s           *server
	actor       account.Actor
	visible     *scheduler.Visible
	collections []calendar.Collection
	at          place
	moves       bool // the actor signed in with a right to move

	members  calendar.Members             // of at.collection
	lasts    map[string]calendar.Members  // of all collections, by key; read only when their state is asked for
	sequence int64                        // of the index
	accounts int64                        // of the changes of accounts
	saved    map[string]map[string]string // the actor's own properties, by collection; nil until they are read
	alarms   []time.Duration
	mark     string            // the share of the alarms in entity tags
	aliases  *calendar.Aliases // of at.collection; nil where objects have their own names
	request  *http.Request
	ctx      context.Context                     // of the request
	warm     map[*calendar.Entry]*calendar.Entry // what was read of objects whose texts are not in memory; nil: gone
}

// open authenticates a call and finds its target.
func (s *server) open(r *http.Request) (*call, error) {
	actor, err := s.identity.Authenticate(r)
	if err != nil {
		return nil, err
	}
	client, moves, ok := actor.InCalendars()
	if !ok {
		return nil, scheduler.Errorf(scheduler.CodeUnauthenticated, "this token is not for calendars")
	}
	c := &call{s: s, actor: client, visible: scheduler.VisibleTo(actor), request: r, ctx: r.Context(), moves: moves}
	path, err := c.parse(r.URL.Path)
	if err != nil {
		return nil, err
	}
	var wanted string
	c.accounts, err = s.schedule.read(r.Context(), func(x *calendar.Index, beds []calendar.Collection) {
		c.sequence = x.Sequence()
		c.collections = append(calendar.OwnCollections(actor), beds...)
		if c.at.collection = c.collection(path); c.at.collection == nil {
			return
		}
		wanted = c.at.collection.ID
		c.members = x.Members(c.at.collection.Key)
		if c.at.collection.Aliased(c.visible) {
			c.aliases = c.members.Aliases()
		}
		if c.at.kind == atObject {
			c.at.object = c.named(c.at.name)
		}
	})
	if err != nil {
		return nil, err
	}
	if path != "" && wanted == "" {
		return nil, errNotFound
	}
	c.at.object = c.fresh(c.at.object)
	return c, c.prepare()
}

// prepare reads the actor's choice of alarms if the objects of the collection depend on it.
func (c *call) prepare() error {
	if c.at.collection == nil || !c.at.collection.Alarms {
		return nil
	}
	saved, err := c.properties()
	if err != nil {
		return err
	}
	c.alarms = calendar.ReadAlarms(saved[c.at.collection.ID][calendar.AlarmsProperty])
	if len(c.alarms) > 0 {
		c.mark = "a" + c.at.collection.Audience(c.actor, c.alarms)
	}
	return nil
}

// properties reads the actor's own properties, once.
func (c *call) properties() (map[string]map[string]string, error) {
	if c.saved == nil {
		saved, err := c.s.choices(c.request.Context(), c.actor.Username, c.accounts)
		if err != nil {
			return nil, err
		}
		c.saved = saved
	}
	return c.saved, nil
}

// collection finds one of the actor's collections; nil for none.
func (c *call) collection(id string) *calendar.Collection {
	i := slices.IndexFunc(c.collections, func(x calendar.Collection) bool { return x.ID == id })
	if i < 0 {
		return nil
	}
	return &c.collections[i]
}

// parse fills in the target of a path, and returns the collection in it. Every path names a person; the resources of others do not
// exist for the actor.
func (c *call) parse(path string) (collection string, err error) {
	if path == "/" {
		path = root
	}
	rest, ok := strings.CutPrefix(path, root)
	if !ok && path+"/" != root {
		return "", errNotFound
	}
	parts := strings.Split(strings.TrimSuffix(rest, "/"), "/")
	switch {
	case parts[0] == "":
		c.at.kind = atRoot
		return "", nil
	case parts[0] != "principals" && parts[0] != "calendars", len(parts) > 1 && parts[1] != c.actor.Username, slices.Contains(parts, ""):
		return "", errNotFound
	case parts[0] == "principals" && len(parts) <= 2:
		c.at.kind = []kind{atPrincipals, atPrincipal}[len(parts)-1]
		return "", nil
	case parts[0] == "principals" || len(parts) > 4:
		return "", errNotFound
	case len(parts) <= 2:
		c.at.kind = []kind{atHomes, atHome}[len(parts)-1]
		return "", nil
	case len(parts) == 3:
		c.at.kind = atCollection
		return parts[2], nil
	default:
		c.at.kind = atObject
		name, isObject := strings.CutSuffix(parts[3], ".ics")
		if !isObject {
			name = parts[3] + "?" // no object is called that
		}
		c.at.name = name
		return parts[2], nil
	}
}

// href builds the address of a resource.
func (c *call) href(p place) string {
	user := url.PathEscape(c.actor.Username)
	switch p.kind {
	case atPrincipals:
		return root + "principals/"
	case atPrincipal:
		return root + "principals/" + user + "/"
	case atHomes:
		return root + "calendars/"
	case atHome:
		return root + "calendars/" + user + "/"
	case atCollection:
		return root + "calendars/" + user + "/" + url.PathEscape(p.collection.ID) + "/"
	case atObject:
		return c.href(place{kind: atCollection, collection: p.collection}) + url.PathEscape(p.name) + ".ics"
	default:
		return root
	}
}

// shown returns the name by which the actor knows an object.
func (c *call) shown(name string) string {
	if c.aliases == nil {
		return name
	}
	return c.aliases.Of(name)
}

// real translates the actor's name of an object back; empty for none.
func (c *call) real(shown string) string {
	if c.aliases == nil {
		return shown
	}
	name, _ := c.aliases.Name(shown)
	return name
}

// named finds the object that the actor knows by a name; nil if there is none, or none that they may see.
func (c *call) named(shown string) *calendar.Entry {
	o := c.members.Get(c.real(shown))
	if o != nil && c.hidden(o) {
		return nil
	}
	return o
}

func (c *call) placeOf(o *calendar.Entry) place {
	return place{kind: atObject, collection: c.at.collection, name: c.shown(o.Name()), object: o}
}

// hidden reports whether the actor may see nothing of an object.
func (c *call) hidden(o *calendar.Entry) bool { return o.For(c.visible) == calendar.Nothing }

// masked reports whether the actor may only know that an object exists.
func (c *call) masked(o *calendar.Entry) bool {
	return c.aliases != nil && o.For(c.visible) == calendar.BusyOnly
}

// text returns the actor's view of an object, empty for nothing.
func (c *call) text(o *calendar.Entry) string {
	if o = c.fresh(o); o == nil {
		return ""
	}
	text, ok := o.Text(o.For(c.visible))
	if !ok { // it has left the memory just now
		return c.text(o)
	}
	if text == "" {
		return ""
	}
	if c.masked(o) {
		return c.aliases.Masked(o, text)
	}
	return calendar.WithAlarms(text, c.alarms)
}

func (c *call) uid(o *calendar.Entry) string {
	if c.masked(o) {
		return c.aliases.UID(o)
	}
	return o.UID()
}

// etag builds the entity tag of the actor's view of an object.
func (c *call) etag(o *calendar.Entry) string {
	mark := o.For(c.visible).Mark()
	if c.masked(o) {
		return `"` + c.aliases.Version(o) + mark + `"`
	}
	return `"` + o.Version() + c.mark + mark + `"`
}
