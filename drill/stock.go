package drill

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path"
	"strings"

	"kontor/drill/browser"
)

// fullStore is what a throw-away house's supplier has of each variant, so that no
// order of a drill fails because the goods are gone.
const fullStore = 10_000_000

// stockUp fills the store of the house's own supplier and returns the pages of
// its listings that can be ordered.
func stockUp(ctx context.Context, line browser.Line, p *process, rng *rand.Rand) (goods, titles []string, err error) {
	b := browser.New(line, town{}.house(rng), browser.Desk)
	defer b.Close()
	var key string
	for _, k := range p.keys {
		if k.Role == "supplier" {
			key = k.Key
		}
	}
	for _, who := range p.people {
		if who.Role == "supplier" {
			if err := (&account{email: who.Email, password: who.Password}).signIn(ctx, b); err != nil {
				return nil, nil, fmt.Errorf("sign the supplier in: %w", err)
			}
		}
	}
	desk, err := b.Get(ctx, "/desk/listings")
	if err != nil {
		return nil, nil, fmt.Errorf("open the supplier's desk: %w", err)
	}
	seen := map[string]bool{}
	for _, l := range desk.Links() {
		id := path.Base(l)
		if !strings.HasPrefix(l, "/desk/listings/") || seen[id] || id == "new" {
			continue
		}
		seen[id] = true
		shown, err := b.Get(ctx, "/listings/"+id)
		if err != nil {
			return nil, nil, fmt.Errorf("open a listing: %w", err)
		}
		if _, ok := shown.PostForm("/cart/lines", "variant", "quantity"); !ok {
			continue // a draft, or taken down
		}
		if err := fill(ctx, b, line, key, id); err != nil {
			return nil, nil, err
		}
		goods, titles = append(goods, "/listings/"+id), append(titles, title(shown))
	}
	if len(goods) == 0 {
		return nil, nil, fmt.Errorf("the supplier of the throw-away house offers nothing (desk: status %d)", desk.Status)
	}
	return goods, titles, nil
}

// fill sets the stock of a listing's variants by the API.
func fill(ctx context.Context, b *browser.Browser, line browser.Line, key, id string) error {
	p, err := b.Get(ctx, "/api/v1/listings/"+id)
	if err != nil {
		return fmt.Errorf("read listing %s: %w", id, err)
	}
	var listing struct {
		Variants []struct {
			ID string `json:"id"`
		} `json:"variants"`
	}
	if err := json.Unmarshal(p.Body, &listing); err != nil {
		return fmt.Errorf("read listing %s: %w", id, err)
	}
	body, err := json.Marshal(map[string]int{"on_hand": fullStore})
	if err != nil {
		return fmt.Errorf("write a stock: %w", err)
	}
	for _, v := range listing.Variants {
		r, err := http.NewRequestWithContext(ctx, http.MethodPut, line.URL.JoinPath("/api/v1/variants/", v.ID, "/stock").String(), bytes.NewReader(body))
		if err != nil {
			return fmt.Errorf("fill the store: %w", err)
		}
		r.Header.Set("Authorization", "Bearer "+key)
		r.Header.Set("Content-Type", "application/json")
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			return fmt.Errorf("fill the store: %w", err)
		}
		said, _ := io.ReadAll(io.LimitReader(a.Body, 1<<10)) // for the message only
		a.Body.Close()
		if a.StatusCode != http.StatusOK {
			return fmt.Errorf("fill the store of variant %s: status %d: %s", v.ID, a.StatusCode, said)
		}
	}
	return nil
}
