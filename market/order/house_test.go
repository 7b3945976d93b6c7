package order_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/landed"
	"kontor/market/order"
	"kontor/market/party"
	"kontor/market/party/partytest"
	"kontor/pay"
	"kontor/store"
)

const day = 24 * time.Hour

func eur(minor int64) market.Money { return market.Of(minor, "EUR") }

// till is the demo's card, and writes down what it is told.
type till struct {
	pay.Card
	charged  []order.Charge // authorised
	captured []order.Reference
	voided   []order.Reference
	refunded []order.Refund
}

func (t *till) Authorise(ctx context.Context, c order.Charge) error {
	err := t.Card.Authorise(ctx, c)
	if err == nil {
		t.charged = append(t.charged, c)
	}
	return err
}

func (t *till) Capture(_ context.Context, r order.Reference) error {
	t.captured = append(t.captured, r)
	return nil
}

func (t *till) Void(_ context.Context, r order.Reference) error {
	t.voided = append(t.voided, r)
	return nil
}

func (t *till) Refund(_ context.Context, r order.Refund) error {
	t.refunded = append(t.refunded, r)
	return nil
}

// house is the real desk on real records: Kiln in Portugal sells mugs in two
// colours (5.00 from 10, 4.50 from 50), Works in Germany lamps at 33.33; both
// send everywhere for 12.50 and take the usual tax.
type house struct {
	*testing.T
	db    *store.DB
	desk  *order.Desk
	vault *partytest.Vault
	till  *till
	now   time.Time
	kiln  market.Actor
	works market.Actor
	mugs  catalog.Listing
	lamps catalog.Listing
	red   catalog.VariantID
	blue  catalog.VariantID
	lamp  catalog.VariantID
}

var operator = market.Actor{Person: "01900000-0000-7000-8000-000000000002", Operator: true}

func open(t *testing.T) *house {
	return openAt(t, "sqlite:"+filepath.Join(t.TempDir(), "kontor.db"))
}

