package calendarsync

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"berth/calendar"
	"berth/calendar/foreign"
	"berth/internal/caldavclient"
	"berth/scheduler"
	"berth/testbeds"
)

// Objects that Berth writes are called berth-UUID.ics, and hold whose they are.
const (
	namePrefix = "berth-"
	nameSuffix = ".ics"

	mostWritten = 10_000
	// patience is how long a call may take effect, and so how long before the end of the lease none begins.
	patience = time.Minute
)

// copied is an object as it was last seen to be right.
type copied struct{ tag, text string }

// occupying are the statuses of requests whose bookings are written; those that are over stay until they are old.
var occupying = append(slices.Clone(scheduler.Granted), scheduler.Completed, scheduler.Failed)

// wanted returns the objects that should be in the collection, by name.
func (s *Sync) wanted(ctx context.Context) (map[string]string, error) {
	f, _, err := s.facility.Facility(ctx, s.actor)
	if err != nil {
		return nil, err
	}
	t, ok := f.Testbed(s.o.Testbed)
	if !ok {
		return nil, &fault{"there is no testbed " + s.o.Testbed, "name a testbed of the facility in the settings"}
	}
	site, all := calendar.Site{URL: s.o.Pages, Later: s.o.Later}, map[string]string{}
	filter := scheduler.RequestFilter{Testbed: t.ID, Status: occupying, From: s.now().Add(-past), To: s.now().Add(s.o.Horizon + 366*24*time.Hour), Limit: 200,
		AsNoted: true} // the rooms of now change with every booking beside it: each would be written anew
	for cursor := ""; ; {
		page, err := s.facility.List(ctx, s.actor, filter, cursor)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Items {
			for _, o := range site.Objects(r, f) {
				if o.Kind == calendar.KindDeployment {
					all[namePrefix+r.ID+nameSuffix] = s.text(o, t)
				}
			}
		}
		if len(all) > mostWritten {
			return nil, &fault{fmt.Sprintf("there are more than %d bookings to write", mostWritten), "tell those who run Berth"}
		}
		if cursor = page.Next; cursor == "" {
			return all, nil
		}
	}
}

// text marks the text of an object as this Berth's.
func (s *Sync) text(o calendar.Object, t testbeds.Testbed) string {
	text := o.Full
	if !s.o.Full && t.Visibility != testbeds.VisibilityOpen && o.Busy != "" {
		text = o.Busy
	}
	return strings.Replace(text, "END:VEVENT\r\n", foreign.MarkProperty+":"+s.o.Instance+"\r\nEND:VEVENT\r\n", 1)
}

// write makes the collection hold what it should.
func (s *Sync) write(ctx context.Context, p *Progress, within time.Time) (done int, err error) {
	want, err := s.wanted(ctx)
	if err != nil {
		return 0, err
	}
	if err := s.remote.Open(ctx); err != nil {
		return 0, err
	}
	w := &writing{Sync: s, within: within, want: want}
	for _, step := range []func(context.Context) error{w.compare, w.create, w.withdraw, w.remember} {
		if err := step(ctx); err != nil {
			return w.done, err
		}
	}
	p.Way, p.Events, p.Notes, p.More = "", len(want), w.notes, 0
	if len(p.Notes) > mostNotes {
		p.More, p.Notes = len(p.Notes)-mostNotes, p.Notes[:mostNotes]
	}
	return w.done, nil
}

// writing is one round of writing.
type writing struct {
	*Sync
	within time.Time
	want   map[string]string
	there  map[string]caldavclient.Object // objects with Berth's form of a name
	fresh  map[string]bool                // written in this round
	notes  []scheduler.EventNote
	done   int
}

// held makes sure that the lease outlasts a call.
func (w *writing) held() error {
	if w.now().Add(patience).After(w.within) {
		return errLost
	}
	return nil
}

// note records what concerns one object alone, and returns every other error.
func (w *writing) note(name string, err error) error {
	if err == nil || caldavclient.Changed(err) {
		return nil // the next round looks at it again
	}
	e, ok := errors.AsType[*caldavclient.Error](err)
	if !ok || e.Status/100 != 4 || e.Refused {
		return err
	}
	w.notes = append(w.notes, scheduler.EventNote{Event: name, Text: e.Text})
	return nil
}

