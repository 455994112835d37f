package dav

import (
	"iter"

	"berth/calendar"
)

// The texts of objects far from now are only in the database (calendar.NewIndexWithin). An answer reads them as it comes to them, many at once. What
// has changed since the answer's view was taken is answered as it is then, under its new entity tag: clients learn of the change once more with their
// next sync, which is harmless. What is gone by then is left out.

// atOnce is how many texts are read by one query.
const atOnce = 100

// unread is thrown where a text cannot be read: an answer that has begun cannot say so otherwise than by its end.
type unread struct{ error }

func (u unread) Unwrap() error { return u.error }

// caught returns what fn throws.
func caught(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			x, is := p.(unread)
			if !is {
				panic(p)
			}
			err = x
		}
	}()
	return fn()
}

// fresh returns an object with its text: nil if it has gone meanwhile, or may no longer be seen.
func (c *call) fresh(o *calendar.Entry) *calendar.Entry {
	if o == nil || !o.Cold() {
		return o
	}
	x, read := c.warm[o]
	if !read {
		c.read([]*calendar.Entry{o})
		x = c.warm[o]
	}
	if x == nil || c.hidden(x) {
		return nil
	}
	return x
}

// fetch reads the texts of objects ahead of their use. It reports whether they are of the very same versions.
func (c *call) fetch(objects []*calendar.Entry) (same bool) {
	clear(c.warm)
	var cold []*calendar.Entry
	for _, o := range objects {
		if o.Cold() {
			cold = append(cold, o)
		}
	}
	return len(cold) == 0 || c.read(cold)
}

func (c *call) read(cold []*calendar.Entry) (same bool) {
	names := make([]string, len(cold))
	for i, o := range cold {
		names[i] = o.Name()
	}
	list, err := c.s.store.CalendarObjects(c.ctx, names)
	if err != nil {
		panic(unread{err})
	}
	if c.warm == nil {
		c.warm = map[*calendar.Entry]*calendar.Entry{}
	}
	found := make(map[string]*calendar.Entry, len(list))
	for i := range list {
		found[list[i].Name] = calendar.Warm(&list[i])
	}
	same = true
	for i, o := range cold {
		x := found[names[i]]
		c.warm[o] = x
		same = same && o.Same(x)
	}
	return same
}

// ahead yields the objects that the actor may see, and fetches their texts ahead.
func (c *call) ahead(objects iter.Seq[*calendar.Entry]) iter.Seq[*calendar.Entry] {
	return func(yield func(*calendar.Entry) bool) {
		var batch []*calendar.Entry
		send := func() bool {
			c.fetch(batch)
			for _, o := range batch {
				if !yield(o) {
					return false
				}
			}
			batch = batch[:0]
			return true
		}
		for o := range objects {
			if c.hidden(o) {
				continue
			}
			if batch = append(batch, o); len(batch) == atOnce && !send() {
				return
			}
		}
		send()
	}
}
