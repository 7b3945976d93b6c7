package kontor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"
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
	if a.StatusCode >= 300 {
		return a.StatusCode, fmt.Errorf("%s %s is answered with %d: %s", method, path, a.StatusCode, tail(string(text), 400))
	}
	if out == nil {
		return a.StatusCode, nil
	}
	return a.StatusCode, json.Unmarshal(text, out)
}

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
		type outcome struct {
			done []placed
			last unanswered
			err  error
		}
		outcomes := make([]outcome, len(shoppers))
		var wg sync.WaitGroup
		for i, s := range shoppers {
			wg.Go(func() { o := &outcomes[i]; o.done, o.last, o.err = s.shop(house.URL) })
		}
		time.Sleep(time.Duration(200+rng.IntN(1_300)) * time.Millisecond)
		house.Kill()
		wg.Wait()
		http.DefaultClient.CloseIdleConnections()
		verified(t, "--data", house.Data)
		house = start(t, "demo", "--data", house.Data, "--listen", "127.0.0.1:0")
		fresh := 0
		for _, o := range outcomes {
			if o.err != nil {
				t.Errorf("round %d: while trading: %v", round, o.err)
			}
			all, fresh = append(all, o.done...), fresh+len(o.done)
			if o.last.once != "" {
				all = append(all, askAgain(t, house.URL, o.last))
			}
		}
		kept(t, house.URL, all)
		if fresh == 0 {
			t.Errorf("round %d: nothing was ordered before the kill, which proves nothing", round)
		}
	}
	house.Stop(t)
	verified(t, "--data", house.Data)
	t.Logf("%d orders in five rounds, none lost, none doubled", len(all))
}

// prepareShoppers gives some buyers a key and the shirtmaker a full store.
func prepareShoppers(t *testing.T, house *process) (shoppers []shopper) {
	t.Helper()
	var supplier program
	for _, k := range house.Keys {
		if k.Role == "supplier" {
			supplier = program{house.URL, k.Key}
		}
	}
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
	}
	for i, email := range []string{"friederike@warnow-laden.example", "einkauf@hemdundhafen.example", "asa@koksbod.example", "maelle@petit-port.example", "joost@fietsplaats.example", "niamh@oldquay.example"} {
		c := newCaller(t, house.URL)
		c.open("/sign-in")
		c.fill("E-mail address", email)
		c.fill("Password", password)
		c.press("Sign in")
		c.open("/account")
		c.fill("What is it for?", "kill")
		c.fill("A key for a program › Your password now", password)
		c.press("Make a key")
		key := ""
		for n := range c.all("bdi") {
			if k := textOf(n); len(k) > 30 {
				key = k
			}
		}
		if key == "" {
			t.Fatalf("%s got no key: %d\n%s", email, c.status(), c.text())
		}
		var kept struct {
			Addresses []struct {
				ID string `json:"address_id"`
			} `json:"addresses"`
		}
		program{house.URL, key}.must(t, "GET", "/addresses", nil, &kept)
		if len(kept.Addresses) == 0 {
			t.Fatalf("%s has no address", email)
		}
		shoppers = append(shoppers, shopper{key, kept.Addresses[0].ID, listing.Variants[i%len(listing.Variants)].ID, listing.MOQ})
	}
	return shoppers
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
