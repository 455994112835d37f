package dav

import "context"

// chosen is how a person wants to see their collections, as it was read no earlier than a change of accounts.
type chosen struct {
	accounts   int64
	properties map[string]map[string]string // by collection and name
	bytes      int
}

func (c *chosen) cost() int { return c.bytes }

// maxChosen bounds what is remembered of people's choices, in bytes.
const maxChosen = 4 << 20

// choices returns a person's properties of collections as of a change of accounts, which every choice is.
func (s *server) choices(ctx context.Context, username string, accounts int64) (map[string]map[string]string, error) {
	if c := s.chosen.get(username); c != nil && c.accounts == accounts {
		return c.properties, nil
	}
	c := &chosen{accounts: accounts, bytes: 200 + len(username)}
	var err error
	if c.properties, err = s.store.CalendarProperties(ctx, username); err != nil {
		return nil, err
	}
	for collection, values := range c.properties {
		c.bytes += 200 + len(collection)
		for name, value := range values {
			c.bytes += 100 + len(name) + len(value)
		}
	}
	s.chosen.put(username, c)
	return c.properties, nil
}
