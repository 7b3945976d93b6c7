package web

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"kontor/market"
	"kontor/market/catalog"
)

// listingInput is the editor's form, read. Empty rows are left out; places says
// where in the form each row of the listing stands.
type listingInput struct {
	listing catalog.Listing
	faults  market.Faults     // what could not be read, by the form's paths
	places  map[string]string // path in the listing to path in the form, where they differ
	stock   []stockInput      // by variant
	form    url.Values
}

// stockInput is a variant's stock as the form was made and as it came back.
type stockInput struct {
	id       catalog.VariantID
	was, now market.Quantity
}

func readListing(form url.Values) listingInput {
	in := listingInput{form: form, places: map[string]string{}}
	in.listing = catalog.Listing{
		Article: form.Get("article"), Language: form.Get("language"), Category: form.Get("category"), Unit: form.Get("unit"),
		MOQ: market.Quantity(in.whole("moq")), Multiple: market.Quantity(in.whole("multiple")), LeadDays: int(in.whole("lead_days")),
		Origin: form.Get("origin"), HSCode: strings.NewReplacer(" ", "", ".", "").Replace(form.Get("hs_code")),
		Titles: in.texts("titles."), Descriptions: in.texts("descriptions."),
	}
	in.attributes()
	in.variants()
	return in
}

// whole reads a whole number; an empty field is 0.
func (in *listingInput) whole(name string) int64 {
	text := strings.TrimSpace(in.form.Get(name))
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < -1_000_000_000_000 || n > 1_000_000_000_000 {
		in.faults.Add(name, "This is not a whole number.", "Enter figures only, such as 24.")
	}
	return n
}

func (in *listingInput) texts(prefix string) map[string]string {
	texts := map[string]string{}
	for name := range in.form {
		if lang, ok := strings.CutPrefix(name, prefix); ok && len(texts) <= catalog.MostLanguages {
			texts[lang] = strings.ReplaceAll(in.form.Get(name), "\r\n", "\n")
		}
	}
	return texts
}

// there tells whether the form has a row of this path.
func (in *listingInput) there(path, name string) bool { return in.form.Has(path + name) }

// filled tells whether something was entered in any of a row's fields.
func (in *listingInput) filled(path string, names ...string) bool {
	for _, name := range names {
		if strings.TrimSpace(in.form.Get(path+name)) != "" {
			return true
		}
	}
	return false
}

func (in *listingInput) place(listing, form string) {
	if listing != form {
		in.places[listing] = form
	}
}

// nth is the path of a row: "variants[3]".
func nth(name string, i int) string { return name + "[" + strconv.Itoa(i) + "]" }

func (in *listingInput) attributes() {
	for i := 0; in.there(nth("attributes", i), ".name"); i++ {
		path := nth("attributes", i)
		if !in.filled(path, ".name", ".value") {
			continue
		}
		in.place(nth("attributes", len(in.listing.Attributes)), path)
		in.listing.Attributes = append(in.listing.Attributes, catalog.Attribute{
			Name: in.form.Get(path + ".name"), Kind: catalog.AttributeKind(in.form.Get(path + ".kind")), Value: in.form.Get(path + ".value"), Unit: in.form.Get(path + ".unit"),
		})
	}
}

func (in *listingInput) variants() {
	for i := 0; i <= catalog.MostVariants && in.there(nth("variants", i), ".sku"); i++ {
		path := nth("variants", i)
		id := catalog.VariantID(in.form.Get(path + ".id"))
		if in.form.Get(path+".drop") == "yes" || id == "" && !in.filled(path, ".sku", ".label", ".weight_grams", ".prices[0].tiers[0].minor") {
			continue
		}
		to := nth("variants", len(in.listing.Variants))
		in.place(to, path)
		v := catalog.Variant{
			ID: id, SKU: in.form.Get(path + ".sku"), Label: in.form.Get(path + ".label"), WeightGrams: in.whole(path + ".weight_grams"),
			LengthMM: in.whole(path + ".length_mm"), WidthMM: in.whole(path + ".width_mm"), HeightMM: in.whole(path + ".height_mm"),
			OnHand: market.Quantity(in.whole(path + ".stock")),
		}
		in.stock = append(in.stock, stockInput{id, market.Quantity(in.whole(path + ".stock_was")), v.OnHand})
		v.Prices = in.prices(path, to)
		in.listing.Variants = append(in.listing.Variants, v)
	}
}

func (in *listingInput) prices(path, to string) (prices []catalog.Price) {
	for i := 0; i <= catalog.MostCurrencies && in.there(nth(path+".prices", i), ".currency"); i++ {
		from := nth(path+".prices", i)
		p := catalog.Price{Currency: market.Currency(in.form.Get(from + ".currency"))}
		at := nth(to+".prices", len(prices))
		for j := 0; j <= catalog.MostTiers && in.there(nth(from+".tiers", j), ".from"); j++ {
			tier := nth(from+".tiers", j)
			if !in.filled(tier, ".from", ".minor") {
				continue
			}
			in.place(nth(at+".tiers", len(p.Tiers)), tier)
			p.Tiers = append(p.Tiers, catalog.Tier{From: market.Quantity(in.whole(tier + ".from")), Minor: in.minor(tier+".minor", p.Currency)})
		}
		if len(p.Tiers) == 0 {
			continue // no prices: the currency is taken out
		}
		in.place(at, from)
		prices = append(prices, p)
	}
	return prices
}

// minor reads a price written as a decimal number.
func (in *listingInput) minor(name string, c market.Currency) int64 {
	m, err := market.ParseMoney(in.form.Get(name), c)
	for _, f := range FaultsOf(err) {
		in.faults.Add(name, f.Msg, f.Fix)
	}
	return m.Minor
}

// wrong is what could not be read, with what the catalogue finds wrong besides,
// so that everything is told at once; nil where all could be read: then the
// catalogue's own answer counts.
func (in *listingInput) wrong(ctx context.Context, s *Site, state catalog.State) error {
	if len(in.faults) == 0 {
		return nil
	}
	tree, err := s.categories(ctx)
	if err != nil {
		return err
	}
	l, known := in.listing, map[string]bool{}
	l.State = state
	for _, f := range in.faults {
		known[priceList(f.Field)] = true
	}
	all := in.faults
	for _, f := range in.placed(catalog.Check(l, tree)) {
		if !known[priceList(f.Field)] {
			all = append(all, f)
		}
	}
	in.places = nil // they are placed
	return all
}

// priceList is the path of the price list that a field belongs to, whose prices
// are judged by each other; of any other field its own path.
func priceList(field string) string {
	list, _, _ := strings.Cut(field, ".tiers[")
	return list
}

// placed gives faults the names of the form's fields.
func (in *listingInput) placed(fs market.Faults) market.Faults {
	out := make(market.Faults, len(fs))
	for i, f := range fs {
		moved := *f
		for path := f.Field; path != ""; path = above(path) {
			if form, ok := in.places[path]; ok {
				moved.Field = form + f.Field[len(path):]
				break
			}
		}
		if strings.HasPrefix(moved.Field, "attributes[") && strings.HasSuffix(moved.Field, "]") {
			moved.Field += ".name"
		}
		out[i] = &moved
	}
	return out
}

// above is the path without its last part: "a[0].b[1].c" to "a[0].b[1]".
func above(path string) string {
	cut := strings.LastIndexAny(path, ".[")
	if cut < 0 {
		return ""
	}
	return path[:cut]
}
