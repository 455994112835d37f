package tracker

import (
	"context"
	"maps"
	"strconv"
	"strings"

	"berth/internal/bugzilla"
	"berth/internal/tickets"
)

// Create makes the bug of a request, whose id is its alias, or finds the one that an earlier attempt has made.
func (t *Tracker) Create(ctx context.Context, n tickets.NewTicket) (key int64, err error) {
	s := t.settings
	b := bugzilla.NewBug{Product: s.Product, Component: n.Place, Version: s.Version, OpSys: s.OpSys, Platform: s.Platform, Summary: n.Summary, Description: n.Description,
		Alias: n.Request, URL: n.URL, Deadline: n.Deadline, Assignee: n.Assignee, CC: n.CC, Extra: s.extra()}
	without := relate(b.Extra, n.Related)
	ours := func(x bugzilla.Bug) bool { return x.URL == n.URL || strings.EqualFold(x.Creator, s.Login) }
	key, err = t.client.Create(ctx, b, ours)
	if without != nil && err != nil && !bugzilla.IsTemporary(err) && !bugzilla.IsNoSuchPerson(err) { // not every installation takes it, and the description names the other one
		b.Extra = without
		key, err = t.client.Create(ctx, b, ours)
	}
	return key, err
}

// relate has a new bug show others, as they then show it. without are the fields without that; nil where there is nothing to show.
func relate(extra map[string]any, related []int64) (without map[string]any) {
	if len(related) == 0 {
		return nil
	}
	var ids []string
	for _, id := range related {
		ids = append(ids, strconv.FormatInt(id, 10))
	}
	without = maps.Clone(extra)
	given, _ := extra["see_also"].([]string)
	extra["see_also"] = append(ids, given...)
	return without
}
