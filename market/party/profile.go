package party

import (
	"context"
	"fmt"
	"maps"

	"kontor/market"
)

// publicFace is what a business publishes: everything but its sealed fields, and
// where it is only if it sells.
func publicFace(b Business) Business {
	b.LegalName, b.TaxNumber, b.Bank, b.Seat = nil, nil, nil, nil
	if !b.Sells {
		b.Street, b.Postcode = "", ""
	}
	return b
}

// Storefront is the public face of a supplier, by its slug. While it is
// suspended, or nobody of it has confirmed an address, only its own people and
// operators find it.
func (d *Desk) Storefront(ctx context.Context, a market.Actor, slug string) (Business, error) {
	b, err := d.records.BusinessBySlug(ctx, slug)
	if err != nil {
		return Business{}, fmt.Errorf("storefront %q: %w", clip(slug, mostSlug), err)
	}
	if (!b.Sells || b.State != Active || !b.Known) && mayManage(a, b.ID) != nil {
		return Business{}, market.Missing("The storefront")
	}
	return publicFace(b), nil
}

// Suppliers lists public faces of active suppliers whose people are known,
// oldest first.
func (d *Desk) Suppliers(ctx context.Context, after market.BusinessID, limit int) ([]Business, error) {
	return d.list(ctx, BusinessFilter{Sells: true, State: Active, Known: true, After: after, Limit: limit})
}

func (d *Desk) list(ctx context.Context, f BusinessFilter) ([]Business, error) {
	bs, err := d.records.Businesses(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("list businesses: %w", err)
	}
	for i := range bs {
		bs[i] = publicFace(bs[i])
	}
	return bs, nil
}

// Business is one business for its own people or an operator, sealed fields
// left out.
func (d *Desk) Business(ctx context.Context, a market.Actor, id market.BusinessID) (Business, error) {
	b, err := d.managed(ctx, a, id)
	return publicFace(b), err
}

// Named is the public face of any business, active or not, for pages of those
// who trade with it. What it says is public: no right is asked.
func (d *Desk) Named(ctx context.Context, id market.BusinessID) (Business, error) {
	b, err := d.records.Business(ctx, id)
	if err != nil {
		return Business{}, fmt.Errorf("business %s: %w", id, err)
	}
	return publicFace(b), nil
}

// managed reads a business that the actor may manage, whole.
func (d *Desk) managed(ctx context.Context, a market.Actor, id market.BusinessID) (Business, error) {
	if err := mayManage(a, id); err != nil {
		return Business{}, err
	}
	b, err := d.records.Business(ctx, id)
	if err != nil {
		return Business{}, fmt.Errorf("business %s: %w", id, err)
	}
	return b, nil
}

// Profile is the form in which a business shows itself.
type Profile struct {
	Version  int64 // of the business as it was shown
	Name     string
	City     string
	Street   string // with the number; public if it sells, else sealed; may be empty
	Postcode string // the same
	Buys     bool
	Sells    bool
	Language string
	Currency market.Currency
	About    map[string]string // by language, each at most 5,000 characters
	Founded  int               // year; 0 if unknown
	People   int               // 0 if unknown
}

// mostTexts bounds the languages of a storefront's text.
const mostTexts = 12

// check mends spelling in p and collects what is wrong with it in a year, for a
// business of that country.
func (p *Profile) check(year int, country string) error {
	var fs market.Faults
	text(&fs, "name", &p.Name, "the business's name", 2, 80)
	text(&fs, "city", &p.City, "the city", 1, 80)
	text(&fs, "street", &p.Street, "street and number", 0, 100)
	post := Postal{Country: country, Postcode: p.Postcode}
	post.checkCode(&fs)
	p.Postcode = post.Postcode
	languageTag(&fs, "language", &p.Language)
	if !p.Currency.Known() {
		fs.Add("currency", "This is not a currency.", "Choose one from the list.")
	}
	if !p.Buys && !p.Sells {
		fs.Add("buys", "Nothing is chosen.", "Choose buy, sell, or both.")
	}
	if len(p.About) > mostTexts {
		fs.Add("about", fmt.Sprintf("There are texts in %d languages.", len(p.About)), "Keep at most 12.")
	}
	p.About = maps.Clone(p.About)
	for lang, about := range p.About {
		tag := lang
		languageTag(&fs, "about."+clip(lang, 35), &tag)
		letters(&fs, "about."+clip(lang, 35), about, "a text", 0, 5000, true)
		if about == "" {
			delete(p.About, lang)
		}
	}
	if p.Founded != 0 && (p.Founded < 600 || p.Founded > year) {
		fs.Add("founded", fmt.Sprintf("%d can't be the year.", p.Founded), fmt.Sprintf("Enter a year up to %d, or leave it empty.", year))
	}
	if p.People < 0 || p.People > 10_000_000 {
		fs.Add("people", fmt.Sprintf("%d can't be the number of people.", p.People), "Enter a number, or leave it empty.")
	}
	return fs.Err()
}

// Edit changes how the actor's business shows itself. Its slug stays, so that
// addresses others have kept go on leading to it.
func (d *Desk) Edit(ctx context.Context, a market.Actor, p Profile) (Business, error) {
	if err := mayOwn(a, a.Business); err != nil {
		return Business{}, err
	}
	b, err := d.managed(ctx, a, a.Business)
	if err != nil {
		return Business{}, err
	}
	if err := p.check(d.clock().Year(), b.Country); err != nil {
		return Business{}, err
	}
	b.Street, b.Postcode, b.Seat = p.Street, p.Postcode, nil
	b.Version, b.Name, b.City, b.Buys, b.Sells = p.Version, p.Name, p.City, p.Buys, p.Sells
	b.Language, b.Currency, b.About, b.Founded, b.People = p.Language, p.Currency, p.About, p.Founded, p.People
	return d.save(ctx, b, d.tell(BusinessChanged, Told{Business: b.ID}))
}

// save writes a business, its seat sealed unless it sells, and returns its public
// face as it is now.
func (d *Desk) save(ctx context.Context, b Business, events ...market.Event) (Business, error) {
	if err := d.sealSeat(ctx, &b); err != nil {
		return Business{}, err
	}
	if err := d.records.SaveBusiness(ctx, b, events...); err != nil {
		return Business{}, fmt.Errorf("save business %s: %w", b.ID, err)
	}
	b.Version++
	return publicFace(b), nil
}
