package console

import (
	"context"
	"fmt"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// Tokens manages the secrets of programs.
type Tokens interface {
	Create(ctx context.Context, a account.Actor, owner, name string, scopes []account.Scope, expires *time.Time) (secret string, t account.Token, err error)
	List(ctx context.Context, a account.Actor, owner string) ([]account.Token, error)
	Revoke(ctx context.Context, a account.Actor, owner, id string) (account.Token, error)
}

// TokenWish holds the flags for a new token.
type TokenWish struct {
	Owner, Name string
	Scopes      []string
	Expires     string // ISO 8601 duration from now on; empty: never
}

// CreateToken makes a token and writes its secret, which is shown once.
func (c Console) CreateToken(ctx context.Context, w TokenWish, now time.Time) error {
	var expires *time.Time
	if w.Expires != "" {
		p, err := testbeds.ParsePeriod(w.Expires)
		if err != nil || p.IsZero() {
			return scheduler.Errorf(scheduler.CodeInvalid, "expires: %q is not a duration such as P90D", w.Expires)
		}
		at := now.Add(p.Exact())
		expires = &at
	}
	scopes := make([]account.Scope, len(w.Scopes))
	for i, s := range w.Scopes {
		scopes[i] = account.Scope(s)
	}
	until := "for ever"
	if expires != nil {
		until = "until " + instant(*expires)
	}
	if ok, err := c.sure("Make it?", fmt.Sprintf("a token %q would act for %s (%s), %s", w.Name, w.Owner, strings.Join(w.Scopes, ", "), until)); !ok {
		return err
	}
	secret, t, err := c.Tokens.Create(ctx, Local, w.Owner, w.Name, scopes, expires)
	if err != nil {
		return err
	}
	if c.JSON {
		return c.json(struct {
			Secret string `json:"secret"`
			account.Token
		}{secret, t})
	}
	c.printf("%s\n", secret)
	return nil
}

// TokensOf lists the tokens of a person.
func (c Console) TokensOf(ctx context.Context, owner string) error {
	list, err := c.Tokens.List(ctx, Local, owner)
	if err != nil {
		return err
	}
	if c.JSON {
		return c.json(list)
	}
	var rows [][]string
	for _, t := range list {
		rows = append(rows, []string{t.ID, t.Name, scopes(t), moment(t.Expires), moment(t.LastUsed), moment(t.Revoked)})
	}
	c.table([]string{"ID", "NAME", "SCOPES", "EXPIRES", "LAST USED", "REVOKED"}, rows)
	return nil
}

// RevokeToken revokes a token.
func (c Console) RevokeToken(ctx context.Context, owner, id string) error {
	if ok, err := c.sure("Revoke it?", fmt.Sprintf("the token %s of %s would be revoked", id, owner)); !ok {
		return err
	}
	t, err := c.Tokens.Revoke(ctx, Local, owner, id)
	if err != nil {
		return err
	}
	c.printf("revoked %s (%s)\n", t.ID, t.Name)
	return nil
}

func scopes(t account.Token) string {
	text := ""
	for i, s := range t.Scopes {
		if i > 0 {
			text += " "
		}
		text += string(s)
	}
	return text
}

func moment(t *time.Time) string {
	if t == nil {
		return ""
	}
	return instant(*t)
}
