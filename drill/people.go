package drill

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"kontor/drill/attack"
	"kontor/drill/browser"
)

// account is a member of the site under rehearsal, with the browser that it is
// signed in with.
type account struct {
	email, password string
	browser         *browser.Browser
}

// drillCard is the card that the sample platform's payment takes.
const drillCard = "4242 4242 4242 4242"

// town is where good users live: the same fictional networks as the hostile
// clients' (see attack.Sources), beside them in the same /24.
type town struct{ swapped bool }

// office is the one address that forty people share, and crawling the one that
// the crawler comes from.
func (t town) office() netip.Addr   { return t.at(40, 7, 9) }
func (t town) crawling() netip.Addr { return t.at(66, 249, 11) }

// crawlerName is part of what browser.Crawler calls itself. The throw-away house
// is told where it comes from, as loopback has no names to confirm it by.
const crawlerName = "baltbot"

// house is anybody's address.
func (t town) house(rng *rand.Rand) netip.Addr {
	return t.at(byte(10+rng.IntN(240)), byte(rng.IntN(256)), byte(rng.IntN(attack.GoodHosts)))
}

// at is host number n of a /24: above the hostile ones, or, where roles are
// swapped, in their place.
func (t town) at(b, c, n byte) netip.Addr {
	if !t.swapped {
		n += attack.FirstGoodHost
	} else {
		n++
	}
	return netip.AddrFrom4([4]byte{127, b, c, n})
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
	form, ok := p.PostForm(action, slices.Collect(maps.Keys(fields))...)
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
