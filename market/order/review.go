package order

import (
	"context"
	"slices"
	"strings"

	"kontor/market"
	"kontor/market/catalog"
)

// Rate writes the buyer's review of an order that came to its end with goods
// sent: 1 to 5 stars, and a public text of at most 1,000 letters. There is one
// review for each order.
func (d *Desk) Rate(ctx context.Context, a market.Actor, id ID, stars int, text string) error {
	o, err := d.Order(ctx, a, id)
	if err != nil {
		return err
	}
	if a.Business != o.Buyer {
		return &market.Fault{Kind: market.Forbidden, Msg: "Only the buyer reviews an order.", Fix: "Answer the buyer in the order's messages."}
	}
	if !o.Status.Over() || o.Status.Fulfilment != Received && o.Status.Fulfilment != Shipped {
		return &market.Fault{Kind: market.Conflict, Msg: "This order is not finished.", Fix: "Review it once its money was released or refunded."}
	}
	text = strings.TrimSpace(text)
	var fs market.Faults
	bound(&fs, "text", text, 1_000)
	if stars < 1 || stars > 5 {
		fs.Add("stars", "This is not 1 to 5.", "Choose how many of five it was worth.")
	}
	if err := fs.Err(); err != nil {
		return err
	}
	buyer, err := d.Parties.Business(ctx, o.Buyer)
	if err != nil {
		return err
	}
	r := Review{Order: o.ID, Supplier: o.Supplier, Buyer: o.Buyer, Country: buyer.Country, Stars: stars, Text: text, At: d.Now()}
	for _, l := range o.Lines {
		if !slices.Contains(r.Listings, l.Listing) {
			r.Listings = append(r.Listings, l.Listing)
		}
	}
	return d.Book.PutReview(ctx, r, reviewed(o.ID, r.At))
}

// Reviews of a listing, newest first.
func (d *Desk) Reviews(ctx context.Context, l catalog.ListingID) ([]Review, error) {
	return d.Book.Reviews(ctx, ReviewFilter{Listing: l, Limit: 50})
}

// Rating is how many reviews a supplier has, and their mean in tenths of a star,
// rounded half up.
func (d *Desk) Rating(ctx context.Context, supplier market.BusinessID) (n, tenths int, err error) {
	n, sum, err := d.Book.Rating(ctx, supplier)
	if err != nil || n == 0 {
		return 0, 0, err
	}
	return n, (sum*20 + n) / (2 * n), nil
}
