package web

import (
	"berth/scheduler"
	"berth/scheduler/phrases"
)

// mostThen bounds how many things that end a head-room are named.
const mostThen = 3

// room says how far the slot of a request could grow: until when, what comes then, and from when on.
func (x reader) room(r scheduler.Request, n names) (lines []string) {
	h := r.Headroom
	if h == nil {
		return nil
	}
	said := phrases.Reader{Zone: x.zone, Now: x.now}
	lines = append(lines, said.Room(*h, r.Slot))
	for _, c := range h.Then[:min(mostThen, len(h.Then))] {
		lines = append(lines, "then "+n.Resource(c.Resource)+": "+c.Shortage()+c.Cause())
	}
	if earlier := said.Earlier(*h, r.Slot); earlier != "" {
		lines = append(lines, earlier)
	}
	return lines
}
