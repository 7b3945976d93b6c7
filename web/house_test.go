package web

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"kontor/feed"
	"kontor/files"
	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/landed"
	"kontor/market/ledger"
	"kontor/market/order"
	"kontor/market/party"
	"kontor/pay"
	"kontor/search"
	"kontor/store"
	"kontor/vault"
	"kontor/web/page"
)

// testHouse is a whole house on SQLite in a temporary folder, with two buyers,
// two suppliers in two countries, and an operator. Nothing runs beside
// requests: events stay in the outbox, and the index is told by hand.
type testHouse struct {
	*Site
	db      *store.DB
	handler http.Handler
	people  map[string]tester
	log     *logged
}

// tester is somebody who is signed in and has an API key.
type tester struct {
	actor   market.Actor
	key     string // for Authorization: Bearer
	session string // for the cookie
	firm    party.Business
}

// Names of a test house's people.
const (
	aBuyer        = "buyer"
	otherBuyer    = "other buyer"
	aSupplier     = "supplier"
	otherSupplier = "other supplier"
	anOperator    = "operator"
	aGuest        = "guest" // nobody
)

// logged keeps what the site logs, for tests that nothing secret is in it.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// openTestHouse opens the house at a database, SQLite in a temporary folder for "".
func openTestHouse(t testing.TB, url string) *testHouse {
	t.Helper()
	ctx, dir, log := t.Context(), t.TempDir(), &logged{}
	if url == "" {
		url = "sqlite:" + filepath.Join(dir, "kontor.db")
	}
	logger := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn}))
	key, _, err := vault.OpenHouse(filepath.Join(dir, "keys", "house.json"))
	must(t, err)
	db, err := store.Open(ctx, store.Settings{URL: url}, time.Now, logger)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	index, err := search.Open(filepath.Join(dir, "search"))
	must(t, err)
	t.Cleanup(func() { must(t, index.Close()) })
	folder, err := files.Open(filepath.Join(dir, "files"))
	must(t, err)
	t.Cleanup(func() { must(t, folder.Close()) })
	v := testVault{vault.New(key, db, 1_000, time.Now)}
	goods := catalog.NewDesk(db, index, folder, time.Now)
	h := &testHouse{db: db, people: map[string]tester{aGuest: {}}, log: log, Site: &Site{
		Parties: party.New(db, v, vault.NewPasswords(64), time.Now, party.Settings{}), Catalog: goods,
		Orders:   &order.Desk{Book: db, Carts: db, Shelf: db, Threads: db, Parties: db, Vault: v, Providers: []order.Provider{pay.Card{}, pay.Transfer{}}, Times: order.Usual, Now: time.Now},
		Money:    &ledger.Desk{Journal: db, Businesses: db, Vault: v, Now: time.Now, ByHand: []string{"transfer"}},
		Pictures: folder, Imports: testImports{goods, db}, House: page.House{Name: "Kontor"}, Country: "DE", Currency: "EUR",
		Bank: Bank{"Kontor", "DE02 1203 0000 0000 2020 51"}, Origin: "http://localhost", Digest: func(text string) string { return key.Digest("request", text) }, Log: logger, Now: time.Now,
	}}
	h.handler = h.Handler()
	h.settle(t)
	return h
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// settle lets the people in and gives the suppliers their terms.
func (h *testHouse) settle(t testing.TB) {
	t.Helper()
	ctx := t.Context()
	link, _, err := h.Parties.FirstLink(ctx)
	must(t, err)
	must(t, h.Parties.BecomeOperator(ctx, link, party.NewOperator{Name: "Ida Oehler", Email: "ida@house.example", Password: testPassword, Language: "en"}))
	h.people[anOperator] = h.signIn(t, "ida@house.example")
	must(t, h.Catalog.Plant(ctx, h.people[anOperator].actor, []catalog.Category{{Path: "home", Names: map[string]string{"en": "Home"}}, {Path: "home/mugs", Names: map[string]string{"en": "Mugs"}}}))
	for _, j := range []struct{ who, firm, country string }{{aBuyer, "Lindgren & Daughters", "SE"}, {otherBuyer, "Café Morgen", "DE"}, {aSupplier, "Tarsus Shirtworks", "TR"}, {otherSupplier, "Nordwind Keramik", "DE"}} {
		sells := strings.Contains(j.who, "supplier")
		h.join(t, j.who, party.SignUp{Name: "Somebody", Email: strings.ReplaceAll(j.who, " ", ".") + "@firm.example", Business: j.firm, Country: j.country, City: "There", Buys: !sells, Sells: sells, Language: "en", Currency: "EUR"})
		if sells {
			must(t, h.db.SaveTerms(ctx, order.Terms{Business: h.people[j.who].firm.ID, CommissionBps: 500, Freight: testFreight}))
		}
	}
}

