package party

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"kontor/market"
)

// Seat is where a business is within its city, as its papers say it.
//
// That of a business that sells is public: it stands in the imprint of its
// storefront. That of one that only buys may be somebody's home, and is sealed.
type Seat struct {
	Street   string `json:"street"` // with the number; "" until given
	Postcode string `json:"postcode"`
}

// SeatValue is the business's sealed seat, for an Opener; empty where the seat
// is public or was not given.
func (b Business) SeatValue() Value {
	return field("business", "seat", string(b.ID), b.Seat)
}

// ReadSeat is the seat of a business, whether public or sealed: opened is what an
// Opener gave for SeatValue.
func (b Business) ReadSeat(opened []byte) (Seat, error) {
	s := Seat{b.Street, b.Postcode}
	if len(opened) == 0 {
		return s, nil
	}
	if err := json.Unmarshal(opened, &s); err != nil {
		return Seat{}, fmt.Errorf("read the seat of business %s: %w", b.ID, err)
	}
	return s, nil
}

// Seat shows where a business is to its own people, or to an operator who says
// why.
func (d *Desk) Seat(ctx context.Context, a market.Actor, id market.BusinessID, why Purpose) (Seat, error) {
	b, err := d.managed(ctx, a, id)
	if err != nil {
		return Seat{}, err
	}
	plain, err := d.vault.Open(ctx, LookOf(a, roleOf(a), b.Of(), why), b.SeatValue())
	if err != nil {
		return Seat{}, fmt.Errorf("show the seat of business %s: %w", id, err)
	}
	return b.ReadSeat(plain[0])
}

// sealSeat seals the seat of b if b does not sell. Whatever writes a business goes
// through it.
func (d *Desk) sealSeat(ctx context.Context, b *Business) error {
	if b.Sells || b.openSeat() == (Seat{}) {
		return nil
	}
	plain, err := json.Marshal(b.openSeat())
	if err != nil {
		return fmt.Errorf("write the seat of business %s: %w", b.ID, err)
	}
	if b.Seat, err = d.seal(ctx, b.Of(), "business", "seat", string(b.ID), string(plain)); err != nil {
		return err
	}
	b.Street, b.Postcode = "", ""
	return nil
}

// openSeat is what of the seat lies in the clear.
func (b Business) openSeat() Seat { return Seat{b.Street, b.Postcode} }

// SealSeats seals the seats that lie in the clear of businesses that do not sell,
// as earlier releases wrote them. Each start calls it before anything is served:
// it goes business by business, so that one cut short is ended by the next, and
// where nothing is left it costs one read. What can't be sealed is told, named by
// id, after the others were.
func (d *Desk) SealSeats(ctx context.Context) (sealed int, err error) {
	var faults []error
	f := BusinessFilter{OpenSeat: true, Limit: 200}
	for {
		some, err := d.records.Businesses(ctx, f)
		if err != nil {
			return sealed, errors.Join(append(faults, fmt.Errorf("look for seats in the clear: %w", err))...)
		}
		for _, b := range some {
			_, err := d.save(ctx, b)
			switch {
			case err == nil:
				sealed++
			case market.KindOf(err) == market.Conflict: // its people saved it meanwhile, and that sealed it
			case len(faults) < mostSeatFaults:
				faults = append(faults, err)
			}
		}
		if len(some) < f.Limit || ctx.Err() != nil {
			return sealed, errors.Join(append(faults, ctx.Err())...)
		}
		f.After = some[len(some)-1].ID
	}
}

// mostSeatFaults bounds what SealSeats tells of.
const mostSeatFaults = 10
