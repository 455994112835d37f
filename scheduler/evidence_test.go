package scheduler

import (
	"slices"
	"testing"
)

// Verify knows a stage for every status, some step leads to it, and everybody concerned may look and talk.
func TestTheTablesKnowEveryStatus(t *testing.T) {
	t.Parallel()
	for _, s := range Statuses {
		if _, known := stages[s]; !known {
			t.Errorf("stages has nothing for %s: it is judged as nothing by Verify", s)
		}
		reached := false
		for action, x := range life {
			if reached = reached || slices.Contains(x.to, s); action == ActionView && !slices.Contains(x.from, s) {
				t.Errorf("nobody may look at a request that is %s", s)
			}
		}
		if !reached {
			t.Errorf("no step leads to %s", s)
		}
		leaves := slices.ContainsFunc(actions, func(a Action) bool { return len(life[a].to) > 0 && slices.Contains(life[a].from, s) })
		if leaves != (s.Live() || s == Cancelled) { // of a cancelled one only a no-show can be corrected, see Request.open
			t.Errorf("%s is live: %v; and a step leads on from it: %v", s, s.Live(), leaves)
		}
	}
	for _, x := range life {
		for _, s := range append(slices.Clone(x.from), x.to...) {
			if !slices.Contains(Statuses, s) {
				t.Errorf("the table of steps has the status %q, which nobody knows", s)
			}
		}
	}
}
