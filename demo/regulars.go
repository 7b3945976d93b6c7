package demo

import (
	"context"
	"fmt"
	"sync"
	"time"

	"kontor/demo/house"
	"kontor/market"
	"kontor/market/party"
)

// Extra are further buyers of the sample platform, all alike: with an address,
// confirmed, and agreed to the house's texts. A rehearsal has them trade.
type Extra struct {
	Role market.Role   // how they are listed: Regular or Newcomer
	Age  time.Duration // of their accounts
}

// The extra buyers that there are. Regulars came to the house last spring,
// newcomers just now.
var (
	Regulars  = Extra{"regular", 200 * 24 * time.Hour}
	Newcomers = Extra{"newcomer", 0}
)

// MostExtra bounds the extra buyers of one kind.
const MostExtra = 5_000

// Add makes buyers number from to below to of a kind, and returns their accounts.
// by is an operator. It takes about two milliseconds each. progress may be nil.
func (x Extra) Add(ctx context.Context, r Rooms, by market.Actor, from, to int, progress func(done, total int64)) ([]Account, error) {
	f := &filler{Rooms: r, start: time.Now().UTC(), operator: firm{actor: by}, total: int64(to - from), progress: progress}
	versions, err := f.newest(ctx)
	if err != nil {
		return nil, err
	}
	defer f.Clock.set(time.Time{})
	list := make([]Account, 0, max(to-from, 0))
	for n := from; n < to; n++ {
		// One second after another, the last of them now.
		f.Clock.set(f.start.Add(-x.Age - time.Duration(to-1-n)*time.Second))
		a, err := f.extra(ctx, fmt.Sprintf("%s-%d", x.Role, n+1), x.Role, versions)
		if err != nil {
			return list, fmt.Errorf("admit %s %d: %w", x.Role, n+1, err)
		}
		list = append(list, a)
		f.step(1)
	}
	return list, nil
}

// extra admits one.
func (f *filler) extra(ctx context.Context, name string, role market.Role, versions map[string]string) (Account, error) {
	p := house.Person{First: "Kim", Last: name, Email: name + "@rehearsal.example", Language: "en", Phone: "+49 381 5550100"}
	a := house.Address{Street: "Am Strande 3", Postcode: "18055", City: "Rostock", Country: "DE"}
	in := party.Admission{SignUp: signUp("Laden "+name, p, a, "EUR"), Slug: name, Street: a.Street, Postcode: a.Postcode, Verification: party.Unchecked}
	in.Buys = true
	made, err := f.admit(ctx, in, p, a)
	if err != nil {
		return Account{}, err
	}
	if err := f.Parties.Agree(ctx, party.Visitor{Actor: made.actor, Language: "en"}, versions); err != nil {
		return Account{}, fmt.Errorf("note their consent: %w", err)
	}
	return Account{Role: role, Name: made.person, Business: made.name, Email: made.email, Password: Password}, nil
}

// HashOnce hashes the password of the sample platform once for all its accounts.
// It is printed wherever the demo is opened, so that hashing it for each of them
// anew would hide nothing; every other password is hashed as ever. Safe for
// concurrent use.
type HashOnce struct {
	party.Passwords

	mu     sync.Mutex
	stored string
}

// Hash is the stored form of a password.
func (h *HashOnce) Hash(ctx context.Context, password string) (string, error) {
	if password != Password {
		return h.Passwords.Hash(ctx, password)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stored != "" {
		return h.stored, nil
	}
	var err error
	h.stored, err = h.Passwords.Hash(ctx, password)
	return h.stored, err
}
