package scheduler

import (
	"context"
	"time"

	"berth/scheduler/proof"
	"berth/testbeds"
	"berth/testbeds/capacity"
)

// Verification is the result of Verify.
type Verification struct {
	Requests        int                       `json:"requests"`
	Bookings        int                       `json:"bookings"`
	Overcommitments []testbeds.Overcommitment `json:"overcommitments"` // not recorded as overbooked: must never happen
	Recorded        []testbeds.Overcommitment `json:"recorded"`        // recorded overbooks
	Inconsistencies []string                  `json:"inconsistencies"` // requests, bookings, approvals, history and columns that do not agree
}

// Clean reports whether Verify found no fault.
func (v Verification) Clean() bool { return len(v.Overcommitments) == 0 && len(v.Inconsistencies) == 0 }

// Verify judges the whole database from nothing, in one snapshot, and shares no code with decisions: it adds up every claim in force against the
// facility, compares every request with its bookings, approvals and history, and every column with its document. It returns no code of its own.
func (s *Service) Verify(ctx context.Context) (Verification, error) {
	var v *verifying
	err := s.store.View(ctx, func(tx Reader) error {
		v = &verifying{s: s, tx: tx, audit: tx.Audit(), series: proof.NewSeries(), now: s.now(), since: s.now().Truncate(day).Add(-past), until: s.now().Truncate(day).Add(s.o.Horizon + day)}
		v.found = Verification{Overcommitments: []testbeds.Overcommitment{}, Recorded: []testbeds.Overcommitment{}, Inconsistencies: []string{}}
		if err := v.proveQuotas(ctx, &s.policies); err != nil {
			return err
		}
		for _, judge := range []func(context.Context) error{v.size, v.gather, v.sweep, v.prove, v.proveSeries, v.patient, v.columns} {
			if err := judge(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Verification{}, err
	}
	return v.found, nil
}

// verifying is one run of Verify. It keeps the bookings in force in memory; requests pass through it.
type verifying struct {
	s        *Service
	tx       Reader
	audit    Audit
	now      time.Time
	since    time.Time // bookings that ended before are over
	until    time.Time // the end of the time that can be booked
	facility testbeds.Facility
	bookings *proof.Bookings
	series   *proof.Series
	quotas   quotaProof
	swept    testbeds.Slot
	of       struct{ bookings, requests int } // how many there are, for those who wait
	short    map[int64]bool                   // bookings that an overcommitment touches
	waits    []Request                        // without an offer yet
	found    Verification
}

// size counts what there is to check, if anybody wants to know how far it is.
func (v *verifying) size(ctx context.Context) (err error) {
	if v.s.o.Tell != nil {
		v.of.bookings, v.of.requests, err = v.audit.Size(ctx, v.since)
	}
	return err
}

// gather reads the bookings in force.
func (v *verifying) gather(ctx context.Context) (err error) {
	if v.facility, err = v.tx.Facility(ctx); err != nil {
		return err
	}
	v.bookings, v.swept = new(proof.Bookings), testbeds.Slot{Start: v.now, End: v.now.Add(time.Second)}
	return v.audit.Bookings(ctx, v.since, func(b testbeds.Booking) error {
		v.bookings.Add(b)
		v.reach(b)
		v.found.Bookings++
		v.told("bookings", v.found.Bookings, v.of.bookings)
		return nil
	})
}

// reach makes the sweep reach over a booking. It leaves out the past, when the facility may have been different; but it starts at the first booking
// that is marked as overbooked, to find the cause of the mark.
func (v *verifying) reach(b testbeds.Booking) {
	from, to := b.Slot.Start, b.Slot.End
	for _, c := range b.Claims {
		from, to = sooner(from, c.From), later(to, c.To)
	}
	v.swept.End = later(v.swept.End, to)
	if b.Overbooked && to.After(v.now) {
		v.swept.Start = sooner(v.swept.Start, from)
	}
}

// told reports progress now and then: of what is done, and how much there is of it; 0 where nobody knows.
func (v *verifying) told(what string, done, of int) { v.s.told("checking "+what, done, of) }

// sweep finds overcommitments, of one resource after the other.
func (v *verifying) sweep(context.Context) error {
	v.swept.Start = later(v.swept.Start, v.since)
	v.swept.End = sooner(v.swept.End, v.until.AddDate(2, 0, 0))
	v.short = map[int64]bool{}
	done := 0
	for _, bookings := range v.bookings.ByResource() {
		v.told("capacity", done, v.bookings.Resources())
		done++
		over, err := capacity.Sweep(v.facility, v.swept, bookings)
		if err != nil {
			return err
		}
		for _, o := range over {
			for _, id := range o.Bookings {
				v.short[id] = true
			}
			v.over(o)
		}
	}
	return nil
}

// over adds an overcommitment to the findings, as far as it is still ahead.
func (v *verifying) over(o testbeds.Overcommitment) {
	if o.Interval.Start = later(o.Interval.Start, v.now); !o.Interval.Start.Before(o.Interval.End) {
		return
	}
	if o.Recorded {
		v.found.Recorded = append(v.found.Recorded, o)
	} else {
		v.found.Overcommitments = append(v.found.Overcommitments, o)
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// prove judges every request, and then the bookings that no request knows.
func (v *verifying) prove(ctx context.Context) error {
	p := proof.New(v.bookings, proof.Options{Now: v.now, Since: v.since, Swept: v.swept.Start, Short: v.short, Named: named(v.facility)})
	err := v.audit.Requests(ctx, func(r Record) (err error) {
		x := evidence(r.Request)
		if x.History, err = v.history(ctx, r); err != nil {
			return err
		}
		p.Judge(x)
		if err := v.tellSeries(ctx, r.Request); err != nil {
			return err
		}
		if r.waitsAt(v.now) {
			v.waits = append(v.waits, r.Request)
		}
		v.quotas.add(r.Request)
		v.found.Requests++
		v.told("requests", v.found.Requests, v.of.requests)
		return nil
	})
	v.found.Inconsistencies = append(append(v.found.Inconsistencies, p.Findings()...), v.quotas.findings()...)
	return err
}

// columns adds the store's own findings.
func (v *verifying) columns(ctx context.Context) error {
	v.told("columns", 0, 0)
	return v.audit.Contradictions(ctx, func(text string) error {
		v.found.Inconsistencies = append(v.found.Inconsistencies, text)
		return nil
	})
}
