package dav

import (
	"strconv"
	"strings"

	"berth/calendar"
)

// token is a sync token (RFC 6578): the position up to which a client knows a collection, as seen by one audience. It must be a URI,
// or Evolution drops it.
type token struct {
	epoch    string
	audience string
	sequence int64
	name     string // of the last object sent of that sequence; past all names: all of them
	began    int64  // of a sync in progress: the sequence from which removals must be known
}

const (
	tokenPrefix = "urn:berth:sync:"
	allNames    = "~" // sorts after every name
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

// tokenOf returns the present token, and ctag, of a collection.
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

// everyLast reads the last sequence of each of the actor's collections.
func (c *call) everyLast() error {
	c.lasts = map[string]calendar.Members{}
	_, err := c.s.schedule.read(c.request.Context(), func(x *calendar.Index, _ []calendar.Collection) {
		for _, col := range c.collections {
			c.lasts[col.Key] = x.Members(col.Key)
		}
	})
	return err
}
