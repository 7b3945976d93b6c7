package drill

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"kontor/drill/browser"
)

// account is a member of the site under rehearsal, with the browser that it is
// signed in with.
type account struct {
	email, password string
	browser         *browser.Browser
}

// The words that accounts of a drill are opened with.
const (
	drillPassword = "a lantern, a lead line, a log"
	drillCard     = "4242 4242 4242 4242"
)

// source is a good user's address, in the same fictional networks as the hostile
// clients' (see attack.Sources), beside theirs in the same /24.
func source(rng *rand.Rand) netip.Addr {
	return netip.AddrFrom4([4]byte{127, byte(10 + rng.IntN(240)), byte(rng.IntN(256)), byte(200 + rng.IntN(55))})
}

// join opens accounts on the site by its own forms, letters included, each with
// an address to ship to. Those who come first are used again by the good users;
func join(ctx context.Context, line browser.Line, name string, n int, rng *rand.Rand) ([]*account, error) {
	const atOnce = 2 // on the site's cores; the hashing of passwords sets the pace
	list := make([]*account, n)
	froms := make([]netip.Addr, n)
	for i := range froms {
		froms[i] = source(rng)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	var working sync.WaitGroup
	for range atOnce {
		working.Go(func() {
			for i := range next {
				a, err := joinOne(ctx, browser.New(line, froms[i], browser.Desk), fmt.Sprintf("%s-%d", name, i+1))
				if err != nil {
					cancel(fmt.Errorf("open account %s-%d: %w", name, i+1, err))
					return
				}
				list[i] = a
			}
		})
	}
	for i := range n {
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	working.Wait()
	return list, context.Cause(ctx)
}

// joinOne signs one up, follows the letter, and signs in.
func joinOne(ctx context.Context, b *browser.Browser, name string) (*account, error) {
	a := &account{email: name + "@rehearsal.example", password: drillPassword, browser: b}
	_, err := fillIn(ctx, b, "/sign-up", "/sign-up", map[string]string{
		"business": "Rehearsal " + name, "country": "DE", "city": "Rostock", "name": "Drill " + name,
		"email": a.email, "password": a.password, "buys": "yes", "terms": "yes",
	})
	if err != nil {
		return nil, err
	}
	link, err := letter(ctx, b, a.email)
	if err != nil {
		return nil, err
	}
	if _, err := fillIn(ctx, b, link, "/confirm", nil); err != nil {
		return nil, err
	}
	if err := a.signIn(ctx, b); err != nil {
		return nil, err
	}
	_, err = fillIn(ctx, b, "/account/addresses", "/account/addresses", map[string]string{
		"name": "Drill " + name, "street": "Am Strande 3", "postcode": "18055", "city": "Rostock",
	})
	return a, err
}

// signIn opens the sign-in page and sends its form.
func (a *account) signIn(ctx context.Context, b *browser.Browser) error {
	p, err := fillIn(ctx, b, "/sign-in", "/sign-in", map[string]string{"email": a.email, "password": a.password})
	if err == nil && strings.HasSuffix(p.URL.Path, "/sign-in") {
		err = errors.New("the site did not let them in")
	}
	return err
}

// fillIn opens a page and sends the form on it whose action begins so, with some
// of its fields filled in. It is for preparing: any refusal is an error.
func fillIn(ctx context.Context, b *browser.Browser, page, action string, fields map[string]string) (*browser.Page, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	p, err := b.Get(ctx, page)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", page, err)
	}
	var needs []string
	for name := range fields {
		if name != "terms" { // a box that is not ticked yet
			needs = append(needs, name)
		}
	}
	form, ok := p.PostForm(action, needs...)
	if !ok {
		return nil, fmt.Errorf("%s (status %d) has no form for %s: %s", page, p.Status, action, start(p.Text()))
	}
	for name, value := range fields {
		form.Values.Set(name, value)
	}
	p, err = b.Post(ctx, form.Action, form.Values)
	if err != nil {
		return nil, fmt.Errorf("send the form of %s: %w", page, err)
	}
	if p.Status != http.StatusOK {
		return nil, fmt.Errorf("the form of %s is answered with %d: %s", page, p.Status, start(p.Text()))
	}
	return p, nil
}

// start is the beginning of a text, for messages.
func start(text string) string {
	if len(text) > 300 {
		return strings.ToValidUTF8(text[:300], "") + "…"
	}
	return text
}

// letterTime is how long a letter may take: a house that was just filled has many
// to write first.
const letterTime = time.Minute

// letter waits for the newest letter to an address and returns its link to
// confirm. A throw-away house keeps its letters on a page instead of sending.
func letter(ctx context.Context, b *browser.Browser, email string) (string, error) {
	for end := time.Now().Add(letterTime); time.Now().Before(end); {
		p, err := b.Get(ctx, "/letters")
		if err != nil {
			return "", fmt.Errorf("read the letters: %w", err)
		}
		if _, rest, ok := bytes.Cut(p.Body, []byte(">"+email+"<")); ok {
			own, _, _ := bytes.Cut(rest, []byte("</article>"))
			for _, l := range (&browser.Page{Body: own}).Links() {
				if strings.Contains(l, "/confirm?token=") {
					return l, nil
				}
			}
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return "", fmt.Errorf("no letter came to %s in %v", email, letterTime)
}

// shelf is what visitors know of a site: pages that many look at, goods that can
// be ordered, and words to search for.
type shelf struct {
	popular []string // front page, categories, suppliers and some listings
	goods   []string // listings that can be put in the cart
	words   []string
}

// Bounds of what is learnt of a site.
const (
	mostPopular = 40
	mostGoods   = 60
)

// learn follows the site's own links as a guest does.
func learn(ctx context.Context, b *browser.Browser) (shelf, error) {
	s := shelf{popular: []string{"/"}}
	seen, queue := map[string]bool{"/": true}, []string{"/"}
	for len(queue) > 0 && len(s.goods) < mostGoods {
		page := queue[0]
		queue = queue[1:]
		p, err := b.Get(ctx, page)
		if err != nil {
			return s, fmt.Errorf("look around at %s: %w", page, err)
		}
		if p.Status != http.StatusOK {
			return s, fmt.Errorf("look around: %s is answered with %d", page, p.Status)
		}
		if _, ok := p.PostForm("/cart/lines", "variant", "quantity"); ok {
			s.goods = append(s.goods, page)
			s.words = append(s.words, title(p))
		}
		for _, l := range p.Links() {
			if seen[l] || !public(l) {
				continue
			}
			seen[l] = true
			if len(s.popular) < mostPopular {
				s.popular = append(s.popular, l)
			}
			queue = append(queue, l)
		}
	}
	if len(s.goods) == 0 {
		return s, errors.New("no page of the site offers anything for the cart")
	}
	return s, nil
}

// public tells pages that anybody looks at, without a query.
func public(path string) bool {
	for _, top := range []string{"/categories/", "/listings/", "/suppliers/"} {
		if strings.HasPrefix(path, top) && !strings.Contains(path, "?") {
			return true
		}
	}
	return false
}

// title is the page's, up to where the site's own name begins.
func title(p *browser.Page) string {
	_, rest, _ := bytes.Cut(p.Body, []byte("<title>"))
	text, _, _ := bytes.Cut(rest, []byte("</title>"))
	own, _, _ := strings.Cut(string(text), " · ")
	return html.UnescapeString(own)
}
