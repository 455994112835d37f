package large_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"berth/internal/testdb"
	"berth/internal/testdb/large"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// BenchmarkWaiting counts what waits for people, as each page does: of a process that begins, of one that knows all, and after a change.
func BenchmarkWaiting(b *testing.B) {
	for _, n := range []int{1000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			ctx, now := context.Background(), time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
			db := testdb.Open(b, testdb.SQLite(b))
			if err := large.Fill(ctx, db, large.Size{Testbeds: 100, Requests: n, Now: now}); err != nil {
				b.Fatal(err)
			}
			begin := func() *scheduler.Service {
				return scheduler.New(db, scheduler.Options{Clock: func() time.Time { return now }, NewID: uuid.NewString})
			}
			mentor := account.ActorOf(account.Person{Username: large.Mentor, Roles: []account.Role{account.RoleMentor, account.RoleOperator}})
			count := func(b *testing.B, s *scheduler.Service) {
				b.Helper()
				if _, err := s.Waiting(ctx, mentor); err != nil {
					b.Fatal(err)
				}
			}
			s := begin()
			r, err := s.Submit(ctx, account.System, scheduler.Submission{Name: "one more", Experimenter: "user1", Anyway: true, Ask: scheduler.Ask{NSD: "core_at_0001", Slot: testbeds.NewSlot(now.Add(time.Hour), time.Hour)}})
			if err != nil {
				b.Fatal(err)
			}
			count(b, s)
			b.Run("begins", func(b *testing.B) {
				for b.Loop() {
					count(b, begin())
				}
			})
			b.Run("knows", func(b *testing.B) {
				for b.Loop() {
					count(b, s)
				}
			})
			b.Run("follows", func(b *testing.B) {
				for b.Loop() {
					b.StopTimer()
					if _, err := s.AddFeedback(ctx, account.System, r.Request.ID, "news", scheduler.Creation{}); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
					count(b, s)
				}
			})
		})
	}
}
