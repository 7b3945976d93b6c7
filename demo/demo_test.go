package demo

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"kontor/files"
	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/ledger"
	"kontor/market/order"
	"kontor/market/party"
	"kontor/pay"
	"kontor/search"
	"kontor/store"
	"kontor/vault"
)

// sealing fits the vault to what the market's rooms declare.
type sealing struct{ *vault.Vault }

func of(s party.Subject) vault.Subject { return vault.Subject{Kind: string(s.Kind), ID: s.ID} }

func (s sealing) NewKey(_ context.Context, subject party.Subject) (party.Key, error) {
	wrapped, err := s.Vault.NewKey(of(subject))
	return party.Key{Subject: subject, Wrapped: wrapped}, err
}

func (s sealing) Seal(ctx context.Context, subject party.Subject, at party.Place, plain []byte) (market.Sealed, error) {
	return s.Vault.Seal(ctx, of(subject), vault.Place(at), plain)
}

func (s sealing) Open(ctx context.Context, look party.Look, values ...party.Value) ([][]byte, error) {
	fields := make([]vault.Field, len(values))
	for i, v := range values {
		fields[i] = vault.Field{At: vault.Place(v.At), Sealed: v.Sealed}
	}
	return s.Vault.Open(ctx, vault.Look{Reader: string(look.Reader), Role: string(look.Role), Subject: of(look.Subject), Purpose: look.Purpose.Kind, PurposeID: look.Purpose.ID}, fields...)
}

