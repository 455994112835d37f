package tickets

import (
	"context"
	"encoding/json"
	"time"
)

// Progress tells how far polling has come.
type Progress struct {
	Cursor  time.Time `json:"cursor"` // the latest change seen, by the tracker's clock
	Polled  time.Time `json:"polled"` // time of that poll, by our clock
	Swept   time.Time `json:"swept"`
	Failure string    `json:"failure,omitempty"` // of the last attempt, empty where it succeeded
	Remedy  string    `json:"remedy,omitempty"`  // advice against the failure
	Again   []string  `json:"again,omitempty"`   // tickets that failed, to be tried again
	Seen    int64     `json:"seen,omitempty"`    // number of changed tickets handled, in all
	Lost    []string  `json:"lost,omitempty"`    // tickets that are no longer visible
}

// Marks stores the progress.
type Marks interface {
	Mark(ctx context.Context, name string) (string, error)
}

// ReadProgress reads the progress of polling a tracker, by whichever process. via is the tracker's name in About.
func ReadProgress(ctx context.Context, m Marks, via string) (Progress, error) {
	p, _, err := progress(ctx, m, via)
	return p, err
}

// progress reads the progress, and its stored text.
func progress(ctx context.Context, m Marks, via string) (p Progress, text string, err error) {
	if text, err = m.Mark(ctx, via); err != nil || text == "" {
		return p, text, err
	}
	return p, text, json.Unmarshal([]byte(text), &p)
}

// Progress reads the progress of polling.
func (s *Service) Progress(ctx context.Context) (Progress, error) {
	return ReadProgress(ctx, s.store, s.about.Via)
}
