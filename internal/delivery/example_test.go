package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"berth/internal/delivery"
	"berth/scheduler"
)

// shelf keeps deliveries in memory. The store keeps them beside the events, and writes them in the transaction that makes an event.
type shelf []scheduler.Delivery

func (s *shelf) DueDeliveries(_ context.Context, _, _ string, now time.Time, _ int) (list []scheduler.Delivery, err error) {
	for _, m := range *s {
		if !m.Due.After(now) {
			list = append(list, m)
		}
	}
	return list, nil
}

func (s *shelf) Claim(_ context.Context, m scheduler.Delivery, until time.Time) (mine bool, err error) {
	return true, s.keep(m, until)
}

func (s *shelf) Delivered(context.Context, scheduler.Delivery, time.Time, ...string) error {
	*s = nil
	return nil
}

func (s *shelf) Postponed(_ context.Context, m scheduler.Delivery, until time.Time, failure string) error {
	fmt.Println("kept:", failure)
	return s.keep(m, until)
}

func (s *shelf) Stuck(_ context.Context, m scheduler.Delivery, until time.Time, failure, remedy string) error {
	fmt.Println("stuck:", failure+";", remedy)
	return s.keep(m, until)
}

func (s *shelf) keep(m scheduler.Delivery, until time.Time) error {
	m.Due = until
	*s = shelf{m}
	return nil
}

// The courier delivers a message to a system that is down at first. It keeps the message, tries again later, and delivers it once.
func ExampleCourier() {
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	queue := &shelf{{Channel: "ticket", Due: now, Event: scheduler.Event{Text: "request #42 was scheduled"}}}
	answer := errors.New("connection refused")
	courier := delivery.New(queue, func(_ context.Context, m scheduler.Delivery) (targets []string, err error) {
		if answer == nil {
			fmt.Println("delivered:", m.Event.Text)
		}
		return nil, answer
	}, delivery.Options{Channel: "ticket", Clock: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})

	for round := range 4 {
		delivered, err := courier.Round(context.Background())
		fmt.Println("round", round, "delivered", delivered, err)
		switch round {
		case 0: // the system is back, but the courier waits a while
			answer = nil
		case 1:
			now = now.Add(time.Hour)
		}
	}
	// Output:
	// kept: connection refused
	// round 0 delivered 0 <nil>
	// round 1 delivered 0 <nil>
	// delivered: request #42 was scheduled
	// round 2 delivered 1 <nil>
	// round 3 delivered 0 <nil>
}
