package scheduler_test

import (
	"context"
	"fmt"
	"time"

	"berth/internal/story/memory"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// Two experiments want three of four radios in the same hours. The mentor grants the first one; the second is refused, with its shortage and the time
// of it.
func ExampleService_Schedule() {
	ctx, id := context.Background(), 0
	store := memory.New()
	service := scheduler.New(store, scheduler.Options{
		Clock: func() time.Time { return time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC) },
		NewID: func() string { id++; return fmt.Sprintf("00000000-0000-4000-8000-%012d", id) },
	})
	ada := account.Person{Username: "ada", Name: "Ada", Roles: []account.Role{account.RoleExperimenter}}
	monika := account.Person{Username: "monika", Name: "Monika", Roles: []account.Role{account.RoleMentor}}
	for _, p := range []account.Person{ada, monika} {
		p.Revision = 1
		if err := store.Change(ctx, nil, func(tx scheduler.Tx) error { return tx.PutPerson(ctx, p) }); err != nil {
			panic(err)
		}
	}
	hall := testbeds.Testbed{ID: "hall", Name: "Radio hall", Timezone: "Europe/Dublin", Approval: testbeds.ApprovalInformed,
		Devices: []testbeds.Device{{ID: "usrp", Count: 4}}}
	if _, err := service.PutTestbed(ctx, account.System, hall, scheduler.ChangeOptions{}); err != nil {
		panic(err)
	}

	wanted := scheduler.Submission{Name: "handover", Mentor: "monika", Anyway: true, Ask: scheduler.Ask{
		Devices: []testbeds.DeviceNeed{{Testbed: "hall", Device: "usrp", Count: 3}},
		Slot:    testbeds.NewSlot(time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC), 4*time.Hour),
	}}
	for range 2 {
		made, err := service.Submit(ctx, account.ActorOf(ada), wanted)
		if err != nil {
			panic(err)
		}
		granted, err := service.Schedule(ctx, account.ActorOf(monika), made.Request.ID, scheduler.Schedule{})
		if err != nil {
			fmt.Println(scheduler.CodeOf(err))
			for _, reason := range scheduler.Explain(err) {
				fmt.Println(reason)
			}
			continue
		}
		fmt.Println(granted.Request.Status, granted.Request.Scheduled)
	}
	// Output:
	// SCHEDULED 2026-03-03 09:00:00Z – 2026-03-03 13:00:00Z
	// conflict
	// request #2 does not fit
	// hall usrp: short by 2 (3 needed, 1 free), 2026-03-03 09:00:00Z – 2026-03-03 13:00:00Z
}
