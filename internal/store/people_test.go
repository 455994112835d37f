package store_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
)

// person returns a person with every field set.
func person(username string) account.Person {
	return account.Person{Zone: "Europe/Athens", Username: username, Name: "Ada – „Countess“", Email: "ada@example.org", Organisation: "Org",
		Roles: []account.Role{account.RoleProvider, account.RoleMentor}, Testbeds: []string{"wins-5g"}, Disabled: true, Subject: "https://id.example 17", Muted: []account.Topic{account.TopicDigest}, Quiet: []account.Topic{account.TopicMentions},
		Password: "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA", Created: start.Add(time.Microsecond), Revision: 1}
}

// token returns a token with every field set but LastUsed, which is recorded apart.
func token(id, owner string) account.Token {
	later := start.Add(time.Hour)
	return account.Token{ID: id, Owner: owner, Name: "script", Feed: "operations", Hash: "hash of " + id, Scopes: []account.Scope{account.ScopeRead},
		Created: start, Expires: &later, Revoked: &later}
}

func putPerson(t testing.TB, s *store.Store, p account.Person) error {
	t.Helper()
	return s.Change(t.Context(), nil, func(tx scheduler.Tx) error { return tx.PutPerson(t.Context(), p) })
}

func readPerson(t testing.TB, s *store.Store, username string) account.Person {
	t.Helper()
	return look(t, s, func(ctx context.Context, r scheduler.Reader) (account.Person, error) {
		return r.Person(ctx, username)
	})
}

func TestPeople(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		p := person("ada")
		whole(t, p)
		if err := putPerson(t, s, p); err != nil {
			t.Fatal(err)
		}
		same(t, "created", p, readPerson(t, s, "ada"))

		next := account.Person{Username: "ada", Name: "Ada", Roles: []account.Role{account.RoleExperimenter}, Created: start, Revision: 2}
		for _, revision := range []int64{1, 3, 7} {
			lost := next
			lost.Revision = revision
			code(t, "another revision", putPerson(t, s, lost), scheduler.CodePrecondition)
		}
		if err := putPerson(t, s, next); err != nil {
			t.Fatal(err)
		}
		same(t, "replaced", next, readPerson(t, s, "ada"))

		missing := person("nobody")
		missing.Revision = 2
		code(t, "somebody that there is not", putPerson(t, s, missing), scheduler.CodePrecondition)
	})
}

// Names sort by their bytes on every engine, and no page leaves one out.
func TestPeopleInPages(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		for _, name := range []string{"zoe", "Zoe", "a-b", "ab", "a_b", "éva", "eva", "a.b"} {
			if err := putPerson(t, s, person(name)); err != nil {
				t.Fatal(err)
			}
		}
		for size := 1; size <= 9; size++ {
			var names []string
			for after := ""; ; after = names[len(names)-1] {
				page := look(t, s, func(ctx context.Context, r scheduler.Reader) ([]account.Person, error) {
					return r.People(ctx, after, size)
				})
				if len(page) == 0 {
					break
				}
				for _, p := range page {
					names = append(names, p.Username)
				}
			}
			same(t, "names", []string{"Zoe", "a-b", "a.b", "a_b", "ab", "eva", "zoe", "éva"}, names)
		}
	})
}

