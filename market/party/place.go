package party

import (
	"context"
	"encoding/json"
	"fmt"

	"kontor/market"
)

// MostAddresses bounds the addresses of one business.
const MostAddresses = 200

// Kept is an address with its lines opened.
type Kept struct {
	Address
	Postal Postal
}

// Addresses lists the addresses of the actor's business, oldest first.
func (d *Desk) Addresses(ctx context.Context, a market.Actor) ([]Kept, error) {
	if err := mayOwn(a, a.Business); err != nil {
		return nil, err
	}
	list, err := d.records.Addresses(ctx, a.Business)
	if err != nil {
		return nil, fmt.Errorf("list the addresses of business %s: %w", a.Business, err)
	}
	return d.openAddresses(ctx, a, list, Purpose{Kind: "own_data"})
}

// Address is one address of the actor's business, opened for a purpose such as
// the checkout that it serves.
func (d *Desk) Address(ctx context.Context, a market.Actor, id AddressID, why Purpose) (Kept, error) {
	if err := mayOwn(a, a.Business); err != nil {
		return Kept{}, err
	}
	addr, err := d.records.Address(ctx, a.Business, id)
	if err != nil {
		return Kept{}, fmt.Errorf("address: %w", err)
	}
	opened, err := d.openAddresses(ctx, a, []Address{addr}, why)
	if err != nil {
		return Kept{}, err
	}
	return opened[0], nil
}

func (d *Desk) openAddresses(ctx context.Context, a market.Actor, list []Address, why Purpose) ([]Kept, error) {
	values := make([]Value, len(list))
	for i, addr := range list {
		values[i] = field("address", "lines", string(addr.ID), addr.Lines)
	}
	of := Subject{OfBusiness, string(a.Business)}
	plain, err := d.vault.Open(ctx, LookOf(a, roleOf(a), of, why), values...)
	if err != nil {
		return nil, fmt.Errorf("open addresses of business %s: %w", a.Business, err)
	}
	opened := make([]Kept, len(list))
	for i, addr := range list {
		opened[i].Address = addr
		if err := json.Unmarshal(plain[i], &opened[i].Postal); err != nil {
			return nil, fmt.Errorf("read address %s: %w", addr.ID, err)
		}
	}
	return opened, nil
}

// KeepAddress checks an address by its country's form and keeps it for the
// actor's business: a new one for id "", else over the one of that id.
func (d *Desk) KeepAddress(ctx context.Context, a market.Actor, id AddressID, p Postal) (Kept, error) {
	if err := mayOwn(a, a.Business); err != nil {
		return Kept{}, err
	}
	if err := p.Check(); err != nil {
		return Kept{}, err
	}
	addr := Address{ID: id, Business: a.Business, Country: p.Country, Created: d.clock()}
	if id == "" {
		have, err := d.records.Addresses(ctx, a.Business)
		if err != nil {
			return Kept{}, fmt.Errorf("count the addresses of business %s: %w", a.Business, err)
		}
		if len(have) >= MostAddresses {
			return Kept{}, &market.Fault{Kind: market.TooLarge, Msg: "There are 200 addresses already.", Fix: "Remove one that is not used any more."}
		}
		addr.ID = market.NewID[AddressID]()
	} else {
		old, err := d.records.Address(ctx, a.Business, id)
		if err != nil {
			return Kept{}, fmt.Errorf("change an address: %w", err)
		}
		addr.Created = old.Created
	}
	plain, err := json.Marshal(p)
	if err != nil {
		return Kept{}, fmt.Errorf("write address %s: %w", addr.ID, err)
	}
	of := Subject{OfBusiness, string(a.Business)}
	if addr.Lines, err = d.seal(ctx, of, "address", "lines", string(addr.ID), string(plain)); err != nil {
		return Kept{}, err
	}
	if err := d.records.PutAddress(ctx, addr); err != nil {
		return Kept{}, fmt.Errorf("store address %s: %w", addr.ID, err)
	}
	return Kept{addr, p}, nil
}

// DropAddress removes an address of the actor's business. Orders keep their own
// copy.
func (d *Desk) DropAddress(ctx context.Context, a market.Actor, id AddressID) error {
	if err := mayOwn(a, a.Business); err != nil {
		return err
	}
	if err := d.records.DropAddress(ctx, a.Business, id); err != nil {
		return fmt.Errorf("remove an address: %w", err)
	}
	return nil
}
