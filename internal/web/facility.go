package web

import (
	"net/http"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"berth/testbeds"
)

// facilityPage lists the testbeds for who makes and changes them.
type facilityPage struct {
	Testbeds []testbeds.Testbed
	Sample   bool // the sample facility can be loaded
}

func (s *site) facility(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if err := administers(who); err != nil {
		return err
	}
	f, _, err := s.service.Facility(r.Context(), who)
	if err != nil {
		return err
	}
	s.show(w, r, http.StatusOK, "facility.html", "Facility", who, facilityPage{f.Testbeds, len(f.Testbeds) == 0 && s.o.Sample != nil})
	return nil
}

// loadSample fills an empty facility and catalogue with those of the demo.
func (s *site) loadSample(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if err := administers(who); err != nil {
		return err
	}
	ctx := r.Context()
	now, revision, err := s.service.Facility(ctx, who)
	if err != nil {
		return err
	}
	if len(now.Testbeds) > 0 || s.o.Sample == nil {
		return scheduler.Errorf(scheduler.CodeConflict, "the sample goes into an empty facility only, and this one has testbeds")
	}
	f, c, err := s.o.Sample()
	if err != nil {
		return err
	}
	if _, err := s.service.PutFacility(ctx, who, f, scheduler.ChangeOptions{Revision: revision}); err != nil {
		return err
	}
	k, _, err := s.service.Catalogue(ctx, who)
	if err == nil && len(k.VNFs)+len(k.NSDs) == 0 {
		_, err = s.service.PutCatalogue(ctx, who, c, scheduler.ChangeOptions{})
	}
	if err != nil {
		return err
	}
	return done(w, r, "/admin/facility", "sample-loaded")
}

// inAll words what a testbed has in a line: "2 VIMs with 34 vCPU, 360 GB memory, 14 TB storage; 3 kinds of devices".
func inAll(t testbeds.Testbed) string {
	sum := testbeds.Quantities{}
	for _, v := range t.VIMs {
		for name, n := range v.Capacity {
			sum[name] += n
		}
	}
	return phrases.Amounts(sum)
}
