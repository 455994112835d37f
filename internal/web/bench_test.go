package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"berth/internal/auth"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// BenchmarkSchedule serves the schedule with 10 testbeds of 5,000 bookings each within four weeks, from the call to the last byte.
func BenchmarkSchedule(b *testing.B) {
	ctx := context.Background()
	db := testdb.Open(b, testdb.SQLite(b))
	now := time.Now().UTC().Truncate(time.Hour)
	svc := scheduler.New(db, scheduler.Options{Clock: time.Now, NewID: uuid.NewString})
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	var f testbeds.Facility
	for t := range 10 {
		f.Testbeds = append(f.Testbeds, testbeds.Testbed{ID: fmt.Sprint("bed-", t), Name: fmt.Sprint("Testbed ", t), Timezone: "UTC", VIMs: []testbeds.VIM{{ID: "v", Capacity: testbeds.Quantities{"vcpu": 1_000_000}}}})
	}
	_, err := svc.PutFacility(ctx, account.System, f, scheduler.ChangeOptions{})
	must(err)
	_, err = auth.New(db, time.Now).PutPerson(ctx, account.System, account.Person{Username: "monika", Name: "Monika", Roles: []account.Role{account.RoleMentor}, Password: auth.Hash(password)})
	must(err)
	for batch := range 50 {
		must(db.Change(ctx, nil, func(tx scheduler.Tx) error {
			for i := range 1000 {
				n := batch*1000 + i
				slot := testbeds.NewSlot(now.Add(time.Duration(n/10)*8*time.Minute), time.Duration(1+n%40)*time.Hour)
				need := testbeds.Need{Resource: testbeds.Resource{Testbed: fmt.Sprint("bed-", n%10), VIM: "v", Quantity: "vcpu"}, Amount: 4}
				r := scheduler.Request{ID: uuid.NewString(), Name: "Trial", Experimenter: "eva", Status: scheduler.Scheduled, Slot: slot, Scheduled: &slot, Demand: testbeds.Demand{need}, Created: now, Updated: now, Revision: 1}
				if err := tx.CreateRequest(ctx, &r); err != nil {
					return err
				}
				booking := testbeds.Booking{Request: r.Number, Strength: testbeds.Firm, Slot: slot, Claims: []testbeds.Claim{{Need: need, From: slot.Start, To: slot.End}}}
				if err := tx.PutBooking(ctx, r.ID, &booking); err != nil {
					return err
				}
			}
			return tx.AddEvent(ctx, scheduler.Event{At: now, Kind: "facility"})
		}))
	}
	h, err := New(svc, auth.New(db, time.Now), Options{Log: slog.New(slog.DiscardHandler), Clock: time.Now, Base: "http://berth.example", Deliveries: db})
	must(err)
	send := func(path, cookie string, form url.Values) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		if form != nil {
			r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		r.Header.Set("Cookie", cookie)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	c := send("/sign-in", "", url.Values{"username": {"monika"}, "password": {password}}).Result().Cookies()[0]
	send("/schedule?span=month", c.Name+"="+c.Value, nil) // the bookings are in memory from then on
	for _, span := range []string{"day", "week", "month", "quarter"} {
		b.Run(span, func(b *testing.B) {
			for b.Loop() {
				w := send("/schedule?span="+span, c.Name+"="+c.Value, nil)
				if w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body)
				}
				b.ReportMetric(float64(w.Body.Len()), "bytes")
			}
		})
	}
}
