package scheduler_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// TestManyAtOnce lets several processes with several people each decide about the same capacity at once. Every decision that succeeded must still be
// there afterwards, and no capacity may be overbooked.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var all sync.WaitGroup
	granted := make(chan string, 1000)
	for process := range 3 {
		service := h.another()
		for person := range 4 {
			rng := rand.New(rand.NewPCG(uint64(process), uint64(person)))
			all.Go(func() {
				for range 15 {
					if id, err := book(t, service, rng); err != nil {
						t.Error(err)
					} else if id != "" {
						granted <- id
					}
				}
			})
		}
	}
	all.Wait()
	close(granted)
	count := 0
	for id := range granted {
		count++
		if s := h.get(id).Status; s != scheduler.Scheduled {
			t.Errorf("%s was granted, and is %s", id, s)
		}
	}
	if count < 5 {
		t.Errorf("only %d requests were granted", count)
	}
	h.clean()
}

// book submits a request, gets its approvals and has it granted; it returns an empty id where that was refused, as many must be.
func book(t *testing.T, s *scheduler.Service, rng *rand.Rand) (string, error) {
	slot := testbeds.NewSlot(morning.Add(time.Duration(24+rng.IntN(72))*time.Hour), time.Duration(1+rng.IntN(6))*time.Hour)
	in := wants([]string{"marathon", "hydra", "c2gran", "video"}[rng.IntN(4)], slot)
	in.Anyway = true
	out, err := s.Submit(t.Context(), as("maeve"), in)
	if err != nil {
		return "", fmt.Errorf("submit: %w", err)
	}
	if _, _, err := s.Suggest(t.Context(), as("hector"), in.Ask); err != nil {
		return "", fmt.Errorf("suggest: %w", err)
	}
	if _, err := s.List(t.Context(), as("hector"), scheduler.RequestFilter{}, ""); err != nil {
		return "", fmt.Errorf("list: %w", err)
	}
	_, err = s.Schedule(t.Context(), as("monika"), out.Request.ID, scheduler.Schedule{
		Override: &scheduler.Override{Mode: scheduler.OverrideApprovals, Reason: "agreed"}})
	switch scheduler.CodeOf(err) {
	case scheduler.CodeConflict:
		_, err = s.Reject(t.Context(), as("monika"), out.Request.ID, scheduler.Reject{Reason: "no", Count: rng.IntN(2)})
		return "", err
	case "":
		return out.Request.ID, err
	}
	return "", err
}
