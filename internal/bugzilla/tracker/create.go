package tracker

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"berth/internal/bugzilla"
	"berth/internal/tickets"
)

// Create makes the bug of a request, whose id is its alias, or finds the one that an earlier attempt has made.
func (t *Tracker) Create(ctx context.Context, n tickets.NewTicket) (key string, err error) {
	s := t.settings
	b := bugzilla.NewBug{Product: s.Product, Component: n.Place, Version: s.Version, OpSys: s.OpSys, Platform: s.Platform, Summary: n.Summary, Description: n.Description,
		Alias: n.Request, URL: n.URL, Deadline: n.Deadline, Assignee: n.Assignee, CC: n.CC, Extra: s.extra()}
	without := relate(b.Extra, n.Related)
	ours := func(x bugzilla.Bug) bool { return x.URL == n.URL || strings.EqualFold(x.Creator, s.Login) }
	id, err := t.client.Create(ctx, b, ours)
	if without != nil && err != nil && !bugzilla.IsTemporary(err) && !bugzilla.IsNoSuchPerson(err) { // not every installation accepts it, and the description names the other bug
		b.Extra = without
		id, err = t.client.Create(ctx, b, ours)
	}
	if err != nil {
		return "", err
	}
	return strconv.FormatInt(id, 10), nil
}

// relate makes a new bug refer to others, which then refer to it. without are the fields without the references; nil if there are none.
func relate(extra map[string]any, related []string) (without map[string]any) {
	if len(related) == 0 {
		return nil
	}
	without = maps.Clone(extra)
	given, _ := extra["see_also"].([]string)
	extra["see_also"] = append(slices.Clone(related), given...)
	return without
}