var testFreight = landed.Table{{Name: "everywhere", Countries: []string{"*"}, Methods: []landed.Method{
	{Key: "road", DaysFrom: 3, DaysTo: 7, Brackets: []landed.Bracket{{UpToGrams: 5_000_000, Prices: []market.Money{market.Of(1_200, "EUR")}}}},
	{Key: "air", DaysFrom: 1, DaysTo: 2, Brackets: []landed.Bracket{{UpToGrams: 5_000_000, Prices: []market.Money{market.Of(4_800, "EUR")}}}},
}}}

const testPassword = "violet harbour crane 58"

// join signs a business up, follows the link of the letter, and signs in.
func (h *testHouse) join(t testing.TB, who string, in party.SignUp) {
	t.Helper()
	ctx := t.Context()
	in.Password = testPassword
	newcomer, err := h.Parties.Newcomer(ctx, in)
	must(t, err)
	_, err = newcomer.Join(ctx)
	must(t, err)
	pending, err := h.db.Pending(ctx, 1_000)
	must(t, err)
	for _, e := range pending {
		var told party.Told
		must(t, json.Unmarshal(e.Body, &told))
		if e.Subject == party.PersonJoined {
			letter, err := h.Parties.Letter(ctx, told.Token)
			must(t, err)
			must(t, h.Parties.Confirm(ctx, letter.Secret))
		}
		must(t, h.db.Sent(ctx, e.Seq))
	}
	h.people[who] = h.signIn(t, in.Email)
}

func (h *testHouse) signIn(t testing.TB, email string) tester {
	t.Helper()
	pass, err := h.Parties.SignIn(t.Context(), email, testPassword, "test")
	must(t, err)
	key, err := h.Parties.MakeKey(t.Context(), pass.Visitor.Actor, "test", testPassword)
	must(t, err)
	return tester{pass.Visitor.Actor, key, pass.Token, pass.Visitor.Business}
}

// agree has everybody agree to this version of the terms and of what becomes of
// their data, so that they may go on trading.
func (h *testHouse) agree(t testing.TB, version string) {
	t.Helper()
	for who, p := range h.people {
		if who != aGuest && who != anOperator {
			must(t, h.Parties.Agree(t.Context(), party.Visitor{Actor: p.actor, Language: "en"}, map[string]string{"terms": version, "privacy": version}))
		}
	}
}

