package order

import (
	"context"
	"encoding/json"
	"fmt"

	"kontor/market"
	"kontor/market/party"
)

// Text is the number as people write it, such as 2026-00042; it only grows
// longer beyond 99,999.
func (v Invoice) Text() string { return fmt.Sprintf("%s-%05d", v.Series, v.Number) }

// Seller is who issues an invoice, as it was on that day.
type Seller struct {
	Name      string `json:"name"` // in the register; empty where none was given
	TaxNumber string `json:"tax_number"`
	City      string `json:"city"`
	Country   string `json:"country"` // ISO 3166-1 alpha-2
}

func sellerAt(id ID) party.Place {
	return party.Place{Table: "invoice", Column: "seller", Row: string(id)}
}

// sealSeller copies the supplier's legal data for the invoice: a later change
// of the business does not reach one that was issued.
func (d *Desk) sealSeller(ctx context.Context, a market.Actor, o Order) (market.Sealed, error) {
	b, err := d.Parties.Business(ctx, o.Supplier)
	if err != nil {
		return nil, err
	}
	look := party.LookOf(a, market.Supplier, b.Of(), party.Purpose{Kind: "invoice", ID: string(o.ID)})
	plain, err := d.Vault.Open(ctx, look,
		party.Value{At: party.Place{Table: "business", Column: "legal_name", Row: string(b.ID)}, Sealed: b.LegalName},
		party.Value{At: party.Place{Table: "business", Column: "tax_number", Row: string(b.ID)}, Sealed: b.TaxNumber})
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(Seller{string(plain[0]), string(plain[1]), b.City, b.Country})
	if err != nil {
		return nil, fmt.Errorf("write the seller of order %s: %w", o.ID, err)
	}
	return d.Vault.Seal(ctx, o.Of(), sellerAt(o.ID), text)
}

// Seller opens who issued an invoice, for the order's parties; zero for one that
// was issued without.
func (d *Desk) Seller(ctx context.Context, a market.Actor, o Order, v Invoice) (s Seller, err error) {
	by, ok := sideOf(o, a)
	if !ok {
		return s, market.Missing("This invoice")
	}
	if len(v.Seller) == 0 {
		return s, nil
	}
	look := party.LookOf(a, roles[by], o.Of(), party.Purpose{Kind: "invoice", ID: string(o.ID)})
	plain, err := d.Vault.Open(ctx, look, party.Value{At: sellerAt(o.ID), Sealed: v.Seller})
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(plain[0], &s); err != nil {
		return s, fmt.Errorf("read the seller of order %s: %w", o.ID, err)
	}
	return s, nil
}
