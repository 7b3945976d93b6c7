package demo

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"slices"
	"sync"
	"time"

	"kontor/demo/house"
	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/ledger"
	"kontor/market/order"
	"kontor/market/party"
)

// Clock is a clock that can be set: the sample trades happened over the last
// months. It is safe for concurrent use.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// Now is the time that was set, else the real one.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() {
		return time.Now().UTC()
	}
	return c.at
}

// set moves the clock; the zero time lets it go.
func (c *Clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// Rooms are what the sample platform is made through. All desks keep the time of
// Clock, and Orders takes the demo's card and bank transfers.
type Rooms struct {
	Parties  *party.Desk
	Catalog  *catalog.Desk
	Orders   *order.Desk
	Money    *ledger.Desk
	Pictures Pictures
	Clock    *Clock
}

// Pictures keeps drawings; *files.Folder does.
type Pictures interface {
	AddImage(ctx context.Context, img image.Image, widths ...int) (catalog.Picture, error)
}

// Password opens every account of the sample platform.
const Password = "salt-harbour-ledger"

// Account is one that the demo offers to its visitors.
type Account struct {
	Role     market.Role `json:"role"`
	Name     string      `json:"name"`
	Business string      `json:"business"` // "" for the operator
	Email    string      `json:"email"`
	Password string      `json:"password"`
	Key      string      `json:"key,omitempty"` // for programs, as Authorization: Bearer; the first of each role has one
}

// The businesses behind the accounts.
const (
	shownBuyer    = "warnow-laden"
	shownSupplier = "tarsus-shirtworks"
)

// firm is a business of the sample platform with who acts for it.
type firm struct {
	slug     string
	name     string
	person   string
	email    string
	currency market.Currency
	actor    market.Actor
	id       market.BusinessID
	address  party.AddressID
}

// filler makes one sample platform.
type filler struct {
	Rooms
	start     time.Time // when it opens
	profile   house.Profile
	messages  []house.Message
	operator  firm
	suppliers map[string]*firm
	buyers    map[string]*firm
	goods     map[string][]catalog.Shown // by supplier, what trades choose from
	done      int64
	total     int64
	progress  func(done, total int64)
}

// Fill makes the sample platform in an empty house. progress may be nil.
func Fill(ctx context.Context, r Rooms, progress func(done, total int64)) ([]Account, error) {
	f := &filler{
		Rooms: r, start: time.Now().UTC(), suppliers: map[string]*firm{}, buyers: map[string]*firm{}, goods: map[string][]catalog.Shown{},
		progress: progress,
	}
	defer f.Clock.set(time.Time{})
	if err := f.fill(ctx); err != nil {
		return nil, fmt.Errorf("make the sample platform: %w", err)
	}
	f.Clock.set(time.Time{})
	return f.accounts(ctx)
}

func (f *filler) fill(ctx context.Context) (err error) {
	if f.profile, err = house.House(); err != nil {
		return err
	}
	if f.messages, err = house.Messages(); err != nil {
		return err
	}
	suppliers, err := house.Suppliers()
	if err != nil {
		return err
	}
	buyers, err := house.Buyers()
	if err != nil {
		return err
	}
	lists, err := readLists(suppliers)
	if err != nil {
		return err
	}
	scenes := f.scenes()
	f.total = int64(len(suppliers)+len(buyers)+len(scenes)) + lists.rows
	ctx, cancel := context.WithCancel(ctx)
	drawn := draws(ctx, f.Pictures, lists.pictures)
	defer func() { cancel(); drawn.wait() }()
	if err := f.people(ctx, suppliers, buyers); err != nil {
		return err
	}
	if err := f.stock(ctx, suppliers, lists, drawn); err != nil {
		return err
	}
	if err := f.play(ctx, scenes); err != nil {
		return err
	}
	return f.agree(ctx)
}

// step counts n units of work as done.
func (f *filler) step(n int64) {
	f.done += n
	if f.progress != nil {
		f.progress(f.done, f.total)
	}
}

// ago sets the clock back from the opening and returns the time.
func (f *filler) ago(days float64) time.Time {
	at := f.start.Add(-time.Duration(days * float64(24*time.Hour)))
	f.Clock.set(at)
	return at
}

// accounts are those that visitors are offered: first a buyer, a supplier and an
// operator, each with a key, then everybody else by name.
func (f *filler) accounts(ctx context.Context) ([]Account, error) {
	var accounts []Account
	for _, a := range []struct {
		role market.Role
		who  *firm
	}{{market.Buyer, f.buyers[shownBuyer]}, {market.Supplier, f.suppliers[shownSupplier]}, {market.Operator, &f.operator}} {
		key, err := f.Parties.MakeKey(ctx, a.who.actor, "demo", Password)
		if err != nil {
			return nil, fmt.Errorf("make the %s's key: %w", a.role, err)
		}
		accounts = append(accounts, Account{a.role, a.who.person, a.who.name, a.who.email, Password, key})
	}
	shown := len(accounts)
	for role, firms := range map[market.Role]map[string]*firm{market.Supplier: f.suppliers, market.Buyer: f.buyers} {
		for slug, who := range firms {
			if slug != shownBuyer && slug != shownSupplier {
				accounts = append(accounts, Account{role, who.person, who.name, who.email, Password, ""})
			}
		}
	}
	slices.SortFunc(accounts[shown:], func(a, b Account) int {
		return cmp.Or(-cmp.Compare(a.Role, b.Role), cmp.Compare(a.Business, b.Business))
	})
	return accounts, nil
}
