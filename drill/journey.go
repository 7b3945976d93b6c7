package drill

import (
	"math/rand/v2"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"kontor/drill/browser"
)

// How good users behave.
const (
	leastThink   = 700 * time.Millisecond // between pages
	meanThink    = 1500 * time.Millisecond
	freshSignIn  = 0.3 // of those who buy: come without a session and sign in at the cart
	rareLook     = 0.2 // of a guest's pages: something that nobody else looks at
	asksQuestion = 0.2 // of the members' visits
	officeSize   = 40
)

// pool are the members that good users are; one is lent to one visit at a time.
type pool struct {
	mu   sync.Mutex
	free []*account
	all  []*account
}

func newPool(list []*account) *pool {
	return &pool{free: append([]*account(nil), list...), all: list}
}

// take lends the one that rested longest; nil if all are on a visit.
func (p *pool) take() *account {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) == 0 {
		return nil
	}
	a := p.free[0]
	p.free = p.free[1:]
	return a
}

func (p *pool) give(a *account) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, a)
}

// visit is one visit of a good user, from the first page to the last.
func (s *stage) visit(class Class, rng *rand.Rand) {
	switch class {
	case Paying:
		s.buy(rng)
	case Member:
		s.look(rng)
	case Phone:
		b := browser.New(s.line, s.town.house(rng), browser.Phone)
		defer b.Close()
		v := s.visitor(b, Phone)
		v.quiet = true // no scripts, and pictures only where it scrolls to
		v.browse(rng, Phone, Phone)
	case Office:
		b := browser.New(s.line, s.town.office(), browser.Desk)
		defer b.Close()
		s.visitor(b, Office).browse(rng, Office, Office)
	case Crawler:
		b := browser.New(s.line, s.town.crawling(), browser.Crawler)
		defer b.Close()
		v := s.visitor(b, Crawler)
		v.quiet = true
		for range 5 {
			if v.get(s.shelf.goods[rng.IntN(len(s.shelf.goods))]); !v.think(rng) {
				return
			}
		}
	default:
		b := browser.New(s.line, s.town.house(rng), browser.Desk)
		defer b.Close()
		s.visitor(b, Guest).browse(rng, Guest, Deep)
	}
}

// browse is a guest's visit of two to six pages: popular ones count in one class,
// rare ones in another. It goes on from a page that did not come, as people do.
func (v *visitor) browse(rng *rand.Rand, popular, rare Class) {
	defer v.leave()
	s := v.stage
	for n := 2 + rng.IntN(5); n > 0; n-- {
		path := s.shelf.popular[rng.IntN(len(s.shelf.popular))]
		v.class = popular
		if rng.Float64() < rareLook {
			v.class, path = rare, s.search(rng)
		}
		v.get(path)
		if !v.think(rng) {
			return
		}
	}
}

// search is the address of a search in words of one's own.
func (s *stage) search(rng *rand.Rand) string {
	words := strings.Fields(s.shelf.titles[rng.IntN(len(s.shelf.titles))] + " " + s.shelf.titles[rng.IntN(len(s.shelf.titles))])
	rng.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	return "/search?q=" + url.QueryEscape(strings.Join(words[:min(2, len(words))], " "))
}

// look is a member's visit: looks, searches, reads messages, and sometimes asks.
func (s *stage) look(rng *rand.Rand) {
	a := s.members.take()
	if a == nil {
		s.trades.nobody()
		return
	}
	defer s.members.give(a)
	v := s.visitor(a.browser, Member)
	defer v.leave()
	goods := s.shelf.goods[rng.IntN(len(s.shelf.goods))]
	for _, path := range []string{"/", s.search(rng), goods, "/orders", "/messages"} {
		p, ok := v.get(path)
		if !v.think(rng) {
			return
		}
		if !ok || path != goods || rng.Float64() >= asksQuestion {
			continue
		}
		if f, found := p.PostForm(goods+"/questions", "text"); found {
			f.Values.Set("text", "Is it ready to be sent this week, and is there a sample?")
			if v.post(f); !v.think(rng) {
				return
			}
		}
	}
}

// buy is the visit that all is about: goods into the cart, checkout, payment.
func (s *stage) buy(rng *rand.Rand) {
	a := s.members.take()
	if a == nil {
		s.trades.nobody()
		return
	}
	defer s.members.give(a)
	b, class := a.browser, Member
	fresh := rng.Float64() < freshSignIn
	if fresh {
		b, class = browser.New(s.line, s.town.house(rng), browser.Desk), Guest
		defer b.Close()
	}
	v := s.visitor(b, class)
	defer v.leave()
	p, ok := v.get(s.shelf.goods[rng.IntN(len(s.shelf.goods))])
	if !ok || !v.think(rng) {
		return
	}
	cart, found := p.PostForm("/cart/lines", "variant", "quantity")
	if !found {
		s.trades.gone()
		return
	}
	if v.class = Paying; fresh {
		v.class = Deep
	}
	if _, ok = v.post(cart); !ok || !v.think(rng) {
		return
	}
	if fresh {
		v.class = SignIn
	}
	if p, ok = v.get("/checkout"); !ok || !v.think(rng) {
		return
	}
	if fresh {
		f, found := p.PostForm("/sign-in", "email", "password")
		if !found {
			s.trades.strange("the checkout does not lead a guest to the sign-in form", p)
			return
		}
		f.Values.Set("email", a.email)
		f.Values.Set("password", a.password)
		if p, ok = v.post(f); !ok || !v.think(rng) {
			return
		}
	}
	v.class = Paying
	v.pay(rng, a, p)
}

// pay goes from the checkout to the paid order.
func (v *visitor) pay(rng *rand.Rand, a *account, p *browser.Page) {
	t := v.stage.trades
	f, found := p.PostForm("/checkout", "address", "payment")
	if !found {
		if !strings.Contains(p.URL.Path, "/checkout") {
			t.gone() // somebody else took the last
		} else {
			t.strange("the checkout has no form", p)
		}
		return
	}
	f.Values.Set("payment", "card")
	d := t.order(a)
	p, ok := v.post(f)
	if !ok {
		if p != nil && fateOf(browser.Exchange{Status: p.Status}) == failed {
			t.strange("the order is not taken", p)
		}
		t.unsure(d)
		return
	}
	f, found = p.PostForm("/payments/", "card")
	amount, priced := shown(p.Text())
	if !found || !priced {
		t.strange("the order leads to no payment", p)
		t.unsure(d)
		return
	}
	t.place(d, base(p.URL.Path), amount)
	if !v.think(rng) {
		return
	}
	f.Values.Set("card", drillCard)
	if time.Now().After(v.stage.began) {
		t.offer()
	}
	if p, ok = v.post(f); ok && strings.Contains(p.URL.Path, "/orders") {
		t.pay(d)
	}
}

// base is the last part of a path.
func base(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// amountPattern finds what the payment page asks for, once for each currency.
var amountPattern = regexp.MustCompile(`Into the hold[^0-9]{0,25}([0-9][0-9,]*)\.([0-9]{2})`)

// shown is what a payment page asks for in all, in hundredths.
func shown(text string) (sum int64, ok bool) {
	for _, m := range amountPattern.FindAllStringSubmatch(text, -1) {
		n, err := strconv.ParseInt(strings.ReplaceAll(m[1], ",", "")+m[2], 10, 64)
		if err != nil {
			return 0, false
		}
		sum, ok = sum+n, true
	}
	return sum, ok
}
