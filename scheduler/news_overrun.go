package scheduler

// overruns tells the notices of overruns apart. An experiment that runs past its end is prolonged hour by hour, and each hour is a change of its own; to
// people all of them are one notice, which says the latest, and is seen once its beginning was.
type overruns struct {
	first    map[int64]int64 // by the sequence of the latest notice of an overrun: that of its first
	replaced map[int64]bool  // by sequence: a later notice of the same overrun says more
}

// overruns finds the notices of overruns, once.
func (t *tray) overruns() overruns {
	t.following.Do(func() {
		t.lasting = overruns{first: map[int64]int64{}, replaced: map[int64]bool{}}
		latest := map[string]int64{} // by request, while its overrun lasts
		for _, e := range t.recent {
			switch {
			case e.Action == ActionOverrun && e.Status.Begun():
				before, again := latest[e.Request]
				first := e.Sequence
				if again {
					first, t.lasting.replaced[before] = t.lasting.first[before], true
					delete(t.lasting.first, before)
				}
				t.lasting.first[e.Sequence], latest[e.Request] = first, e.Sequence
			case e.Action == ActionMove: // to another end, past which it may run anew
				delete(latest, e.Request)
			}
		}
	})
	return t.lasting
}

// begun returns the sequence with which a notice began: that of the change itself, but for an overrun that lasts.
func (o overruns) begun(e *Event) int64 {
	if first, ok := o.first[e.Sequence]; ok {
		return first
	}
	return e.Sequence
}
