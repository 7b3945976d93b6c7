package drill

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"kontor/drill/browser"
)

// deal is one order that a good user tried to place.
type deal struct {
	account *account
	state   dealState
	group   string // its id, once the site had said that it is placed
	minor   int64  // what the payment page asked for, in hundredths
}

type dealState uint8

const (
	ordering   dealState = iota // on the way, or refused for sure
	unanswered                  // may or may not be there
	placed                      // the site said yes
	paid                        // and took the money
)

// trades are the receipts that good users keep, to be held against the site's
// records afterwards. Safe for concurrent use. Bound: one for each visit that
// buys, and so by the drill's length and rate.
type trades struct {
	mu       sync.Mutex
	deals    []*deal
	payments int      // offered: payment forms sent while measuring
	soldOut  int      // visits that ended since the goods were gone
	alone    int      // visits that did not begin: every member was on another
	oddities []string // pages that are not what they should be, up to mostOddities
}

const mostOddities = 20

func (t *trades) with(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f()
}

func (t *trades) nobody() { t.with(func() { t.alone++ }) }
func (t *trades) gone()   { t.with(func() { t.soldOut++ }) }
func (t *trades) offer()  { t.with(func() { t.payments++ }) }

// strange notes a page that is not what it should be.
func (t *trades) strange(what string, p *browser.Page) {
	t.note(fmt.Sprintf("%s: %s, status %d: %s", what, p.URL.Path, p.Status, start(p.Text())))
}

func (t *trades) note(what string) {
	t.with(func() {
		if len(t.oddities) < mostOddities {
			t.oddities = append(t.oddities, what)
		}
	})
}

// order notes that an order is about to be sent.
func (t *trades) order(a *account) *deal {
	d := &deal{account: a}
	t.with(func() { t.deals = append(t.deals, d) })
	return d
}

// unsure notes that nobody knows whether the order is placed.
func (t *trades) unsure(d *deal) { t.with(func() { d.state = unanswered }) }

// place notes that the site said yes and what it asks for.
func (t *trades) place(d *deal, group string, minor int64) {
	t.with(func() { d.state, d.group, d.minor = placed, group, minor })
}

// pay notes that the site took the money.
func (t *trades) pay(d *deal) { t.with(func() { d.state = paid }) }

// Trade says whether the good users' orders are what the site had told them.
type Trade struct {
	Placed   int      `json:"orders_placed"` // acknowledged
	Paid     int      `json:"orders_paid"`   // acknowledged
	Payments int      `json:"payments_offered"`
	Lost     int      `json:"orders_lost"`     // acknowledged, and not there, or not paid
	Doubled  int      `json:"orders_doubled"`  // there, and nobody asked for them
	Off      int64    `json:"money_off_minor"` // of paid orders: what is held, less what was asked for, absolute, summed
	SoldOut  int      `json:"visits_sold_out"`
	Oddities []string `json:"oddities,omitempty"`
}

// books are what the site says of an order.
type books struct {
	Group  string `json:"group_id"`
	Status struct {
		Payment string `json:"payment"`
	} `json:"status"`
	Money struct {
		Total struct {
			Minor int64 `json:"minor"`
		} `json:"total"`
		Held struct {
			Minor int64 `json:"minor"`
		} `json:"held"`
	} `json:"money"`
	Placed time.Time `json:"placed"`
}

// Bounds of a look into the records: orders of an account, and tries.
const (
	mostPages   = 200
	pageOfBooks = 100
	mostTries   = 10
)

// audit holds every receipt against the site's records by its API, as each buyer
// sees them. since is when the drill began to trade.
func (t *trades) audit(ctx context.Context, since time.Time) (Trade, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := Trade{Payments: t.payments, SoldOut: t.soldOut, Oddities: t.oddities}
	of := map[*account][]*deal{}
	for _, d := range t.deals {
		of[d.account] = append(of[d.account], d)
	}
	for a, deals := range of {
		orders, err := a.orders(ctx, since)
		if err != nil {
			return out, fmt.Errorf("look at the orders of %s: %w", a.email, err)
		}
		out.settle(deals, orders)
	}
	return out, nil
}

// settle compares one buyer's receipts with the site's records.
func (out *Trade) settle(deals []*deal, orders []books) {
	type group struct {
		total, held int64
		all         bool // every order of it is paid for
	}
	groups := map[string]*group{}
	for _, o := range orders {
		g := groups[o.Group]
		if g == nil {
			g = &group{all: true}
			groups[o.Group] = g
		}
		g.total += o.Money.Total.Minor
		g.held += o.Money.Held.Minor
		g.all = g.all && o.Status.Payment == "held"
	}
	maybe := 0
	for _, d := range deals {
		if d.state == unanswered {
			maybe++
		}
		if d.state < placed {
			continue
		}
		out.Placed++
		g := groups[d.group]
		delete(groups, d.group)
		if d.state == paid {
			out.Paid++
		}
		switch {
		case g == nil || d.state == paid && !g.all:
			out.Lost++
		case d.state == paid:
			out.Off += distance(g.held, d.minor)
		default:
			out.Off += distance(g.total, d.minor)
		}
	}
	out.Doubled += max(0, len(groups)-maybe)
}

func distance(a, b int64) int64 { return max(a-b, b-a) }

// orders are the account's, placed since then.
func (a *account) orders(ctx context.Context, since time.Time) (list []books, err error) {
	cursor := ""
	for range mostPages {
		var page struct {
			Orders []books `json:"orders"`
			Next   string  `json:"next"`
		}
		path := fmt.Sprintf("/api/v1/orders?limit=%d", pageOfBooks)
		if cursor != "" {
			path += "&cursor=" + url.QueryEscape(cursor)
		}
		if err := a.read(ctx, path, &page); err != nil {
			return nil, err
		}
		list = append(list, page.Orders...)
		old := slices.ContainsFunc(page.Orders, func(o books) bool { return o.Placed.Before(since) })
		if cursor = page.Next; cursor == "" || old {
			break
		}
	}
	return slices.DeleteFunc(list, func(o books) bool { return o.Placed.Before(since) }), nil
}

// read asks the API in the account's name. A site that has just been attacked is
// asked again.
func (a *account) read(ctx context.Context, path string, into any) error {
	var last error
	for range mostTries {
		once, cancel := context.WithTimeout(ctx, patience)
		p, err := a.browser.Get(once, path)
		cancel()
		switch {
		case err != nil:
			last = err
		case p.Status != http.StatusOK:
			last = fmt.Errorf("%s is answered with %d: %s", path, p.Status, start(strings.TrimSpace(string(p.Body))))
		default:
			if err := json.Unmarshal(p.Body, into); err != nil {
				return fmt.Errorf("read %s: %w", path, err)
			}
			return nil
		}
		if !pause(ctx, time.Second) {
			break
		}
	}
	return last
}
