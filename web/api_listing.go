package web

import (
	"context"
	"strconv"
	"strings"
	"time"

	"kontor/market"
	"kontor/market/catalog"
)

// foundDoc is a listing as a list shows it.
type foundDoc struct {
	ID        catalog.ListingID `json:"id"`
	Article   string            `json:"article" doc:"The supplier's own code."`
	Title     string            `json:"title" doc:"In the language of the path, else English, else the original."`
	Titles    map[string]string `json:"titles" doc:"By language, BCP 47."`
	Language  string            `json:"language" doc:"Of the original texts."`
	Supplier  firmDoc           `json:"supplier"`
	Category  string            `json:"category" doc:"Path, such as home/kitchen/mugs."`
	Origin    string            `json:"origin" doc:"Where it was made, ISO 3166-1 alpha-2."`
	HSCode    string            `json:"hs_code" doc:"Harmonized System 2022, 6 to 10 digits."`
	Unit      string            `json:"unit" doc:"UN/ECE Recommendation 20, such as H87 (piece)."`
	MOQ       market.Quantity   `json:"moq" doc:"Smallest order, all variants together."`
	Multiple  market.Quantity   `json:"multiple" doc:"Every line is a multiple of it."`
	LeadDays  int               `json:"lead_days" doc:"Until it ships."`
	Available market.Quantity   `json:"available" doc:"What may still be ordered, all variants together."`
	From      []market.Money    `json:"from" doc:"Lowest price a unit at the first tier, in each currency."`
	Pictures  []pictureDoc      `json:"pictures"`
	Changed   time.Time         `json:"changed"`
}

// listingDoc is a listing, whole.
type listingDoc struct {
	foundDoc
	Descriptions map[string]string `json:"descriptions"`
	Attributes   []attributeDoc    `json:"attributes"`
	Variants     []variantDoc      `json:"variants"`
}

type attributeDoc struct {
	Name  string `json:"name"`
	Kind  string `json:"kind" enum:"text,number,choice,yes_no"`
	Value string `json:"value"`
	Unit  string `json:"unit,omitempty"`
}

type pictureDoc struct {
	Alt     string      `json:"alt,omitempty"`
	Width   int         `json:"width" doc:"Pixels, of the largest."`
	Height  int         `json:"height"`
	Sources []sourceDoc `json:"sources" doc:"Ascending by width; what is behind a path never changes."`
}

type sourceDoc struct {
	Width int    `json:"width"`
	Path  string `json:"path"`
}

type variantDoc struct {
	ID          catalog.VariantID `json:"id"`
	SKU         string            `json:"sku"`
	Label       string            `json:"label"`
	Available   market.Quantity   `json:"available"`
	WeightGrams int64             `json:"weight_grams" doc:"Of a unit, packed."`
	LengthMM    int64             `json:"length_mm,omitempty"`
	WidthMM     int64             `json:"width_mm,omitempty"`
	HeightMM    int64             `json:"height_mm,omitempty"`
	Prices      []priceDoc        `json:"prices" doc:"One for each currency."`
}

type priceDoc struct {
	Currency market.Currency `json:"currency"`
	Tiers    []tierDoc       `json:"tiers" doc:"Ascending; all variants of the listing count together."`
}

type tierDoc struct {
	From  market.Quantity `json:"from"`
	Price market.Money    `json:"price" doc:"Of one unit."`
}

type facetDoc struct {
	Value  string `json:"value" doc:"To be given as the parameter of the same name."`
	Name   string `json:"name,omitempty"`
	Count  int    `json:"count" doc:"Listings that choosing it leaves."`
	Chosen bool   `json:"chosen,omitempty"`
}

type facetsDoc struct {
	Category []facetDoc `json:"category"`
	Supplier []facetDoc `json:"supplier"`
	Origin   []facetDoc `json:"origin"`
	Price    []facetDoc `json:"price" doc:"A band's value is where it begins, in whole units of the currency."`
	MOQ      []facetDoc `json:"moq"`
	Lead     []facetDoc `json:"lead" doc:"Days."`
}