// openAt is the house on an empty database of either engine.
func openAt(t *testing.T, url string) *house {
	h := &house{T: t, vault: partytest.NewVault(), till: &till{}, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return h.now }
	db, err := store.Open(t.Context(), store.Settings{URL: url}, clock, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	h.db = db
	h.desk = &order.Desk{Book: db, Carts: db, Shelf: db, Threads: db, Parties: db, Vault: h.vault, Providers: []order.Provider{h.till, pay.Transfer{}}, Times: order.Usual, Now: clock}
	h.kiln, _ = h.joins("Kiln", "PT")
	h.works, _ = h.joins("Works", "DE")
	table := landed.Table{{Name: "all", Countries: []string{"*"}, Methods: []landed.Method{
		{Key: "road", DaysFrom: 3, DaysTo: 6, Brackets: []landed.Bracket{{UpToGrams: 1_000_000, Prices: []market.Money{eur(1_250)}}}},
		{Key: "air", DaysFrom: 1, DaysTo: 2, Brackets: []landed.Bracket{{UpToGrams: 1_000_000, Prices: []market.Money{eur(5_000)}}}},
	}}}
	for _, s := range []market.Actor{h.kiln, h.works} {
		h.ok(db.SaveTerms(t.Context(), order.Terms{Business: s.Business, Freight: table, CommissionBps: 300}))
	}
	h.red, h.blue, h.lamp = market.NewID[catalog.VariantID](), market.NewID[catalog.VariantID](), market.NewID[catalog.VariantID]()
	h.mugs = h.lists(h.kiln, "MUG", 10, []catalog.Tier{{From: 10, Minor: 500}, {From: 50, Minor: 450}}, h.red, h.blue)
	h.lamps = h.lists(h.works, "LAMP", 1, []catalog.Tier{{From: 1, Minor: 3_333}}, h.lamp)
	return h
}

func (h *house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// refused checks that err is a fault of this kind.
func (h *house) refused(err error, want market.Kind, why string) {
	h.Helper()
	if market.KindOf(err) != want {
		h.Errorf("got %v, want a fault of kind %d: %s", err, want, why)
	}
}

// joins makes a business that buys and sells, with an address.
func (h *house) joins(name, country string) (market.Actor, party.AddressID) {
	h.Helper()
	b := party.Business{
		ID: market.NewID[market.BusinessID](), Name: name, Country: country, City: "Town", Buys: true, Sells: true, State: party.Active,
		Verification: party.Checked, Language: "en", Currency: "EUR", Created: h.now,
	}
	b.Slug = "b-" + string(b.ID)
	p := party.Person{ID: market.NewID[market.PersonID](), Business: b.ID, EmailIndex: []byte(b.ID), Email: []byte("sealed"), Name: []byte("sealed"), Language: "en", Confirmed: true, Created: h.now}
	kb, err := h.vault.NewKey(h.Context(), b.Of())
	h.ok(err)
	kp, err := h.vault.NewKey(h.Context(), p.Of())
	h.ok(err)
	h.ok(h.db.Join(h.Context(), party.Joining{Business: b, Person: p, Keys: []party.Key{kb, kp}}))
	id := market.NewID[party.AddressID]()
	plain, _ := json.Marshal(party.Postal{Name: name, Street: "Street 1", City: "Town", Country: country}) // strings always marshal
	lines, err := h.vault.Seal(h.Context(), b.Of(), party.Place{Table: "address", Column: "lines", Row: string(id)}, plain)
	h.ok(err)
	h.ok(h.db.PutAddress(h.Context(), party.Address{ID: id, Business: b.ID, Country: country, Lines: lines, Created: h.now}))
	return market.Actor{Person: p.ID, Business: b.ID, Buys: true, Sells: true}, id
}

func (h *house) lists(by market.Actor, article string, moq market.Quantity, tiers []catalog.Tier, vs ...catalog.VariantID) catalog.Listing {
	h.Helper()
	l := catalog.Listing{
		ID: market.NewID[catalog.ListingID](), Supplier: by.Business, Article: article, Titles: map[string]string{"en": article}, Language: "en", Category: "home",
		State: catalog.Published, Unit: "H87", MOQ: moq, Multiple: 1, LeadDays: 5, Origin: "PT", HSCode: "691110", Created: h.now, Changed: h.now,
	}
	for _, v := range vs {
		l.Variants = append(l.Variants, catalog.Variant{ID: v, SKU: string(v), Label: string(v), WeightGrams: 300, OnHand: 200, Prices: []catalog.Price{{Currency: "EUR", Tiers: tiers}}})
	}
	h.ok(h.db.Save(h.Context(), []catalog.Listing{l}, nil))
	return l
}

// reprices sets the price of every tier of a listing.
func (h *house) reprices(l catalog.Listing, minor int64) {
	h.Helper()
	s, err := h.db.Listing(h.Context(), l.ID)
	h.ok(err)
	for i := range s.Variants {
		for j := range s.Variants[i].Prices[0].Tiers {
			s.Variants[i].Prices[0].Tiers[j].Minor = minor
		}
	}
	h.ok(h.db.Save(h.Context(), []catalog.Listing{s.Listing}, nil))
}

func (h *house) puts(a market.Actor, id order.CartID, v catalog.VariantID, q market.Quantity) order.CartID {
	h.Helper()
	id, err := h.desk.PutLine(h.Context(), a, id, v, q, "EUR")
	h.ok(err)
	return id
}

func (h *house) cart(a market.Actor) order.Cart {
	h.Helper()
	c, err := h.desk.Cart(h.Context(), a, "")
	h.ok(err)
	return c
}

// priced is a person's cart for Spain.
func (h *house) priced(a market.Actor) order.Priced {
	h.Helper()
	p, err := h.desk.Price(h.Context(), h.cart(a), order.Ask{ShipTo: "ES", Currency: "EUR"})
	h.ok(err)
	return p
}

// reserved is what is kept of a variant for orders that didn't ship.
func (h *house) stock(v catalog.VariantID) (onHand, reserved market.Quantity) {
	h.Helper()
	offers, err := h.db.Offers(h.Context(), []catalog.VariantID{v})
	h.ok(err)
	return offers[0].Variant.OnHand, offers[0].Variant.Reserved
}

func (h *house) keeps(v catalog.VariantID, want market.Quantity) {
	h.Helper()
	if _, got := h.stock(v); got != want {
		h.Errorf("%d pieces are reserved, want %d", got, want)
	}
}

// shop is a Spanish buyer with 20 red and 30 blue mugs and 2 lamps in the cart.
func (h *house) shop() (market.Actor, order.PlaceInput) {
	h.Helper()
	a, address := h.joins("Tienda", "ES")
	h.puts(a, "", h.red, 20)
	h.puts(a, "", h.blue, 30)
	h.puts(a, "", h.lamp, 2)
	return a, order.PlaceInput{Address: address, Currency: "EUR", Payment: "card", Once: once("place")}
}

// bought is a group of the shop's: an order of Kiln's and one of Works'.
func (h *house) bought(payment string) (market.Actor, order.Order, order.Order) {
	h.Helper()
	a, in := h.shop()
	in.Payment = payment
	g, err := h.desk.Place(h.Context(), a, in)
	h.ok(err)
	if g.Orders[0].Supplier == h.kiln.Business {
		return a, g.Orders[0], g.Orders[1]
	}
	return a, g.Orders[1], g.Orders[0]
}

func (h *house) moves(a market.Actor, id order.ID, act order.Act) order.Order {
	h.Helper()
	o, err := h.desk.Move(h.Context(), a, id, act)
	if err != nil {
		h.Fatalf("%s: %v", act.Step, err)
	}
	return o
}

func (h *house) order(id order.ID) order.Order {
	h.Helper()
	o, err := h.db.Order(h.Context(), id)
	h.ok(err)
	return o
}

// shipped is an order of Kiln's on its way.
func (h *house) shipped() (market.Actor, order.Order) {
	h.Helper()
	a, o, _ := h.bought("card")
	h.moves(a, o.ID, order.Act{Step: order.StepPay})
	h.moves(h.kiln, o.ID, order.Act{Step: order.StepAccept})
	return a, h.moves(h.kiln, o.ID, order.Act{Step: order.StepShip, Carrier: "DHL", Tracking: "JD0001"})
}

func once(key string) market.Idempotency {
	return market.Idempotency{Key: key, Digest: "digest of " + key}
}