// open makes rooms over an empty folder.
func open(t *testing.T) (Rooms, *store.DB) {
	t.Helper()
	ctx, dir := context.Background(), t.TempDir()
	clock := &Clock{}
	key, _, err := vault.OpenHouse(filepath.Join(dir, "keys", "house.json"))
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(ctx, store.Settings{URL: "sqlite:" + filepath.Join(dir, "kontor.db")}, clock.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	index, err := search.Open(filepath.Join(dir, "search"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { index.Close() })
	folder, err := files.Open(filepath.Join(dir, "files"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { folder.Close() })
	seal := sealing{vault.New(key, db, 1_000, clock.Now)}
	return Rooms{
		Parties: party.New(db, seal, vault.NewPasswords(0), clock.Now, party.Settings{}),
		Catalog: catalog.NewDesk(db, index, folder, clock.Now),
		Orders: &order.Desk{
			Book: db, Carts: db, Shelf: db, Threads: db, Parties: db, Vault: seal, Providers: []order.Provider{pay.Card{}, pay.Transfer{}}, Times: order.Usual, Now: clock.Now,
		},
		Money:    &ledger.Desk{Journal: db, Businesses: db, Vault: seal, Now: clock.Now},
		Pictures: folder, Clock: clock,
	}, db
}

var runs = market.Actor{Person: "00000000-0000-7000-8000-000000000000", Operator: true}

// sound holds every rule of the records against what was made.
func sound(t *testing.T, db *store.DB) {
	t.Helper()
	checks, err := db.Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		if c.Failed > 0 {
			t.Errorf("%s: %d of %d fail: %v", c.Name, c.Failed, c.Checked, c.Examples)
		}
	}
}

func TestTheSamplePlatformIsWhole(t *testing.T) {
	ctx := context.Background()
	r, db := open(t)
	begun, last := time.Now(), int64(0)
	accounts, err := Fill(ctx, r, func(done, total int64) {
		if done < last || done > total {
			t.Errorf("progress went from %d to %d of %d", last, done, total)
		}
		last = done
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Log("filled in", time.Since(begun))
	t.Run("every promise holds", func(t *testing.T) { sound(t, db) })
	t.Run("suppliers and goods", func(t *testing.T) { wholeCatalogue(t, r) })
	t.Run("every status of an order", func(t *testing.T) { everyStatus(t, db) })
	t.Run("no silence runs out at the opening", func(t *testing.T) {
		due, err := db.Due(ctx, time.Now().Add(5*time.Minute), 100)
		if err != nil || len(due) > 0 {
			t.Errorf("got %v, %v: orders would move before anybody has looked", due, err)
		}
	})
	t.Run("money", func(t *testing.T) { moneyIsSound(t, r) })
	for i, a := range accounts {
		if i >= 3 {
			if _, err := r.Parties.SignIn(t.Context(), a.Email, a.Password, "test"); err != nil || a.Key != "" || a.Business == "" {
				t.Errorf("%s %s can't be looked around as: %v", a.Role, a.Business, err)
			}
			continue
		}
		t.Run("the desk of the "+string(a.Role), func(t *testing.T) { deskIsFull(t, r, a) })
	}
}

func wholeCatalogue(t *testing.T, r Rooms) {
	ctx := context.Background()
	suppliers, err := r.Parties.Suppliers(ctx, "", 200)
	if err != nil {
		t.Fatal(err)
	}
	from := map[string]bool{}
	for _, s := range suppliers {
		from[s.Country] = true
	}
	if len(suppliers) < 24 || len(from) < 12 {
		t.Errorf("got %d suppliers in %d countries, want 24 in 12", len(suppliers), len(from))
	}
	count, err := r.Catalog.Count(ctx, runs)
	if err != nil {
		t.Fatal(err)
	}
	if count[catalog.Published] < 600 {
		t.Errorf("got %d published listings, want 600", count[catalog.Published])
	}
	for _, s := range []catalog.State{catalog.Draft, catalog.Proposed, catalog.Suspended} {
		if count[s] == 0 {
			t.Errorf("no listing is %s: a page would be empty", s)
		}
	}
	for _, s := range suppliers {
		shown, err := r.Catalog.Storefront(ctx, s.ID, "", 500)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range shown {
			if len(l.Pictures) == 0 {
				t.Errorf("%s of %s has no picture", l.Article, s.Slug)
			}
			for _, v := range l.Variants {
				if _, ok := v.In("EUR"); !ok {
					t.Errorf("%s of %s has no price in euro: the sample buyers could not buy it", v.SKU, s.Slug)
				}
			}
		}
	}
}

func everyStatus(t *testing.T, db *store.DB) {
	orders, err := db.Orders(context.Background(), order.Filter{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, o := range orders {
		seen["payment "+string(o.Status.Payment)]++
		seen["fulfilment "+string(o.Status.Fulfilment)]++
		seen["dispute "+string(o.Status.Dispute)]++
	}
	for _, want := range statuses(t) {
		if seen[want] == 0 {
			t.Errorf("no order is in %s: nobody could see what it looks like", want)
		}
	}
}

// statuses are all that the order room knows, as its constants say.
func statuses(t *testing.T) (all []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../market/order/order.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{"Payment": 0, "Fulfilment": 0, "Dispute": 0}
	ast.Inspect(file, func(n ast.Node) bool {
		c, ok := n.(*ast.ValueSpec)
		if !ok || len(c.Values) != 1 {
			return true
		}
		kind, ok := c.Type.(*ast.Ident)
		if _, asked := found[fmt.Sprint(kind)]; !ok || !asked {
			return true
		}
		value, err := strconv.Unquote(c.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		found[kind.Name]++
		all = append(all, strings.ToLower(kind.Name)+" "+value)
		return true
	})
	for kind, n := range found {
		if n < 5 {
			t.Fatalf("the order room has %d constants of %s: the walk finds nothing", n, kind)
		}
	}
	return all
}

func moneyIsSound(t *testing.T, r Rooms) {
	_, sums, err := r.Money.Trial(context.Background(), runs)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sums {
		if !s.Zero() {
			t.Errorf("the ledger is off by %s", s)
		}
	}
	for _, state := range []ledger.PayoutState{ledger.Due, ledger.Paid} {
		if list, err := r.Money.Payouts(context.Background(), runs, ledger.PayoutFilter{State: state}); err != nil || len(list) == 0 {
			t.Errorf("got %d payouts that are %s, %v", len(list), state, err)
		}
	}
}

// deskIsFull signs in as an account and looks for something on each of its lists.
func deskIsFull(t *testing.T, r Rooms, a Account) {
	ctx := context.Background()
	pass, err := r.Parties.SignIn(ctx, a.Email, a.Password, "test")
	if err != nil {
		t.Fatalf("the printed account can't sign in: %v", err)
	}
	who := pass.Visitor.Actor
	if v, err := r.Parties.EnterProgram(ctx, a.Key); err != nil || v.Actor.Person != who.Person {
		t.Errorf("the printed key opens nothing: %v", err)
	}
	if open, err := r.Parties.Outstanding(ctx, pass.Visitor); err != nil || len(open) > 0 {
		t.Errorf("got %d texts to agree to first, %v", len(open), err)
	}
	full := func(what string, n int, err error) {
		t.Helper()
		if err != nil || n == 0 {
			t.Errorf("%s: got %d, %v: a page would be empty", what, n, err)
		}
	}
	for what, f := range map[string]order.Filter{
		"orders to pay": {Payment: []order.Payment{order.Awaiting}}, "orders to accept": {Payment: []order.Payment{order.Held}, Fulfilment: []order.Fulfilment{order.New}},
		"orders to ship": {Fulfilment: []order.Fulfilment{order.Accepted}}, "orders on the way": {Payment: []order.Payment{order.Held}, Fulfilment: []order.Fulfilment{order.Shipped}},
		"open complaints": {Dispute: []order.Dispute{order.Open}}, "offers": {Dispute: []order.Dispute{order.Offered}}, "complaints to decide": {Dispute: []order.Dispute{order.Escalated}},
		"finished orders": {Payment: []order.Payment{order.Released}}, "cancelled orders": {Fulfilment: []order.Fulfilment{order.Cancelled}},
	} {
		list, err := r.Orders.Orders(ctx, who, a.Role, f)
		full(what, len(list), err)
	}
	switch a.Role {
	case market.Operator:
		queue, err := r.Catalog.Queue(ctx, who, "", 50)
		full("listings to review", len(queue), err)
		transfers, err := r.Orders.Orders(ctx, who, a.Role, order.Filter{Payment: []order.Payment{order.Awaiting}, Provider: "transfer"})
		full("transfers to confirm", len(transfers), err)
		moves, err := r.Money.Transactions(ctx, who, ledger.Filter{})
		full("ledger", len(moves), err)
		return
	case market.Supplier:
		count, err := r.Catalog.Count(ctx, who)
		for _, s := range []catalog.State{catalog.Draft, catalog.Proposed, catalog.Published, catalog.Suspended} {
			full("listings that are "+string(s), count[s], err)
		}
		money, err := r.Money.Standing(ctx, who, who.Business, ledger.Filter{})
		full("money held", len(money.Held), err)
		full("money owed", len(money.Owed), err)
		full("payouts", len(money.Payouts), err)
		_, tenths, err := r.Orders.Rating(ctx, who.Business)
		full("reviews", tenths, err)
	}
	threads, err := r.Orders.Conversations(ctx, who)
	full("messages", len(threads), err)
	addresses, err := r.Parties.Addresses(ctx, who)
	full("addresses", len(addresses), err)
}
