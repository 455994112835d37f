package story

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"berth/scheduler"
)

// Variables of the environment: the total number of stories over all stores, and a prefix of the judged invariants, to find the
// shortest story that breaks one among many.
const (
	variable = "BERTH_TEST_STORIES"
	only     = "BERTH_TEST_INVARIANT"
)

// ordinary is the default number of stories; the shares of the stores add up to it. With -short it is a tenth.
const ordinary = 300

// chapters multiplies rapid's number of steps (30 on average) in a story.
const chapters = 2

// Options choose the store of the stories, and their number.
type Options struct {
	Open  func(testing.TB) scheduler.Store // an empty store
	Share int                              // of the ordinary 300 stories
	About string                           // a theme that all stories have; the others are drawn

	// Found receives the findings, one per story and invariant, and lets the story go on. Without it the first finding fails the test.
	Found func(Finding)
}

// Finding is an invariant that a step of a story broke.
type Finding struct {
	Invariant string
	Step      string
	Text      string
}

// Ordinary makes a package's tests run the same stories each time, for its TestMain: chance must not decide whether a change passes. A
// given number of stories or seed varies them each time, as make soak does to find new failures.
func Ordinary() {
	flag.Parse()
	given := os.Getenv(variable) != ""
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == seed })
	if !given {
		_ = flag.Set(seed, "5020") // rapid defines the flag, and the value is a number
	}
}

const seed = "rapid.seed"

// volume is how many stories rapid tells of one seed. A second volume of the same seed would tell them again.
const volume = 100

// Tell runs the stories, in volumes beside one another: their first draws, one for each volume before it, make them differ although they begin
// with the same seed. With a failing story its volume ends, and rapid looks for the shortest story that fails like it.
func Tell(t *testing.T, o Options) {
	t.Helper()
	left := number(t, o)
	if left <= volume {
		o.tell(t, 0, left)
		return
	}
	volumes := (left + volume - 1) / volume
	for v := range volumes {
		share := left*(v+1)/volumes - left*v/volumes
		t.Run(fmt.Sprintf("volume %d", v+1), func(t *testing.T) {
			t.Parallel()
			o.tell(t, v, share)
		})
	}
}

// tell runs some stories of a volume.
func (o Options) tell(t *testing.T, before, left int) {
	t.Helper()
	failed := false
	rapid.Check(t, func(rt *rapid.T) {
		if left--; left < 0 && !failed {
			return // rapid runs more than requested; after a failure it looks for a shorter story
		}
		defer func() {
			if broke := recover(); broke != nil {
				failed = failed || !abandoned(broke)
				panic(broke)
			}
		}()
		for range before {
			rapid.Uint64().Draw(rt, "volume before")
		}
		tell(t, rt, o)
	})
}

// abandoned reports whether rapid itself ended a story: a file with an earlier failure that no longer fits is no failure.
func abandoned(broke any) bool { return fmt.Sprintf("%T", broke) == "rapid.invalidData" }

func number(t *testing.T, o Options) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" && testing.Short() {
		return max(1, o.Share/10)
	}
	if text == "" {
		return o.Share
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s must be a number of stories, not %q", variable, text)
	}
	return (n*o.Share + ordinary - 1) / ordinary
}

func tell(t *testing.T, rt *rapid.T, o Options) {
	stage := &stage{TB: t}
	defer stage.clear()
	m := newMachine(stage, rt, o)
	m.furnish()
	m.before = m.look()
	for range 3 {
		m.submit(rt)
		m.before = m.look()
	}
	m.granted(rt)
	m.before = m.look()
	steps := m.steps(rt)
	for range chapters {
		rt.Repeat(steps)
	}
}
