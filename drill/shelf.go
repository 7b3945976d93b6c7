package drill

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"kontor/drill/browser"
)

// shelf is what visitors know of a site.
type shelf struct {
	popular []string // front page, categories, suppliers and some listings: what many look at
	all     []string // every public address that its own links and lists lead to
	goods   []string // listings that can be put in the cart
	titles  []string // of goods, to search for
}

// Bounds of what is learnt of a site.
const (
	mostPopular = 40
	mostGoods   = 60
	mostAll     = 5_000
	mostLists   = 250 // pages of the list of everything
	mostWords   = 500
)

// learn follows the site's own links as a guest does, and then turns the pages of
// its list of everything.
func learn(ctx context.Context, b *browser.Browser) (shelf, error) {
	s := shelf{popular: []string{"/"}}
	seen, queue := map[string]bool{"/": true}, []string{"/"}
	for len(queue) > 0 && len(s.goods) < mostGoods {
		page := queue[0]
		queue = queue[1:]
		p, err := look(ctx, b, page)
		if err != nil {
			return s, err
		}
		if _, ok := p.PostForm("/cart/lines", "variant", "quantity"); ok {
			s.goods = append(s.goods, page)
			s.titles = append(s.titles, title(p))
		}
		for _, l := range p.Links() {
			if seen[l] || !public(l) || len(seen) >= mostAll {
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
	for n := 1; n <= mostLists && len(seen) < mostAll; n++ {
		p, err := look(ctx, b, fmt.Sprintf("/search?page=%d", n))
		if err != nil {
			return s, err
		}
		before := len(seen)
		for _, l := range p.Links() {
			if public(l) && len(seen) < mostAll {
				seen[l] = true
			}
		}
		if len(seen) == before {
			break // the end of the list
		}
	}
	s.all = slices.Sorted(maps.Keys(seen))
	return s, nil
}

// look opens a page while looking around.
func look(ctx context.Context, b *browser.Browser, page string) (*browser.Page, error) {
	p, err := b.Get(ctx, page)
	if err != nil {
		return nil, fmt.Errorf("look around at %s: %w", page, err)
	}
	if p.Status != http.StatusOK {
		return nil, fmt.Errorf("look around: %s is answered with %d", page, p.Status)
	}
	return p, nil
}

// words are the different words of titles, to be asked for one by one.
func (s *shelf) words() []string {
	seen := map[string]bool{}
	for _, t := range s.titles {
		for _, w := range strings.FieldsFunc(strings.ToLower(t), func(r rune) bool { return r >= unicode.MaxASCII || !unicode.IsLetter(r) }) {
			if len(w) > 2 && len(seen) < mostWords {
				seen[w] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
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
