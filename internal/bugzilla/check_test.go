package bugzilla_test

import (
	"strings"
	"testing"

	"berth/internal/bugzilla"
)

// faults are what the check finds wrong with one thing.
func (d *desk) faults(what string) (list []bugzilla.Finding) {
	d.t.Helper()
	for _, f := range d.tickets.Check(d.t.Context()) {
		if f.What == what && !f.OK {
			list = append(list, f)
		}
	}
	return list
}

// TestEachMissingStepIsOneLine however many requests would have to take it.
func TestEachMissingStepIsOneLine(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.server.DropStep("IN_PROGRESS", "CONFIRMED")
		if list := d.faults("workflow"); len(list) != 1 || !strings.Contains(list[0].Detail, "from IN_PROGRESS to CONFIRMED") {
			t.Errorf("found %+v", list)
		}
		d.server.DropStep("IN_PROGRESS", "RESOLVED")
		list := d.faults("workflow")
		if len(list) != 2 || !strings.Contains(list[0].Detail+list[1].Detail, "from IN_PROGRESS to RESOLVED") {
			t.Errorf("found %+v", list)
		}
	})
}

func TestTheCheckSeesStepsThatTakeComments(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.server.TakeComments("* RESOLVED")
		line, _ := finding(t, d, "workflow")
		if !line.OK || !strings.Contains(line.Detail, "IN_PROGRESS to RESOLVED") {
			t.Errorf("the check says %+v", line)
		}
	})
}

func TestTheCheckSeesHowPeopleAreMailed(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		if line, _ := finding(t, d, "mail"); !line.OK || line.Remedy != "" {
			t.Errorf("of a usual one the check says %+v", line)
		}
		d.server.SetParameter("mail_delivery_method", "None")
		if line, _ := finding(t, d, "mail"); !line.OK || !strings.Contains(line.Detail, "mails nobody") || line.Remedy == "" {
			t.Errorf("without mail the check says %+v", line)
		}
		d.server.SetParameter("emailsuffix", "@bugs.example")
		if line, _ := finding(t, d, "mail"); line.OK || !strings.Contains(line.Detail, "emailsuffix") {
			t.Errorf("of logins without a domain the check says %+v", line)
		}
	})
}
