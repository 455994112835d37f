package dav

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"berth/calendar"
	"berth/scheduler"
)

// feeds serves whole calendars as files under secret addresses, for programs without CalDAV: Google, Outlook.
type feeds struct {
	s *server

	last *shelf[string, *rendered] // by digest of secret and file
}

// rendered is the last version of a feed.
type rendered struct {
	made     string // identifies its input
	tag      string
	modified time.Time
	size     int64  // of it all, plain
	zipped   []byte // a tenth of the size; few clients ask for plain text
}

func (feed *rendered) cost() int { return 1<<10 + len(feed.zipped) }

// maxRendered bounds the remembered feeds, in bytes.
const maxRendered = 64 << 20

func newFeeds(s *server) *feeds { return &feeds{s: s, last: newShelf[string, *rendered](maxRendered)} }

// ServeHTTP answers with the feed of a secret. In an outage it serves the last version: Thunderbird cancels a subscription after any
// error, and after a 410 for ever.
func (f *feeds) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "A feed is read-only.", http.StatusMethodNotAllowed)
		return
	}
	sum := sha256.Sum256([]byte(r.PathValue("secret") + "/" + r.PathValue("file")))
	key := hex.EncodeToString(sum[:])
	feed, err := f.fresh(r, key)
	if err != nil {
		if code := scheduler.CodeOf(err); code == scheduler.CodeNotFound || code == scheduler.CodeUnauthenticated || code == scheduler.CodeForbidden {
			f.last.drop(key)
			http.Error(w, "This feed does not exist, or no longer.", http.StatusNotFound)
			return
		}
		if feed = f.last.get(key); feed == nil {
			f.s.refuse(w, r, err)
			return
		}
		f.s.o.Log.WarnContext(r.Context(), "the last version of a feed is served", "error", err)
	}
	feed.serve(w, r)
}

// fresh returns the current feed, and renders it anew only if something in it changed.
func (f *feeds) fresh(r *http.Request, key string) (*rendered, error) {
	id, ok := strings.CutSuffix(r.PathValue("file"), ".ics")
	if !ok {
		return nil, errNoFeed
	}
	actor, collection, err := f.s.identity.Feed(r, r.PathValue("secret"))
	if err != nil {
		return nil, err
	}
	if id != collection {
		return nil, errNoFeed
	}
	var c calendar.Collection
	var members calendar.Members
	accounts, err := f.s.schedule.read(r.Context(), func(x *calendar.Index, beds []calendar.Collection) {
		list := append(calendar.OwnCollections(actor), beds...)
		if i := slices.IndexFunc(list, func(c calendar.Collection) bool { return c.ID == id }); i >= 0 {
			c = list[i]
			members = x.Members(c.Key)
		}
	})
	if err != nil {
		return nil, err
	}
	if c.ID == "" {
		return nil, errNoFeed
	}
	var alarms []time.Duration
	if c.Alarms {
		saved, err := f.s.choices(r.Context(), actor.Username, accounts)
		if err != nil {
			return nil, err
		}
		alarms = calendar.ReadAlarms(saved[id][calendar.AlarmsProperty])
	}
	today := f.s.o.Clock().UTC().Truncate(24 * time.Hour)
	made := strings.Join([]string{token{epoch: members.Epoch, audience: c.Audience(actor, alarms), sequence: members.Last(), name: allNames}.String(), c.Name, f.s.o.URL, today.Format(time.DateOnly)}, " ")
	if before := f.last.get(key); before != nil && before.made == made {
		return before, nil
	}
	feed, err := f.render(r.Context(), c, members, scheduler.VisibleTo(actor), alarms, today)
	if err != nil {
		return nil, err
	}
	feed.made = made
	feed.after(f.last.get(key), f.s.o.Clock().UTC().Truncate(time.Second))
	f.last.put(key, feed)
	return feed, nil
}

var errNoFeed = scheduler.Errorf(scheduler.CodeNotFound, "this feed does not exist")

// render makes a feed: everything from a month ago to a year ahead. Only the pieces in which something changed are compressed anew.
func (f *feeds) render(ctx context.Context, c calendar.Collection, m calendar.Members, v *scheduler.Visible, alarms []time.Duration, today time.Time) (*rendered, error) {
	feed := &rendered{modified: today} // the day decides which events are old
	if m.Changed().After(today) {
		feed.modified = m.Changed()
	}
	one := &call{s: f.s, visible: v, alarms: alarms, members: m, ctx: ctx}
	if c.Aliased(v) {
		one.aliases = m.Aliases()
	}
	var zipped bytes.Buffer
	z, err := f.s.newZipper(&zipped)
	if err != nil {
		return nil, err
	}
	head, tail := calendar.Feed(f.s.info(c))
	sum := sha256.New()
	_, _ = z.Write([]byte(head)) // neither a bytes.Buffer nor a digest fails
	_, _ = io.WriteString(sum, head)
	list := one.file(c, inZippedFile, func(p *piece) error {
		_, _ = sum.Write(p.sum[:])
		return z.piece(p)
	})
	err = caught(func() error {
		return list.all(func(yield func(*calendar.Entry) bool) {
			for o := range m.Overlapping(today.Add(-calendar.FeedPast), today.Add(calendar.FeedFuture)) {
				if !one.hidden(o) && o.Kept(today) && !yield(o) {
					return
				}
			}
		})
	})
	_, _ = z.Write([]byte(tail))
	if err := errors.Join(err, z.close(f.s)); err != nil {
		return nil, err
	}
	feed.size = int64(z.size)
	feed.tag, feed.zipped = hex.EncodeToString(sum.Sum(nil)[:12]), bytes.Clone(zipped.Bytes())
	return feed, nil
}

// info describes a calendar that is served as a file.
func (s *server) info(c calendar.Collection) calendar.Info {
	return calendar.Info{ID: "berth-" + c.ID, Name: "Berth: " + c.Name, Description: c.Description, Colour: c.Colour, URL: s.o.URL + "/"}
}

// after dates a feed that differs from the one served before later than it, for any cause of the difference: a choice of alarms, a
// testbed's name, a second change within the same second.
func (feed *rendered) after(before *rendered, now time.Time) {
	if before == nil || before.tag == feed.tag || feed.modified.After(before.modified) {
		return
	}
	feed.modified = now
	if !now.After(before.modified) {
		feed.modified = before.modified.Add(time.Second)
	}
}

func (feed *rendered) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", calendarType)
	h.Set("Content-Disposition", `inline; filename="`+r.PathValue("file")+`"`)
	h.Set("Cache-Control", "private, max-age=300")
	h.Set("Vary", "Accept-Encoding")
	if takesGzip(r) {
		h.Set("Content-Encoding", "gzip")
		h.Set("ETag", `"`+feed.tag+`-gzip"`)
		http.ServeContent(w, r, "", feed.modified, bytes.NewReader(feed.zipped))
		return
	}
	h.Set("ETag", `"`+feed.tag+`"`)
	http.ServeContent(w, r, "", feed.modified, &unpacked{zipped: feed.zipped, size: feed.size})
}
