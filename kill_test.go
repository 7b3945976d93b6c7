package kontor

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"kontor/store/storetest"
)

// program is somebody who trades by the API.
type program struct{ base, key string }

// call asks and reads the answer into out. The status is 0 where the house went
// away before it answered.
func (p program) call(method, path, once string, in, out any) (status int, err error) {
	body, err := json.Marshal(in)
	if err != nil {
		return 0, err
	}
	r, err := http.NewRequest(method, p.base+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", "Bearer "+p.key)
	r.Header.Set("Content-Type", "application/json")
	if once != "" {
		r.Header.Set("Idempotency-Key", once)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil // nobody is there any more
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		return 0, nil // cut off in the middle: not an acknowledgement
	}
	if a.StatusCode >= http.StatusInternalServerError {
		return a.StatusCode, fmt.Errorf("%w: %s", errUnwell, tail(string(text), 400))
	}
	if a.StatusCode >= 300 {
		return a.StatusCode, fmt.Errorf("%s %s is answered with %d: %s", method, path, a.StatusCode, tail(string(text), 400))
	}
	if out == nil {
		return a.StatusCode, nil
	}
	return a.StatusCode, json.Unmarshal(text, out)
}

// errUnwell is the answer of a house that can't do its work just now, as one
// whose database is away: it acknowledges nothing.
var errUnwell = errors.New("the house could not do it")

// must is call for what has to succeed.
func (p program) must(t *testing.T, method, path string, in, out any) {
	t.Helper()
	status, err := p.call(method, path, "", in, out)
	if err != nil || status == 0 {
		t.Fatalf("%s %s: status %d, %v", method, path, status, err)
	}
}

// shopper orders one article again and again.
type shopper struct {
	key, address, variant string
	quantity              int
}

// placed is an order that the house said it has, and what it said last.
type placed struct {
	key, id string
	paid    bool
}

// unanswered is the last request of a shopper, whose answer never came.
type unanswered struct {
	key, once string
	body      map[string]any
}

// shop orders and pays until the house goes away.
func (s shopper) shop(base string) (done []placed, last unanswered, err error) {
	p := program{base, s.key}
	for n := 0; ; n++ {
		if status, err := p.call("POST", "/cart/lines", "", map[string]any{"variant_id": s.variant, "quantity": s.quantity}, nil); status == 0 || err != nil {
			return done, unanswered{}, err
		}
		body := map[string]any{"address_id": s.address, "payment": "card"}
		once := fmt.Sprintf("kill-%d-%d", time.Now().UnixNano(), n)
		var group struct {
			Orders []struct {
				ID string `json:"id"`
			} `json:"orders"`
		}
		status, err := p.call("POST", "/orders", once, body, &group)
		if err != nil || status == 0 {
			return done, unanswered{s.key, once, body}, err
		}
		o := placed{key: s.key, id: group.Orders[0].ID}
		status, err = p.call("POST", "/orders/"+o.id+"/pay", once+"-pay", map[string]any{}, nil)
		o.paid = status != 0 && err == nil
		done = append(done, o)
		if !o.paid {
			return done, unanswered{}, err
		}
	}
}

// outcome is what one shopper got done until the house went away.
type outcome struct {
	done []placed
	last unanswered
	err  error
}

// shopAll lets everybody order until the house goes away, which kill sees to at
// a random moment.
func shopAll(base string, shoppers []shopper, rng *rand.Rand, kill func()) []outcome {
	outcomes := make([]outcome, len(shoppers))
	var wg sync.WaitGroup
	for i, s := range shoppers {
		wg.Go(func() { o := &outcomes[i]; o.done, o.last, o.err = s.shop(base) })
	}
	time.Sleep(time.Duration(200+rng.IntN(1_300)) * time.Millisecond)
	kill()
	wg.Wait()
	http.DefaultClient.CloseIdleConnections()
	return outcomes
}

// settled is what everybody got done, with what was left unanswered asked again of
// the house that is back.
func settled(t *testing.T, base string, round int, outcomes []outcome) (all []placed) {
	t.Helper()
	for _, o := range outcomes {
		if o.err != nil {
			t.Errorf("round %d: while trading: %v", round, o.err)
		}
		all = append(all, o.done...)
	}
	if len(all) == 0 {
		t.Errorf("round %d: nothing was ordered before the kill, which proves nothing", round)
	}
	for _, o := range outcomes {
		if o.last.once != "" {
			all = append(all, askAgain(t, base, o.last))
		}
	}
	return all
}

// TestKilledWhileTrading kills the binary at random moments while orders are
// placed and paid for. What it had said yes to is there afterwards, what was
// left unanswered can be asked again without ordering twice, and every promise
// holds.
func TestKilledWhileTrading(t *testing.T) {
	house := demo(t)
	shoppers := prepareShoppers(t, house)
	rng := rand.New(rand.NewPCG(20261123, 5))
	var all []placed
	for round := range 5 {
		outcomes := shopAll(house.URL, shoppers, rng, house.Kill)
		verified(t, "--data", house.Data)
		house = start(t, "demo", "--data", house.Data, "--listen", "127.0.0.1:0")
		all = append(all, settled(t, house.URL, round, outcomes)...)
		kept(t, house.URL, all)
	}
	house.Stop(t)
	verified(t, "--data", house.Data)
	t.Logf("%d orders in five rounds, none lost, none doubled", len(all))
}

// TestKilledOnPostgreSQL kills, at random moments, the binary over a server
// that goes on, and the server under a binary that goes on. Neither loses what
// was acknowledged, and a house whose database comes back trades again by
// itself.
func TestKilledOnPostgreSQL(t *testing.T) {
	kontor(t)
	server := storetest.KilledPostgres(t)
	f := founding{t: t, data: t.TempDir(), database: server.URL()}
	f.open()
	shoppers := f.shoppers(4)
	rng := rand.New(rand.NewPCG(20261123, 15))
	var all []placed
	for round := range 6 {
		killed := "the house"
		kill := func() { f.house.Kill() }
		if round%2 == 1 {
			killed, kill = "the database", func() { server.Kill(t) }
		}
		outcomes := shopAll(f.house.URL, shoppers, rng, kill)
		for i := range outcomes {
			if killed == "the database" && errors.Is(outcomes[i].err, errUnwell) {
				outcomes[i].err = nil
			}
		}
		switch killed {
		case "the house":
			verified(t, f.args()...)
			f.serve()
		case "the database":
			server.Start(t)
			f.tradesAgain(shoppers[0])
		}
		all = append(all, settled(t, f.house.URL, round, outcomes)...)
		kept(t, f.house.URL, all)
		if t.Failed() {
			t.Fatalf("after %s was killed in round %d", killed, round)
		}
	}
	for _, s := range shoppers {
		ordered(t, f.house.URL, s.key, all)
	}
	f.house.Stop(t)
	verified(t, f.args()...)
	t.Logf("%d orders in six rounds, none lost, none doubled", len(all))
}

// prepareShoppers gives some of the demo's buyers a key and the shirtmaker a
// full store.
func prepareShoppers(t *testing.T, house *process) (shoppers []shopper) {
	t.Helper()
	var supplier program
	for _, k := range house.Keys {
		if k.Role == "supplier" {
			supplier = program{house.URL, k.Key}
		}
	}
	variants, moq := fullStore(t, supplier)
	for i, email := range []string{"friederike@warnow-laden.example", "einkauf@hemdundhafen.example", "asa@koksbod.example", "maelle@petit-port.example", "joost@fietsplaats.example", "niamh@oldquay.example"} {
		c := newCaller(t, house.URL)
		c.open("/sign-in")
		c.fill("E-mail address", email)
		c.fill("Password", password)
		c.press("Sign in")
		key := keyFor(t, c)
		var kept struct {
			Addresses []struct {
				ID string `json:"address_id"`
			} `json:"addresses"`
		}
		program{house.URL, key}.must(t, "GET", "/addresses", nil, &kept)
		if len(kept.Addresses) == 0 {
			t.Fatalf("%s has no address", email)
		}
		shoppers = append(shoppers, shopper{key, kept.Addresses[0].ID, variants[i%len(variants)], moq})
	}
	return shoppers
}

// fullStore fills the store of a supplier's shirts, so that they never run out.
func fullStore(t *testing.T, supplier program) (variants []string, moq int) {
	t.Helper()
	var found struct {
		Listings []struct {
			ID string `json:"id"`
		} `json:"listings"`
	}
	supplier.must(t, "GET", "/listings?q="+url.QueryEscape(shirt), nil, &found)
	if len(found.Listings) == 0 {
		t.Fatalf("the API finds no %q", shirt)
	}
	var listing struct {
		MOQ      int `json:"moq"`
		Variants []struct {
			ID string `json:"id"`
		} `json:"variants"`
	}
	supplier.must(t, "GET", "/listings/"+found.Listings[0].ID, nil, &listing)
	for _, v := range listing.Variants {
		supplier.must(t, "PUT", "/variants/"+v.ID+"/stock", map[string]any{"on_hand": 10_000_000}, nil)
		variants = append(variants, v.ID)
	}
	return variants, listing.MOQ
}

// keyFor makes a key for a program on the account's page of somebody signed in.
func keyFor(t *testing.T, c *caller) (key string) {
	t.Helper()
	c.open("/account")
	c.fill("What is it for?", "kill")
	c.fill("A key for a program › Your password now", password)
	c.press("Make a key")
	for n := range c.all("bdi") {
		if k := textOf(n); len(k) > 30 {
			key = k
		}
	}
	if key == "" {
		t.Fatalf("no key was given: %d\n%s", c.status(), c.text())
	}
	return key
}

// shoppers opens accounts for so many buyers in a new house, each with a key
// and an address, and fills the shirtmaker's store.
func (f *founding) shoppers(n int) (shoppers []shopper) {
	f.t.Helper()
	maker := newCaller(f.t, f.house.URL)
	maker.open("/sign-in")
	maker.fill("E-mail address", shirtmaker)
	maker.fill("Password", password)
	maker.press("Sign in")
	maker.open("/agree") // as whoever the house admitted itself does first
	maker.tick("I agree to Terms")
	maker.tick("I agree to How")
	maker.press("Agree and go on")
	variants, moq := fullStore(f.t, program{f.house.URL, keyFor(f.t, maker)})
	for i := range n {
		email := fmt.Sprintf("buyer%d@quay.example", i)
		c := newCaller(f.t, f.house.URL)
		c.open("/sign-up")
		c.fill("Name of the business", fmt.Sprintf("Quay Shop %d", i))
		c.fill("Country of the business", "Germany")
		c.fill("City", "Stralsund")
		c.fill("Your name", "Mara Lindqvist")
		c.fill("E-mail address", email)
		c.fill("Password", password)
		c.tick("I agree to")
		c.press("Open an account")
		c.open(letter(f.t, f.operator, email, "/confirm?token="))
		c.press("Confirm the address")
		c.fill("E-mail address", email)
		c.fill("Password", password)
		c.press("Sign in")
		s := shopper{key: keyFor(f.t, c), variant: variants[i%len(variants)], quantity: moq}
		var made struct {
			ID string `json:"address_id"`
		}
		program{f.house.URL, s.key}.must(f.t, "POST", "/addresses", map[string]string{"name": "Mara Lindqvist", "street": "Am Langenkanal 8", "postcode": "18439", "city": "Stralsund", "country": "DE"}, &made)
		s.address = made.ID
		shoppers = append(shoppers, s)
	}
	return shoppers
}

// tradesAgain waits until a house whose database was away takes orders.
func (f *founding) tradesAgain(s shopper) {
	f.t.Helper()
	p := program{f.house.URL, s.key}
	eventually(f.t, "the house trades again by itself once its database is back", func() bool {
		status, err := p.call("POST", "/cart/lines", "", map[string]any{"variant_id": s.variant, "quantity": s.quantity}, nil)
		return err == nil && status != 0
	})
}

// askAgain repeats an order whose answer was cut off, twice: it is the same
// order both times.
func askAgain(t *testing.T, base string, u unanswered) placed {
	t.Helper()
	var ids [2]string
	for i := range ids {
		var group struct {
			Orders []struct {
				ID string `json:"id"`
			} `json:"orders"`
		}
		if status, err := (program{base, u.key}).call("POST", "/orders", u.once, u.body, &group); err != nil || status == 0 || len(group.Orders) == 0 {
			t.Fatalf("an order that was cut off can't be asked again: status %d, %v", status, err)
		}
		ids[i] = group.Orders[0].ID
	}
	if ids[0] != ids[1] {
		t.Errorf("one order, asked for again after a kill, became two: %v", ids)
	}
	return placed{key: u.key, id: ids[0]}
}

// kept expects each order to be there, and paid where the house said so.
func kept(t *testing.T, base string, all []placed) {
	t.Helper()
	for _, o := range all {
		var order struct {
			Status struct {
				Payment string `json:"payment"`
			} `json:"status"`
		}
		status, err := program{base, o.key}.call("GET", "/orders/"+o.id, "", nil, &order)
		switch {
		case err != nil || status == 0:
			t.Errorf("order %s was acknowledged and is lost: status %d, %v", o.id, status, err)
		case o.paid && order.Status.Payment != "held":
			t.Errorf("order %s was paid for and is now %q: the buyer's money is nowhere", o.id, order.Status.Payment)
		}
	}
}

// ordered expects a buyer to have just the orders that were acknowledged or
// asked for again, each once.
func ordered(t *testing.T, base, key string, all []placed) {
	t.Helper()
	want := map[string]bool{}
	for _, o := range all {
		if o.key == key {
			want[o.id] = true
		}
	}
	n, cursor := 0, ""
	for {
		var page struct {
			Orders []struct {
				ID string `json:"id"`
			} `json:"orders"`
			Next string `json:"next"`
		}
		program{base, key}.must(t, "GET", "/orders?limit=100&cursor="+cursor, nil, &page)
		for _, o := range page.Orders {
			if n++; !want[o.ID] {
				t.Errorf("order %s is there and nobody was told of it: the buyer pays twice", o.ID)
			}
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if n != len(want) {
		t.Errorf("a buyer has %d orders, want the %d that were acknowledged", n, len(want))
	}
}