func TestTokens(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		byHash := func(hash string) account.Token {
			return look(t, s, func(ctx context.Context, r scheduler.Reader) (account.Token, error) {
				return r.TokenByHash(ctx, hash)
			})
		}
		a, b := token("t1", "ada"), token("t2", "ada")
		whole(t, a, "LastUsed")
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error {
			for _, name := range []string{"ada", "bob"} {
				if err := tx.PutPerson(ctx, person(name)); err != nil {
					return err
				}
			}
			for _, k := range []account.Token{a, b, token("t3", "bob")} {
				if err := tx.PutToken(ctx, k); err != nil {
					return err
				}
			}
			return nil
		})
		same(t, "by its hash", a, byHash(a.Hash))

		a.LastUsed = new(start.Add(time.Minute))
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error { return tx.UseToken(ctx, a.ID, *a.LastUsed) })
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error { return tx.UseToken(ctx, "t9", start) }) // no such token
		b.Revoked, b.Name = nil, "renamed"
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error { return tx.PutToken(ctx, b) })
		same(t, "of their owner", []account.Token{a, b}, look(t, s, func(ctx context.Context, r scheduler.Reader) ([]account.Token, error) {
			return r.Tokens(ctx, "ada")
		}))
		a.Revoked = nil
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error { return tx.PutToken(ctx, a) })
		same(t, "when it was used is kept", a, byHash(a.Hash))

		twice := token("t4", "bob")
		twice.Hash = a.Hash
		err := s.Change(t.Context(), nil, func(tx scheduler.Tx) error { return tx.PutToken(t.Context(), twice) })
		code(t, "a hash that is there", err, scheduler.CodeConflict)
	})
}

func replay(t testing.TB, s *store.Store, who, key string) (r scheduler.Replay, found bool) {
	t.Helper()
	err := s.View(t.Context(), func(tx scheduler.Reader) (err error) {
		r, found, err = tx.Replay(t.Context(), who, key)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r, found
}

func TestReplays(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		put := func(who, key, result string, at time.Time) error {
			return s.Change(t.Context(), nil, func(tx scheduler.Tx) error {
				return tx.PutReplay(t.Context(), who, key, scheduler.Replay{Fingerprint: "print", Result: result, At: at})
			})
		}
		for _, x := range []struct {
			who, key, result string
			at               time.Time
		}{{"ada", "k", "1", start}, {"bob", "k", "2", start.Add(time.Second)}, {"ada", "l", "3", start.Add(2 * time.Second)}} {
			if err := put(x.who, x.key, x.result, x.at); err != nil {
				t.Fatal(err)
			}
		}
		code(t, "a key that is there", put("ada", "k", "other", start), scheduler.CodeConflict)
		got, found := replay(t, s, "ada", "k")
		same(t, "what it created", scheduler.Replay{Fingerprint: "print", Result: "1", At: start}, got)
		if _, unknown := replay(t, s, "bob", "l"); !found || unknown {
			t.Errorf("found %v, and another person's key %v", found, unknown)
		}
		if _, found := replay(t, s, "ada", "\x00"); found {
			t.Error("a key that cannot be stored was found")
		}
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error { return tx.Forget(ctx, start.Add(time.Second)) })
		for key, want := range map[[2]string]bool{{"ada", "k"}: false, {"bob", "k"}: true, {"ada", "l"}: true} {
			if _, found := replay(t, s, key[0], key[1]); found != want {
				t.Errorf("after the old ones are forgotten %v is there: %v, want %v", key, found, want)
			}
		}
	})
}

// Of many calls with one key at once, exactly one creates something, on however many processes.
func TestOneKeyAtOnceCreatesOnce(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		stores := []*store.Store{testdb.Open(t, dsn), testdb.Open(t, dsn)}
		var created atomic.Int64
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				r := plain(uuid(i))
				err := stores[i%2].Change(t.Context(), nil, func(tx scheduler.Tx) error {
					if err := tx.CreateRequest(t.Context(), &r); err != nil {
						return err
					}
					return tx.PutReplay(t.Context(), "ada", "key", scheduler.Replay{Fingerprint: "f", Result: r.ID, At: start})
				})
				switch scheduler.CodeOf(err) {
				case scheduler.CodeConflict:
				default:
					if err != nil {
						t.Error(err)
					}
					created.Add(1)
				}
			})
		}
		wg.Wait()
		if n := len(numbers(t, stores[0], scheduler.RequestFilter{})); created.Load() != 1 || n != 1 {
			t.Errorf("%d calls succeeded and %d requests are there, want 1", created.Load(), n)
		}
	})
}
