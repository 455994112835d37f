package bugzilla

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// markName is under which it is noted how far polling has come.
const markName = "bugzilla"

// Progress is how far polling has come.
type Progress struct {
	Cursor  time.Time `json:"cursor"` // the latest change that was seen, by the server's clock
	Polled  time.Time `json:"polled"` // when that was, by ours
	Swept   time.Time `json:"swept"`
	Failure string    `json:"failure,omitempty"` // of the last attempt, empty where it succeeded
	Remedy  string    `json:"remedy,omitempty"`  // what can be done about that
	Again   []int64   `json:"again,omitempty"`   // bugs that could not be dealt with, and are looked at again
	Seen    int64     `json:"seen,omitempty"`    // how many changed bugs were looked at, in all
	Lost    []int64   `json:"lost,omitempty"`    // tickets that cannot be seen any more
}

// Progress reads how far polling has come.
func (t *Tickets) Progress(ctx context.Context) (Progress, error) { return ReadProgress(ctx, t.memory) }

// ReadProgress reads how far polling has come, whichever process does it.
func ReadProgress(ctx context.Context, m Marks) (Progress, error) {
	p, _, err := progress(ctx, m)
	return p, err
}

// Marks is where it is noted.
type Marks interface {
	Mark(ctx context.Context, name string) (string, error)
}

func progress(ctx context.Context, m Marks) (p Progress, text string, err error) {
	if text, err = m.Mark(ctx, markName); err != nil || text == "" {
		return p, text, err
	}
	return p, text, json.Unmarshal([]byte(text), &p)
}

// Poll does in Berth what people did in Bugzilla since the last time. A bug that cannot be dealt with for now is looked at again, and keeps none of
// the others: the error is of those faults alone that all of them meet. With a sweep it looks at every ticket, wherever it is by now. Several
// processes may poll at once: what one deals with the others find done.
func (t *Tickets) Poll(ctx context.Context, sweep bool) (done int, err error) {
	p, before, err := progress(ctx, t.memory)
	if err != nil {
		return 0, err
	}
	next := p
	done, err = t.poll(ctx, &next, sweep)
	next.Failure, next.Remedy = "", ""
	if err != nil {
		next.Cursor, next.Swept, next.Again, next.Failure, next.Remedy = p.Cursor, p.Swept, p.Again, cut(err.Error()), Remedy(err)
	} else {
		next.Polled = t.clock()
	}
	text, jsonErr := json.Marshal(next)
	_, markErr := t.memory.SetMark(ctx, markName, before, string(text)) // where somebody else was faster, they have seen as much
	return done, errors.Join(err, jsonErr, markErr)
}
