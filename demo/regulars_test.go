package demo

import (
	"context"
	"testing"
	"time"

	"kontor/market"
	"kontor/market/party"
)

func TestFurtherBuyersCanTradeAndAreAsOldAsTheySay(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		kind         Extra
		least, most  time.Duration // age of an account
		listed, name string
	}{
		{Regulars, 199 * 24 * time.Hour, 201 * 24 * time.Hour, "regular", "regular-3@rehearsal.example"},
		{Newcomers, -time.Minute, time.Hour, "newcomer", "newcomer-3@rehearsal.example"},
	} {
		t.Run(c.listed, func(t *testing.T) {
			r, _ := open(t)
			first, err := c.kind.Add(ctx, r, runs, 0, 2, nil)
			if err != nil || len(first) != 2 {
				t.Fatalf("%d were made: %v", len(first), err)
			}
			more, err := c.kind.Add(ctx, r, runs, 2, 3, nil)
			if err != nil || len(more) != 1 || string(more[0].Role) != c.listed || more[0].Email != c.name {
				t.Fatalf("a third is %+v, %v", more, err)
			}
			pass, err := r.Parties.SignIn(ctx, more[0].Email, more[0].Password, "")
			if err != nil || !pass.Visitor.Actor.Buys {
				t.Fatalf("they can't sign in and buy: %+v, %v", pass.Visitor.Actor, err)
			}
			made, ok := market.MadeAt(pass.Visitor.Actor.Person)
			if age := time.Since(made); !ok || age < c.least || age > c.most {
				t.Errorf("the account is %v old: its standing under attack hangs on that", age)
			}
			if list, err := r.Parties.Addresses(ctx, pass.Visitor.Actor); err != nil || len(list) != 1 {
				t.Errorf("they have %d addresses to ship to: %v", len(list), err)
			}
		})
	}
}

func TestOnlyThePublishedPasswordIsHashedOnce(t *testing.T) {
	ctx := context.Background()
	counted := &counting{}
	h := &HashOnce{Passwords: counted}
	for _, password := range []string{Password, Password, "another long one", "another long one", Password} {
		if _, err := h.Hash(ctx, password); err != nil {
			t.Fatal(err)
		}
	}
	if counted.n != 3 {
		t.Errorf("hashed %d times, want the published one once and another one twice", counted.n)
	}
}

// counting counts what is hashed.
type counting struct {
	party.Passwords
	n int
}

func (c *counting) Hash(_ context.Context, password string) (string, error) {
	c.n++
	return "hash of " + password, nil
}