type listingsDoc struct {
	Total    int        `json:"total"`
	ReadAs   string     `json:"read_as,omitempty" doc:"The text as it was understood, where that differs."`
	Listings []foundDoc `json:"listings"`
	Facets   facetsDoc  `json:"facets"`
	Next     string     `json:"next,omitempty" doc:"Cursor of the next page; not there on the last."`
}

type findCall struct {
	Q        string   `query:"q" maxLength:"200" doc:"What is looked for; typing errors are forgiven."`
	Category string   `query:"category" maxLength:"200" doc:"Path; its whole subtree."`
	Supplier string   `query:"supplier" maxLength:"100" doc:"Slug or id."`
	Origin   []string `query:"origin" maxItems:"20" doc:"Countries, with commas between them."`
	Price    string   `query:"price" maxLength:"10" doc:"Band, as the facet gives it."`
	MOQ      string   `query:"moq" maxLength:"10" doc:"Band."`
	Lead     string   `query:"lead" maxLength:"10" doc:"Band."`
	Sort     string   `query:"sort" enum:"relevance,price,newest,lead,moq"`
	Currency string   `query:"currency" pattern:"^[A-Z]{3}$" doc:"Of price bands and sorting, ISO 4217."`
	Limit    int      `query:"limit" minimum:"1" maximum:"100" default:"24"`
	Cursor   string   `query:"cursor" maxLength:"10" doc:"The next of the page before."`
}

// farthest is how far a search can be paged.
const farthest = 1_000

func (a api) listings(ctx context.Context, in *findCall) (*answer[listingsDoc], error) {
	at := visitIn(ctx)
	q := catalog.Query{
		Text: strings.TrimSpace(strings.ToValidUTF8(in.Q, "")), Language: at.lang, Category: in.Category, Origins: in.Origin,
		Band: in.Price, MOQ: in.MOQ, Lead: in.Lead, Sort: catalog.Sort(in.Sort), Limit: in.Limit,
	}
	if in.Sort == "relevance" {
		q.Sort = catalog.ByRelevance
	}
	var err error
	if q.Currency, err = a.currency("query.currency", in.Currency); err != nil {
		return nil, err
	}
	if q.Offset, err = readCursor(in.Cursor); err != nil {
		return nil, err
	}
	firms, err := a.firms(ctx)
	if err != nil {
		return nil, err
	}
	if in.Supplier != "" {
		if q.Supplier = firms.id(in.Supplier); q.Supplier == "" {
			return nil, &market.Fault{Kind: market.Invalid, Field: "query.supplier", Msg: "There is no such supplier.", Fix: "Give the slug of a storefront."}
		}
	}
	found, shown, err := a.Catalog.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	out := listingsDoc{Total: found.Total, ReadAs: found.ReadAs, Listings: make([]foundDoc, len(shown))}
	for i, l := range shown {
		out.Listings[i] = foundOf(l, at.lang)
	}
	if out.Facets, err = a.facetsOf(ctx, at.lang, found, firms); err != nil {
		return nil, err
	}
	if next := q.Offset + in.Limit; next < min(found.Total, farthest) {
		out.Next = strconv.FormatInt(int64(next), 36)
	}
	return answered(out)
}

// readCursor reads a cursor.
func readCursor(cursor string) (int, error) {
	if cursor == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(cursor, 36, 32)
	if err != nil || n < 0 || n > farthest {
		return 0, wrongCursor()
	}
	return int(n), nil
}

func wrongCursor() error {
	return &market.Fault{Kind: market.Invalid, Field: "query.cursor", Msg: "This cursor leads nowhere.", Fix: "Give the next of the page before, or none."}
}

// currency is the one asked for, or the house's.
func (a api) currency(field, asked string) (market.Currency, error) {
	if asked == "" {
		return a.Currency, nil
	}
	if c := market.Currency(asked); c.Known() {
		return c, nil
	}
	return "", &market.Fault{Kind: market.Invalid, Field: field, Msg: "This is not a currency.", Fix: "Use an ISO 4217 code such as EUR."}
}

// id is the supplier that a slug or an id names; "" for none.
func (f *firmList) id(name string) market.BusinessID {
	if id := market.BusinessID(name); market.IsID(id) {
		return id
	}
	for _, b := range f.list {
		if b.Slug == name {
			return b.ID
		}
	}
	return ""
}

