package dav

import (
	"container/list"
	"sync"
)

// shelf remembers the feeds that were last asked for, up to a number of bytes.
type shelf struct {
	limit int

	mu    sync.Mutex
	bytes int
	order *list.List // of keys; the latest in front
	items map[string]*item
}

// item is a feed on the shelf.
type item struct {
	feed *rendered
	at   *list.Element
}

// itemCost is the memory of a feed beside its text.
const itemCost = 1 << 10

func newShelf(limit int) *shelf {
	return &shelf{limit: limit, order: list.New(), items: map[string]*item{}}
}

func (s *shelf) get(key string) *rendered {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.items[key]
	if x == nil {
		return nil
	}
	s.order.MoveToFront(x.at)
	return x.feed
}

// put remembers a feed, and makes room by dropping the least recently used ones.
func (s *shelf) put(key string, feed *rendered) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(key)
	if itemCost+len(feed.zipped) > s.limit {
		return
	}
	s.items[key] = &item{feed, s.order.PushFront(key)}
	s.bytes += itemCost + len(feed.zipped)
	for s.bytes > s.limit {
		s.forget(s.order.Back().Value.(string))
	}
}

// drop forgets a feed.
func (s *shelf) drop(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(key)
}

func (s *shelf) forget(key string) {
	x := s.items[key]
	if x == nil {
		return
	}
	s.order.Remove(x.at)
	delete(s.items, key)
	s.bytes -= itemCost + len(x.feed.zipped)
}
