package dav

import (
	"container/list"
	"sync"
)

// shelf remembers what was last asked for, up to a number of bytes.
type shelf[K comparable, V interface{ cost() int }] struct {
	limit int

	mu    sync.Mutex
	bytes int
	order *list.List // of keys; the latest in front
	items map[K]*item[V]
}

// item is a value on the shelf.
type item[V any] struct {
	value V
	at    *list.Element
}

func newShelf[K comparable, V interface{ cost() int }](limit int) *shelf[K, V] {
	return &shelf[K, V]{limit: limit, order: list.New(), items: map[K]*item[V]{}}
}

// get returns the value of a key, the zero value for none.
func (s *shelf[K, V]) get(key K) (v V) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.items[key]
	if x == nil {
		return v
	}
	s.order.MoveToFront(x.at)
	return x.value
}

// put remembers a value, and makes room by dropping the least recently used ones.
func (s *shelf[K, V]) put(key K, v V) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(key)
	if v.cost() > s.limit {
		return
	}
	s.items[key] = &item[V]{v, s.order.PushFront(key)}
	s.bytes += v.cost()
	for s.bytes > s.limit {
		s.forget(s.order.Back().Value.(K))
	}
}

// drop forgets a value.
func (s *shelf[K, V]) drop(key K) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(key)
}

func (s *shelf[K, V]) forget(key K) {
	x := s.items[key]
	if x == nil {
		return
	}
	s.order.Remove(x.at)
	delete(s.items, key)
	s.bytes -= x.value.cost()
}
