package calendarsync

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"berth/calendar/foreign"
	"berth/internal/caldavclient"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// Settings describe one calendar.
type Settings struct {
	Name       string
	Testbed    string
	Site       string   // where it is, for people
	Categories []string // only events with one of these close anything; empty: all do
	Rules      []Rule
	Nothing    bool // an event that names nothing closes nothing, instead of the whole testbed
	Write      bool // Berth writes bookings into it, and reads nothing
	Full       bool // with everything about them; else as much as the testbed shows to everybody
	Poll       time.Duration
	Horizon    time.Duration // how far ahead can be booked
	Pages      string        // address of Berth's pages
	Later      int64         // of the calendar's site
	Instance   string        // tells this Berth's events from those of others
}

// Rule says what the events of a category close.
type Rule struct {
	Category string
	VIM      string
	Device   string
	Count    int64 // of the device; 0: all
}

// Remote is a calendar somewhere else; *caldavclient.Client is one.
type Remote interface {
	Read(ctx context.Context) (caldavclient.Reading, error)
	Open(ctx context.Context) error
	List(ctx context.Context) ([]caldavclient.Object, error)
	Fetch(ctx context.Context, list []caldavclient.Object) ([]caldavclient.Object, error)
	Called(name string) caldavclient.Object
	Put(ctx context.Context, o caldavclient.Object) error
	Delete(ctx context.Context, o caldavclient.Object) error
}

// Facility decides about closures and requests.
type Facility interface {
	Facility(ctx context.Context, a account.Actor) (testbeds.Facility, int64, error)
	Testbed(ctx context.Context, a account.Actor, id string) (testbeds.Testbed, int64, error)
	TakeClosures(ctx context.Context, a account.Actor, testbed, source string, list []testbeds.Closure, o scheduler.ChangeOptions) (scheduler.FacilityChange, error)
	Get(ctx context.Context, a account.Actor, id string) (scheduler.View, error)
	List(ctx context.Context, a account.Actor, f scheduler.RequestFilter, cursor string) (scheduler.Page[scheduler.Request], error)
}

// Marks keep progress, for all processes.
type Marks interface {
	Mark(ctx context.Context, name string) (string, error)
	SetMark(ctx context.Context, name, before, value string) (ok bool, err error)
}

// Via begins the name of a calendar where a history says through what a step was taken.
const Via = "calendar"

// Sync ties one calendar to its testbed.
type Sync struct {
	o        Settings
	remote   Remote
	facility Facility
	marks    Marks
	clock    func() time.Time
	log      *slog.Logger
	actor    account.Actor
	said     string // the failure that was logged last

	mu      sync.Mutex // one reading or writing at a time
	parsed  map[string]parsed
	deleted map[string]bool // events that the server says were deleted, by key
	ours    map[string]bool // whether a UID is that of a request
	written map[string]copied
}

// parsed is an object as it was read, by its path.
type parsed struct {
	text     string
	calendar *foreign.Calendar
	keys     []string
	err      error
}

// New makes a sync.
func New(o Settings, remote Remote, f Facility, marks Marks, clock func() time.Time, log *slog.Logger) *Sync {
	a := account.System
	a.Via = Via + " " + o.Name
	return &Sync{o: o, remote: remote, facility: f, marks: marks, clock: clock, log: log.With(Via, o.Name), actor: a,
		parsed: map[string]parsed{}, deleted: map[string]bool{}, ours: map[string]bool{}, written: map[string]copied{}}
}

// Name returns the name of the calendar in the settings.
func (s *Sync) Name() string { return s.o.Name }

const (
	// lease bounds a round; a process that was frozen for longer has lost it.
	lease = 5 * time.Minute
	// readWithin bounds a reading, and what a round writes at once.
	readWithin = 2 * time.Minute
	// afterRefusal is the wait after a sign-in was refused: trying again and again may lock the account.
	afterRefusal = time.Hour
	// past is how long closures stay that are over.
	past = 30 * 24 * time.Hour
)

// now returns the present second.
func (s *Sync) now() time.Time { return s.clock().UTC().Truncate(time.Second) }

// own reports whether an event is one that Berth wrote.
func (s *Sync) own(uid, mark string) bool { return mark != "" && mark == s.o.Instance || s.ours[uid] }