// offer publishes an article of a supplier: 5.00 EUR a piece, 4.00 from 10 on.
func (h *testHouse) offer(t testing.TB, who, article string, stock market.Quantity) catalog.Listing {
	t.Helper()
	ctx := t.Context()
	l, err := h.Catalog.Create(ctx, h.people[who].actor, catalog.Listing{
		Article: article, Titles: map[string]string{"en": "Stoneware mug " + article}, Descriptions: map[string]string{"en": "Thrown by hand."}, Language: "en", Category: "home/mugs",
		Unit: "H87", MOQ: 2, Multiple: 1, LeadDays: 5, Origin: h.people[who].firm.Country, HSCode: "691200",
		Variants: []catalog.Variant{{SKU: article + "-1", WeightGrams: 400, OnHand: stock, Prices: []catalog.Price{{Currency: "EUR", Tiers: []catalog.Tier{{From: 2, Minor: 500}, {From: 10, Minor: 400}}}}}},
	})
	must(t, err)
	must(t, h.Catalog.Propose(ctx, h.people[who].actor, l.ID, l.Version))
	must(t, h.Catalog.Publish(ctx, h.people[anOperator].actor, l.ID, l.Version+1))
	must(t, h.Catalog.Reindex(ctx, l.ID))
	return l
}

// call sends a request as somebody by key, with a body of JSON if there is
// one, and returns the answer. Further header fields come in pairs.
func (h *testHouse) call(t testing.TB, who, method, path, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if key := h.people[who].key; key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w
}

// testVault fits the vault to what the market's rooms declare.
type testVault struct{ v *vault.Vault }

func (s testVault) NewKey(_ context.Context, of party.Subject) (party.Key, error) {
	wrapped, err := s.v.NewKey(vault.Subject{Kind: string(of.Kind), ID: of.ID})
	return party.Key{Subject: of, Wrapped: wrapped}, err
}

func (s testVault) Seal(ctx context.Context, of party.Subject, at party.Place, plain []byte) (market.Sealed, error) {
	return s.v.Seal(ctx, vault.Subject{Kind: string(of.Kind), ID: of.ID}, vault.Place(at), plain)
}

func (s testVault) EmailIndex(email string) []byte { return s.v.EmailIndex(email) }

func (s testVault) Open(ctx context.Context, look party.Look, values ...party.Value) ([][]byte, error) {
	fields := make([]vault.Field, len(values))
	for i, v := range values {
		fields[i] = vault.Field{At: vault.Place(v.At), Sealed: v.Sealed}
	}
	return s.v.Open(ctx, vault.Look{Reader: string(look.Reader), Role: string(look.Role), Subject: vault.Subject{Kind: string(look.Subject.Kind), ID: look.Subject.ID}, Purpose: look.Purpose.Kind, PurposeID: look.Purpose.ID}, fields...)
}

// testImports reads and writes Kontor's CSV.
type testImports struct {
	goods *catalog.Desk
	db    *store.DB
}

func (i testImports) Import(ctx context.Context, a market.Actor, supplier market.BusinessID, _ string, r io.Reader, size int64) (ImportReport, error) {
	report, err := feed.Import(ctx, i.goods, feed.ImportInput{Actor: a, Supplier: supplier, Reader: r, Size: max(0, size)})
	out := ImportReport{Rows: report.Rows, Created: report.Created, Updated: report.Updated, Unchanged: report.Unchanged, Rejected: report.Rejected}
	for _, p := range report.Errors {
		out.Errors = append(out.Errors, ImportError(p))
	}
	for _, p := range report.Notes {
		out.Notes = append(out.Notes, ImportError(p))
	}
	if out.Unread = feed.Unread(err); len(out.Unread) > 0 {
		err = nil // the report says it
	}
	return out, err
}

func (testImports) Template(w io.Writer, currency market.Currency, category string) error {
	return feed.Template(w, currency, category)
}

func (testImports) Columns() (columns []ImportColumn) {
	for _, c := range feed.Columns() {
		columns = append(columns, ImportColumn(c))
	}
	return columns
}

func (i testImports) Export(ctx context.Context, _ market.Actor, supplier market.BusinessID, w io.Writer) error {
	shown, err := i.db.List(ctx, catalog.Filter{Supplier: supplier, Limit: 500})
	if err != nil {
		return err
	}
	all := make([]catalog.Listing, len(shown))
	for n, l := range shown {
		all[n] = l.Listing
	}
	return feed.Export(w, all)
}
