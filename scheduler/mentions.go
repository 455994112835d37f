package scheduler

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"berth/scheduler/account"
)

// maxMentions bounds the people whom one remark mentions; further ones are plain text.
const maxMentions = 10

// Mention finds names of people in a remark: the username after an @. An address of mail, such as ada@example.org, has none. A dot or a hyphen at
// the end belongs to the sentence.
var Mention = regexp.MustCompile(`(?i)(?:^|[^a-z0-9._@/-])@([a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9_])?)`)

// mentioned lists the people whom a text mentions and who may see the request, but its author. It says nothing of those who may not: a text that
// mentions them tells nobody whether they exist.
func mentioned(ctx context.Context, tx Reader, author string, r Request, text string) (people []string, err error) {
	for _, m := range Mention.FindAllStringSubmatch(text, -1) {
		username := strings.ToLower(m[1])
		if username == author || slices.Contains(people, username) {
			continue
		}
		p, err := tx.Person(ctx, username)
		if CodeOf(err) == CodeNotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		if p.Disabled || !sees(account.ActorOf(p), r) {
			continue
		}
		if people = append(people, username); len(people) == maxMentions {
			break
		}
	}
	return people, nil
}
