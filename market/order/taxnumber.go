package order

import (
	"context"
	"fmt"
)

// Unnumbered are the sides of a sale whose tax number the invoice would lack.
type Unnumbered struct{ Seller, Buyer bool }

// Unnumbered tells which side of a sale under reverse charge has given no tax
// number so far. The invoice must name both (Directive 2006/112/EC, Art. 226 (3)
// and (4)), and without the buyer's the seller may owe the tax. Whether a number
// is right is not looked at, and none is opened.
func (d *Desk) Unnumbered(ctx context.Context, o Order) (u Unnumbered, err error) {
	if o.Tax.Label != reverseCharge {
		return u, nil
	}
	seller, err := d.Parties.Business(ctx, o.Supplier)
	if err != nil {
		return u, fmt.Errorf("read the seller of order %s: %w", o.ID, err)
	}
	buyer, err := d.Parties.Business(ctx, o.Buyer)
	if err != nil {
		return u, fmt.Errorf("read the buyer of order %s: %w", o.ID, err)
	}
	return Unnumbered{len(seller.TaxNumber) == 0, len(buyer.TaxNumber) == 0}, nil
}

// reverseCharge is the tax line of a sale between two member states of the
// European Union, as the rates call it.
const reverseCharge = "tax_reverse_charge"