func (a api) facetsOf(ctx context.Context, lang string, f catalog.Found, firms *firmList) (facetsDoc, error) {
	tree, err := a.Site.categories(ctx)
	if err != nil {
		return facetsDoc{}, err
	}
	list := func(counts []catalog.Count, named func(key string) (value, name string)) []facetDoc {
		out := make([]facetDoc, 0, len(counts))
		for _, c := range counts {
			value, name := named(c.Key)
			out = append(out, facetDoc{value, name, c.N, c.Chosen})
		}
		return out
	}
	bare := func(key string) (string, string) { return key, "" }
	return facetsDoc{
		Category: list(f.Category, func(key string) (string, string) {
			node, _ := tree.Node(key)
			return key, node.Name(lang)
		}),
		Supplier: list(f.Supplier, func(key string) (string, string) {
			if b, ok := firms.byID[market.BusinessID(key)]; ok {
				return b.Slug, b.Name
			}
			return key, ""
		}),
		Origin: list(f.Origins, bare), Price: list(f.Bands, bare), MOQ: list(f.MOQs, bare), Lead: list(f.Leads, bare),
	}, nil
}

func foundOf(l catalog.Shown, lang string) foundDoc {
	out := foundDoc{
		ID: l.ID, Article: l.Article, Title: l.Title(lang), Titles: l.Titles, Language: l.Language,
		Supplier: firmDoc{l.Supplier, l.SupplierSlug, l.SupplierName, l.SupplierCountry, l.Verification},
		Category: l.Category, Origin: l.Origin, HSCode: l.HSCode, Unit: l.Unit, MOQ: l.MOQ, Multiple: max(1, l.Multiple), LeadDays: l.LeadDays,
		Available: left(l.Listing), From: []market.Money{}, Pictures: make([]pictureDoc, len(l.Pictures)), Changed: l.Changed.UTC(),
	}
	seen := map[market.Currency]bool{}
	for _, v := range l.Variants {
		for _, p := range v.Prices {
			if lowest, ok := l.Lowest(p.Currency); ok && !seen[p.Currency] {
				seen[p.Currency] = true
				out.From = append(out.From, lowest)
			}
		}
	}
	for i, p := range l.Pictures {
		doc := pictureDoc{Alt: p.Alt, Width: p.Width, Height: p.Height, Sources: make([]sourceDoc, len(p.Widths))}
		for j, w := range p.Widths {
			doc.Sources[j] = sourceDoc{w, picturePath(p.ID, w)}
		}
		out.Pictures[i] = doc
	}
	return out
}

type listingAsked struct {
	ID string `path:"id" maxLength:"36"`
}

func (a api) listing(ctx context.Context, in *listingAsked) (*answer[listingDoc], error) {
	id := catalog.ListingID(in.ID)
	if !market.IsID(id) {
		return nil, market.Missing("This listing")
	}
	l, err := a.Catalog.View(ctx, market.Actor{}, id)
	if err != nil {
		return nil, err
	}
	out := listingDoc{foundDoc: foundOf(l, visitIn(ctx).lang), Descriptions: l.Descriptions, Attributes: make([]attributeDoc, len(l.Attributes)), Variants: make([]variantDoc, len(l.Variants))}
	if out.Descriptions == nil {
		out.Descriptions = map[string]string{}
	}
	for i, x := range l.Attributes {
		out.Attributes[i] = attributeDoc{x.Name, string(x.Kind), x.Value, x.Unit}
	}
	for i, v := range l.Variants {
		out.Variants[i] = variantOf(v)
	}
	return answered(out)
}

func variantOf(v catalog.Variant) variantDoc {
	out := variantDoc{
		ID: v.ID, SKU: v.SKU, Label: v.Label, Available: max(0, v.Available()),
		WeightGrams: v.WeightGrams, LengthMM: v.LengthMM, WidthMM: v.WidthMM, HeightMM: v.HeightMM, Prices: make([]priceDoc, len(v.Prices)),
	}
	for i, p := range v.Prices {
		doc := priceDoc{p.Currency, make([]tierDoc, len(p.Tiers))}
		for j, t := range p.Tiers {
			doc.Tiers[j] = tierDoc{t.From, market.Of(t.Minor, p.Currency)}
		}
		out.Prices[i] = doc
	}
	return out
}
