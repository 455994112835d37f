package dav

import (
	"strconv"
	"strings"

	"berth/calendar"
	"berth/testbeds"
)

// token is a sync token (RFC 6578): up to where a client knows a collection, as somebody of one audience sees it. It is a URI, without
// which Evolution drops it.
type token struct {
	epoch    string
	audience string
	sequence int64
	name     string // of the last object of that sequence which was sent; everything, where it is past all names
	began    int64  // of one in the middle of a sync: from where on removals have to be known
}

const (
	tokenPrefix = "urn:berth:sync:"
	allNames    = "~" // sorts behind every name
)

func (t token) String() string {
	s := tokenPrefix + t.epoch + ":" + t.audience + ":" + strconv.FormatInt(t.sequence, 10)
	if t.name != allNames {
		s += ":" + t.name + ":" + strconv.FormatInt(t.began, 10)
	}
	return s
}

func parseToken(s string) (t token, ok bool) {
	rest, ok := strings.CutPrefix(s, tokenPrefix)
	parts := strings.Split(rest, ":")
	if !ok || len(parts) != 3 && len(parts) != 5 {
		return token{}, false
	}
	t = token{epoch: parts[0], audience: parts[1], name: allNames}
	n, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil || n < 0 {
		return token{}, false
	}
	t.sequence, t.began = n, n
	if len(parts) == 3 {
		return t, true
	}
	t.name = parts[3]
	t.began, err = strconv.ParseInt(parts[4], 10, 64)
	return t, err == nil && t.began >= 0 && t.name != allNames
}

// tokenOf is the token, and the ctag, of a collection as it is now.
func (c *call) tokenOf(p place) token {
	m, ok := c.lasts[p.collection.Key]
	if !ok {
		m = c.members
	}
	alarms := c.alarms
	if p.collection.Alarms && c.saved != nil {
		alarms = calendar.ReadAlarms(c.saved[p.collection.ID][calendar.AlarmsProperty])
	}
	return token{epoch: m.Epoch, audience: p.collection.Audience(c.actor, alarms), sequence: m.Last(), name: allNames}
}

// everyLast reads the state of all of the actor's collections.
func (c *call) everyLast() error {
	c.lasts = map[string]calendar.Members{}
	return c.s.schedule.read(c.request.Context(), func(x *calendar.Index, _ testbeds.Facility) {
		for _, col := range c.collections {
			c.lasts[col.Key] = x.Members(col.Key)
		}
	})
}
