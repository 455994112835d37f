package console

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"berth/scheduler"
	"berth/testbeds"
	"berth/testbeds/plain"
)

// Check reports whether a wish fits, and if not, all conflicts. It returns ErrNo if it does not.
func (c Console) Check(ctx context.Context, w Wish) error {
	ask, err := w.Ask()
	if err != nil {
		return err
	}
	v, err := c.Service.Check(ctx, Local, ask)
	if err != nil {
		return err
	}
	if c.JSON {
		return cmp.Or(c.json(v), no(v))
	}
	z, err := c.zones(ctx)
	if err != nil {
		return err
	}
	c.printf("%s, %s: %s\n", name(ask), slot(ask.Slot), fits(v))
	c.verdict(v, z)
	return no(v)
}

// Suggest lists alternatives, the cheapest first. It returns ErrNo if there are none.
func (c Console) Suggest(ctx context.Context, w Wish) error {
	ask, err := w.Ask()
	if err != nil {
		return err
	}
	list, v, err := c.Service.Suggest(ctx, Local, ask)
	if err != nil {
		return err
	}
	if c.JSON {
		return c.json(struct {
			Fit          testbeds.Verdict       `json:"fit"`
			Alternatives []testbeds.Alternative `json:"alternatives"`
		}{v, list})
	}
	z, err := c.zones(ctx)
	if err != nil {
		return err
	}
	if !ask.Slot.IsZero() {
		c.printf("%s, %s: %s\n", name(ask), slot(ask.Slot), fits(v))
		c.verdict(v, z)
	}
	if len(list) == 0 {
		c.printf("\nno other way was found\n")
		return ErrNo
	}
	c.alternatives(list)
	return nil
}

func (c Console) zones(ctx context.Context) (zones, error) {
	f, _, err := c.Service.Facility(ctx, Local)
	return zonesOf(f), err
}

func name(a scheduler.Ask) string { return cmp.Or(a.NSD, "components and devices") }

func fits(v testbeds.Verdict) string {
	if v.Fits {
		return "fits"
	}
	return "does not fit"
}

func no(v testbeds.Verdict) error {
	if v.Fits {
		return nil
	}
	return ErrNo
}

func (c Console) verdict(v testbeds.Verdict, z zones) {
	for _, p := range v.Problems {
		c.printf("  never: %s\n", p.Message)
	}
	if len(v.Conflicts) > 0 {
		c.printf("\n")
		var rows [][]string
		for _, x := range v.Conflicts {
			size := func(n int64) string { return plain.Size(x.Resource.Quantity, n) }
			rows = append(rows, []string{x.Resource.String(), slot(x.Interval), size(x.Needed), size(x.Free), size(x.ShortBy),
				takers(x), z.local(x.Resource.Testbed, x.Interval)})
		}
		c.table([]string{"RESOURCE", "INTERVAL (UTC)", "NEEDED", "FREE", "SHORT BY", "TAKEN BY", "THERE"}, rows)
	}
	if v.Truncated {
		c.printf("and more conflicts than are listed\n")
	}
	if len(v.Contenders) > 0 {
		var names []string
		for _, t := range v.Contenders {
			names = append(names, t.Name())
		}
		c.printf("\nunder review for the same capacity: %s\n", strings.Join(names, ", "))
	}
	if v.Longest != nil {
		c.printf("\nlongest free from the requested start: %s\n", slot(*v.Longest))
	}
}

func takers(x testbeds.Conflict) string {
	var names []string
	for _, t := range x.TakenBy {
		n := t.Name()
		if t.Kind == testbeds.TakerBooking && t.Summary != "" {
			n += " " + t.Summary
		}
		names = append(names, fmt.Sprintf("%s (%d)", n, t.Amount))
	}
	if x.More > 0 {
		names = append(names, fmt.Sprintf("%d more", x.More))
	}
	return strings.Join(names, ", ")
}

func (c Console) alternatives(list []testbeds.Alternative) {
	c.printf("\nalternatives:\n")
	var rows [][]string
	for i, a := range list {
		var texts []string
		for _, ch := range a.Changes {
			texts = append(texts, ch.Text)
		}
		rows = append(rows, []string{fmt.Sprint(i + 1), slot(a.Slot), fmt.Sprintf("%.2f", a.Cost), strings.Join(texts, "; ")})
	}
	c.table([]string{"", "SLOT (UTC)", "COST", "WHAT CHANGES"}, rows)
}
