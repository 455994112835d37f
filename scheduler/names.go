package scheduler

import (
	"context"

	"berth/scheduler/account"
)

// maxNames bounds the people whose names one call reads.
const maxNames = 500

// Names returns the names of people by their usernames, for readers who know the usernames already; it leaves out people without a name, and those who
// do not exist. It returns CodeForbidden without the scope to read.
func (s *Service) Names(ctx context.Context, a account.Actor, usernames []string) (map[string]string, error) {
	if err := Require(a, account.ScopeRead, account.Roles...); err != nil {
		return nil, err
	}
	names := map[string]string{}
	err := s.store.View(ctx, func(tx Reader) error {
		clear(names)
		asked := map[string]bool{"": true}
		for _, u := range usernames {
			if asked[u] || len(asked) > maxNames {
				continue
			}
			asked[u] = true
			p, err := tx.Person(ctx, u)
			if CodeOf(err) == CodeNotFound {
				continue
			}
			if err != nil {
				return err
			}
			if p.Name != "" {
				names[u] = p.Name
			}
		}
		return nil
	})
	return names, err
}
