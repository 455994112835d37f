package tickets

import (
	"context"
	"encoding/json"
	"time"
)

// Progress is how far polling has come.
type Progress struct {
	Cursor  time.Time `json:"cursor"` // the latest change that was seen, by the tracker's clock
	Polled  time.Time `json:"polled"` // when that was, by ours
	Swept   time.Time `json:"swept"`
	Failure string    `json:"failure,omitempty"` // of the last attempt, empty where it succeeded
	Remedy  string    `json:"remedy,omitempty"`  // what can be done about that
	Again   []string  `json:"again,omitempty"`   // tickets that could not be dealt with, and are looked at again
	Seen    int64     `json:"seen,omitempty"`    // how many changed tickets were looked at, in all
	Lost    []string  `json:"lost,omitempty"`    // tickets that cannot be seen any more
}

// Marks is where it is noted.
type Marks interface {
	Mark(ctx context.Context, name string) (string, error)
}

// ReadProgress reads how far polling a tracker has come, whichever process does it. via is what About calls the tracker.
func ReadProgress(ctx context.Context, m Marks, via string) (Progress, error) {
	p, _, err := progress(ctx, m, via)
	return p, err
}

// progress reads it, and the text that it is noted as.
func progress(ctx context.Context, m Marks, via string) (p Progress, text string, err error) {
	if text, err = m.Mark(ctx, via); err != nil || text == "" {
		return p, text, err
	}
	return p, text, json.Unmarshal([]byte(text), &p)
}

// Progress reads how far polling has come.
func (s *Service) Progress(ctx context.Context) (Progress, error) {
	return ReadProgress(ctx, s.store, s.about.Via)
}
