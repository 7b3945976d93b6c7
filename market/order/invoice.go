package order

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/big"

	"kontor/market"
	"kontor/market/ledger"
	"kontor/market/party"
)

// Text is the number as people write it, such as 2026-00042; it only grows
// longer beyond 99,999.
func (v Invoice) Text() string { return fmt.Sprintf("%s-%05d", v.Series, v.Number) }

// Sides are who issues an invoice and who gets it, as they were on that day.
type Sides struct {
	Seller Firm `json:"seller"`
	Buyer  Firm `json:"buyer"`
}

// Firm is one side of an invoice. What it never gave is empty.
type Firm struct {
	Name      string `json:"name"` // in the register; the trade name where none was given
	TradeName string `json:"trade_name"`
	TaxNumber string `json:"tax_number"`
	Street    string `json:"street"`
	Postcode  string `json:"postcode"`
	City      string `json:"city"`
	Country   string `json:"country"` // ISO 3166-1 alpha-2
}

func sellerAt(id ID) party.Place {
	return party.Place{Table: "invoice", Column: "seller", Row: string(id)}
}

// sealSides copies both sides' legal data for the invoice: a later change of a
// business does not reach one that was issued.
func (d *Desk) sealSides(ctx context.Context, a market.Actor, o Order) (market.Sealed, error) {
	var s Sides
	for _, side := range []struct {
		of   market.BusinessID
		firm *Firm
	}{{o.Supplier, &s.Seller}, {o.Buyer, &s.Buyer}} {
		var err error
		if *side.firm, err = d.firm(ctx, a, o, side.of); err != nil {
			return nil, err
		}
	}
	text, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("write the sides of order %s: %w", o.ID, err)
	}
	return d.Vault.Seal(ctx, o.Of(), sellerAt(o.ID), text)
}

// firm is a business as its papers name it today.
func (d *Desk) firm(ctx context.Context, a market.Actor, o Order, id market.BusinessID) (Firm, error) {
	b, err := d.Parties.Business(ctx, id)
	if err != nil {
		return Firm{}, err
	}
	look := party.LookOf(a, market.Supplier, b.Of(), party.Purpose{Kind: "invoice", ID: string(o.ID)})
	plain, err := d.Vault.Open(ctx, look,
		party.Value{At: party.Place{Table: "business", Column: "legal_name", Row: string(b.ID)}, Sealed: b.LegalName},
		party.Value{At: party.Place{Table: "business", Column: "tax_number", Row: string(b.ID)}, Sealed: b.TaxNumber},
		b.SeatValue())
	if err != nil {
		return Firm{}, err
	}
	seat, err := b.ReadSeat(plain[2])
	if err != nil {
		return Firm{}, err
	}
	return Firm{cmp.Or(string(plain[0]), b.Name), b.Name, string(plain[1]), seat.Street, seat.Postcode, b.City, b.Country}, nil
}

// Sides opens who issued an invoice to whom, for the order's parties. Of one that
// was issued without, only names and countries are known.
func (d *Desk) Sides(ctx context.Context, a market.Actor, o Order, v Invoice) (Sides, error) {
	s := Sides{
		Seller: Firm{Name: o.SupplierName, TradeName: o.SupplierName, Country: o.ShipFrom},
		Buyer:  Firm{Name: o.BuyerName, TradeName: o.BuyerName, Country: o.ShipTo},
	}
	by, ok := sideOf(o, a)
	if !ok {
		return Sides{}, market.Missing("This invoice")
	}
	if len(v.Seller) == 0 {
		return s, nil
	}
	look := party.LookOf(a, roles[by], o.Of(), party.Purpose{Kind: "invoice", ID: string(o.ID)})
	plain, err := d.Vault.Open(ctx, look, party.Value{At: sellerAt(o.ID), Sealed: v.Seller})
	if err != nil {
		return s, err
	}
	if err := s.read(plain[0]); err != nil {
		return s, fmt.Errorf("read the sides of order %s: %w", o.ID, err)
	}
	return s, nil
}

// read puts what was sealed over the sides that the order knows. Invoices issued
// before the buyer was kept too hold the seller's fields alone, without a trade
// name, and with an empty name where the register's was never given.
func (s *Sides) read(text []byte) error {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(text, &keys); err != nil {
		return err
	}
	if _, both := keys["seller"]; both {
		return json.Unmarshal(text, s)
	}
	err := json.Unmarshal(text, &s.Seller)
	s.Seller.Name = cmp.Or(s.Seller.Name, s.Seller.TradeName)
	return err
}

// Returned is an amount of an order's total that went back, and the tax in it.
type Returned struct {
	Amount market.Money // tax included
	Tax    market.Money
}

// Net is the amount without its tax.
func (r Returned) Net() market.Money { return r.Amount.Sub(r.Tax) }

// Credited tells what of an order went back before its invoice, and what each of
// its credit notes took back after it; order and notes must be of one moment. The
// tax in an amount is its share of the order's tax, rounded half up; each part's
// is reckoned on all that went back by then, so that the parts of what went back
// in full make the whole tax.
func (o Order) Credited(notes []ledger.CreditNote) (before Returned, parts []Returned) {
	rest := o.Back
	for _, n := range notes {
		rest = rest.Sub(n.Amount)
	}
	before = Returned{rest, o.taxIn(rest)}
	parts = make([]Returned, len(notes))
	for i, n := range notes {
		parts[i] = Returned{n.Amount, o.taxIn(rest.Add(n.Amount)).Sub(o.taxIn(rest))}
		rest = rest.Add(n.Amount)
	}
	return before, parts
}

// Charged is what an invoice charges after the reductions made before it: its
// Net is the taxable amount (Directive 2006/112/EC, Art. 226 (8)), its Tax the tax
// payable (Art. 226 (10)).
func (o Order) Charged(before Returned) Returned {
	return Returned{o.Total.Sub(before.Amount), o.Tax.Amount.Sub(before.Tax)}
}

// taxIn is the tax in an amount of the order's total, from nothing to all of it.
func (o Order) taxIn(amount market.Money) market.Money {
	if o.Total.Minor <= 0 {
		return market.Of(0, o.Total.Currency)
	}
	share := new(big.Int).Mul(big.NewInt(amount.Minor), big.NewInt(o.Tax.Amount.Minor))
	share.Add(share.Lsh(share, 1), big.NewInt(o.Total.Minor))
	return market.Of(share.Quo(share, big.NewInt(2*o.Total.Minor)).Int64(), o.Total.Currency)
}