// compare looks at what is there, and puts right what differs.
func (w *writing) compare(ctx context.Context) error {
	w.there, w.fresh = map[string]caldavclient.Object{}, map[string]bool{}
	list, err := w.remote.List(ctx)
	if err != nil {
		return err
	}
	var unsure []caldavclient.Object
	for _, o := range list {
		name := o.Path[strings.LastIndex(o.Path, "/")+1:]
		if !strings.HasPrefix(name, namePrefix) || !strings.HasSuffix(name, nameSuffix) {
			continue
		}
		w.there[name] = o
		if have, ok := w.written[name]; !ok || have.tag != o.Tag || have.tag == "" || have.text != w.want[name] {
			unsure = append(unsure, o)
		}
	}
	found, err := w.remote.Fetch(ctx, unsure)
	if err != nil {
		return err
	}
	for _, o := range found {
		name := o.Path[strings.LastIndex(o.Path, "/")+1:]
		text, wanted := w.want[name]
		switch {
		case !w.isOurs(o.Text):
			delete(w.there, name)
			if wanted {
				delete(w.want, name)
			}
			w.notes = append(w.notes, scheduler.EventNote{Event: name, Text: "somebody else's event has a name that Berth's have: it is left alone"})
		case !wanted: // goes
		case same(string(o.Text), text):
			w.written[name] = copied{o.Tag, text}
		default:
			if err := w.held(); err != nil {
				return err
			}
			o.Text = []byte(text)
			if err := w.note(name, w.remote.Put(ctx, o)); err != nil {
				return err
			}
			w.fresh[name] = true
			w.done++
		}
	}
	return nil
}

// isOurs reports whether this Berth wrote an object.
func (w *writing) isOurs(text []byte) bool {
	c, err := foreign.Read(text)
	return err == nil && len(c.UIDs(nil)) > 0 && len(c.UIDs(func(_, mark string) bool { return mark == w.o.Instance })) == 0
}

// create writes what is missing.
func (w *writing) create(ctx context.Context) error {
	for _, name := range slices.Sorted(maps.Keys(w.want)) {
		if _, ok := w.there[name]; ok {
			continue
		}
		if err := w.held(); err != nil {
			return err
		}
		o := w.remote.Called(name)
		o.Text = []byte(w.want[name])
		if err := w.note(name, w.remote.Put(ctx, o)); err != nil {
			return err
		}
		w.fresh[name] = true
		w.done++
	}
	return nil
}

// withdraw deletes what is no longer wanted. compare has left none in there that is not ours.
func (w *writing) withdraw(ctx context.Context) error {
	for _, name := range slices.Sorted(maps.Keys(w.there)) {
		if _, ok := w.want[name]; ok {
			continue
		}
		if err := w.held(); err != nil {
			return err
		}
		if err := w.note(name, w.remote.Delete(ctx, w.there[name])); err != nil {
			return err
		}
		delete(w.written, name)
		w.done++
	}
	return nil
}

// remember reads back what was written: servers write it in their own way, and what they have made of it is right until somebody changes it.
func (w *writing) remember(ctx context.Context) error {
	for name := range w.written {
		if _, ok := w.want[name]; !ok {
			delete(w.written, name)
		}
	}
	if len(w.fresh) == 0 {
		return nil
	}
	list, err := w.remote.List(ctx)
	if err != nil {
		return err
	}
	for _, o := range list {
		if name := o.Path[strings.LastIndex(o.Path, "/")+1:]; w.fresh[name] {
			w.written[name] = copied{o.Tag, w.want[name]}
		}
	}
	return nil
}

// same reports whether two objects say the same, however they are folded and in whichever order.
func same(a, b string) bool {
	return slices.Equal(lines(a), lines(b))
}

// lines lists the lines of an event that mean something.
func lines(text string) (list []string) {
	text = strings.NewReplacer("\r\n ", "", "\r\n\t", "", "\n ", "", "\n\t", "").Replace(text)
	inside := false
	for l := range strings.Lines(text) {
		l = strings.TrimRight(l, "\r\n")
		switch l {
		case "BEGIN:VEVENT":
			inside = true
		case "END:VEVENT":
			inside = false
		}
		if inside && !strings.HasPrefix(l, "DTSTAMP") {
			list = append(list, strings.ReplaceAll(l, ";VALUE=DATE-TIME", ""))
		}
	}
	slices.Sort(list)
	return list
}
