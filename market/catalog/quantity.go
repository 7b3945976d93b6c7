package catalog

import (
	"fmt"
	"slices"

	"kontor/market"
)

// Fits says what is wrong with ordering these quantities, by variant, of the
// listing: MOQ counts all its variants together, each line is a multiple. Each
// fault's Field is the variant's id, or "moq" for the sum.
func (l Listing) Fits(wanted map[VariantID]market.Quantity) market.Faults {
	var faults market.Faults
	total, multiple := market.Quantity(0), max(1, l.Multiple)
	for _, v := range l.Variants {
		q, ok := wanted[v.ID]
		if !ok || q == 0 {
			continue
		}
		switch {
		case q < 0 || q > market.MostQuantity:
			faults.Add(string(v.ID), "The quantity is out of range.", fmt.Sprintf("Enter 1 to %d.", market.MostQuantity))
			continue
		case q%multiple != 0:
			faults.Add(string(v.ID), fmt.Sprintf("It is sold in multiples of %d.", multiple), around(q, multiple, l.MOQ))
		}
		total += q
	}
	for id := range wanted {
		if !slices.ContainsFunc(l.Variants, func(v Variant) bool { return v.ID == id }) {
			faults.Add(string(id), "This variant is no longer offered.", "Take it out and choose another.")
		}
	}
	if total < l.MOQ && len(faults) == 0 {
		faults.Add("moq", fmt.Sprintf("The smallest order is %d, all variants together; this is %d.", l.MOQ, total),
			fmt.Sprintf("Add %d or more.", roundUp(l.MOQ-total, multiple)))
	}
	return faults
}

// around names the quantities below and above q that would do.
func around(q, multiple, moq market.Quantity) string {
	below, above := q-q%multiple, roundUp(q, multiple)
	if below < multiple || above <= moq {
		return fmt.Sprintf("Choose %d.", above)
	}
	return fmt.Sprintf("Choose %d or %d.", below, above)
}

func roundUp(q, multiple market.Quantity) market.Quantity {
	return (q + multiple - 1) / multiple * multiple
}

// PriceFor is the price of one trade unit of v in currency c when total units
// of the listing are ordered, all its variants together. ok is false when v is
// not offered in c or total is below its first tier.
func (l Listing) PriceFor(v VariantID, c market.Currency, total market.Quantity) (unit market.Money, ok bool) {
	for _, variant := range l.Variants {
		if variant.ID != v {
			continue
		}
		if price, offered := variant.In(c); offered {
			return price.At(total)
		}
	}
	return market.Money{}, false
}

// Lowest is the lowest first-tier price of any variant in currency c.
func (l Listing) Lowest(c market.Currency) (unit market.Money, ok bool) {
	for _, v := range l.Variants {
		if p, offered := v.In(c); offered && len(p.Tiers) > 0 && (!ok || p.Tiers[0].Minor < unit.Minor) {
			unit, ok = market.Of(p.Tiers[0].Minor, c), true
		}
	}
	return unit, ok
}
