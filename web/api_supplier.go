package web

import (
	"context"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/party"
)

// firmDoc names a supplier.
type firmDoc struct {
	ID           market.BusinessID `json:"id"`
	Slug         string            `json:"slug"`
	Name         string            `json:"name"`
	Country      string            `json:"country" doc:"ISO 3166-1 alpha-2."`
	Verification string            `json:"verification" enum:"unchecked,in_check,checked" doc:"What the house has checked."`
}

type supplierDoc struct {
	firmDoc
	City       string            `json:"city"`
	Currency   market.Currency   `json:"currency" doc:"Its own."`
	Language   string            `json:"language"`
	About      map[string]string `json:"about" doc:"By language."`
	Founded    int               `json:"founded,omitempty" doc:"Year."`
	People     int               `json:"people,omitempty"`
	Since      time.Time         `json:"since" doc:"With the house."`
	VerifiedAt *time.Time        `json:"verified_at,omitempty"`
	Reviews    int               `json:"reviews"`
	StarTenths int               `json:"star_tenths,omitempty" doc:"Mean of the reviews, 10 to 50."`
}

type supplierCall struct {
	Slug string `path:"slug" maxLength:"100"`
}

func (a api) supplier(ctx context.Context, in *supplierCall) (*answer[supplierDoc], error) {
	b, err := a.Parties.Storefront(ctx, market.Actor{}, in.Slug)
	if err != nil {
		return nil, err
	}
	out := supplierDoc{
		firmDoc: firmOf(b), City: b.City, Currency: b.Currency, Language: b.Language, About: b.About,
		Founded: b.Founded, People: b.People, Since: b.Created.UTC(), VerifiedAt: timeOrNone(b.VerifiedAt),
	}
	if out.About == nil {
		out.About = map[string]string{}
	}
	out.Reviews, out.StarTenths, err = a.Orders.Rating(ctx, b.ID)
	if err != nil {
		return nil, err
	}
	return answered(out)
}

func firmOf(b party.Business) firmDoc {
	return firmDoc{b.ID, b.Slug, b.Name, b.Country, string(b.Verification)}
}

// timeOrNone is a time that may be missing.
func timeOrNone(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

type categoryDoc struct {
	Path   string            `json:"path"`
	Parent string            `json:"parent,omitempty"`
	Names  map[string]string `json:"names" doc:"By language; en always."`
}

type categoriesDoc struct {
	Categories []categoryDoc `json:"categories"`
}

func (a api) categories(ctx context.Context, _ *struct{}) (*answer[categoriesDoc], error) {
	tree, err := a.Site.categories(ctx)
	if err != nil {
		return nil, err
	}
	all := tree.All()
	out := categoriesDoc{make([]categoryDoc, len(all))}
	for i, c := range all {
		out.Categories[i] = categoryDoc{c.Path, catalog.Parent(c.Path), c.Names}
	}
	return answered(out)
}
