package console

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"berth/scheduler"
	"berth/testbeds"
)

// Verify checks the whole database from scratch. It returns ErrNo if it finds a violation.
func (c Console) Verify(ctx context.Context) error {
	v, err := c.Service.Verify(ctx)
	if err != nil {
		return err
	}
	var unclean error
	if !v.Clean() {
		unclean = ErrNo
	}
	if c.JSON {
		return cmp.Or(c.json(struct {
			Clean bool `json:"clean"`
			scheduler.Verification
		}{v.Clean(), v}), unclean)
	}
	c.overcommitments("unrecorded bookings beyond capacity:", v.Overcommitments)
	c.overcommitments("recorded overbooks:", v.Recorded)
	for i, line := range v.Inconsistencies {
		if i == 0 {
			c.printf("inconsistencies:\n")
		}
		c.printf("  %s\n", line)
	}
	verdict := "clean"
	if !v.Clean() {
		verdict = "NOT CLEAN"
	}
	c.printf("%d requests, %d bookings, %d overcommitments, %d recorded overbooks, %d inconsistencies: %s\n",
		v.Requests, v.Bookings, len(v.Overcommitments), len(v.Recorded), len(v.Inconsistencies), verdict)
	return unclean
}

func (c Console) overcommitments(title string, list []testbeds.Overcommitment) {
	if len(list) == 0 {
		return
	}
	c.printf("%s\n", title)
	var rows [][]string
	for _, o := range list {
		resource := o.Resource.String()
		if o.Unit != "" {
			resource += " unit " + o.Unit
		}
		if o.Missing {
			resource += " (not in the facility)"
		}
		rows = append(rows, []string{resource, slot(o.Interval), fmt.Sprint(o.Total), fmt.Sprint(o.Booked),
			strings.Trim(fmt.Sprint(o.Bookings), "[]")})
	}
	c.table([]string{"RESOURCE", "INTERVAL (UTC)", "TOTAL", "BOOKED", "BOOKINGS"}, rows)
	c.printf("\n")
}
