package catalog

import (
	"fmt"
	"strconv"

	"kontor/market"
)

// variants checks what is bought: codes, measures, stock and prices.
func (c *checker) variants(l Listing) {
	switch n := len(l.Variants); {
	case n == 0:
		c.missing("variants", "There is nothing to buy.", "Add a variant with its SKU, weight and price.")
	case n > MostVariants:
		c.add("variants", fmt.Sprintf("There are %d variants.", n), fmt.Sprintf("Keep %d at most; split the listing.", MostVariants))
		return
	}
	first := make(map[string]int, len(l.Variants))
	for i, v := range l.Variants {
		field := "variants[" + strconv.Itoa(i) + "]"
		c.code(field+".sku", v.SKU)
		if other, twice := first[v.SKU]; twice && v.SKU != "" {
			c.add(field+".sku", fmt.Sprintf("%q is also the SKU of variant %d.", clip(v.SKU), other+1), "Give each variant a SKU of its own.")
		} else {
			first[v.SKU] = i
		}
		c.text(field+".label", v.Label, MostLabel)
		c.measures(field, v)
		if v.OnHand < 0 || v.OnHand > mostOnHand {
			c.add(field+".stock", fmt.Sprintf("The stock is %d.", v.OnHand), fmt.Sprintf("Enter 0 to %d.", mostOnHand))
		}
		c.prices(field, l, v)
	}
}

func (c *checker) measures(field string, v Variant) {
	switch {
	case v.WeightGrams == 0:
		c.missing(field+".weight_grams", "The weight is missing.", "Weigh one trade unit, packed, in grams: freight is worked out by it.")
	case v.WeightGrams < 0 || v.WeightGrams > MostGrams:
		c.add(field+".weight_grams", fmt.Sprintf("The weight is %d grams.", v.WeightGrams), fmt.Sprintf("Enter 1 to %d grams.", MostGrams))
	}
	for _, side := range [...]struct {
		name string
		mm   int64
	}{{"length_mm", v.LengthMM}, {"width_mm", v.WidthMM}, {"height_mm", v.HeightMM}} {
		if side.mm < 0 || side.mm > MostMM {
			c.add(field+"."+side.name, fmt.Sprintf("The measure is %d mm.", side.mm), fmt.Sprintf("Enter 0 to %d mm; 0 if unknown.", MostMM))
		}
	}
}

func (c *checker) prices(field string, l Listing, v Variant) {
	switch n := len(v.Prices); {
	case n == 0:
		c.missing(field+".prices", "The price is missing.", "Enter a price and the quantity from which it holds.")
	case n > MostCurrencies:
		c.add(field+".prices", fmt.Sprintf("There are prices in %d currencies.", n), fmt.Sprintf("Keep %d at most.", MostCurrencies))
		return
	}
	seen := make(map[market.Currency]bool, len(v.Prices))
	for i, p := range v.Prices {
		at := field + ".prices[" + strconv.Itoa(i) + "]"
		switch {
		case !p.Currency.Known():
			c.add(at+".currency", fmt.Sprintf("%q is not a currency.", clip(string(p.Currency))), "Use an ISO 4217 code such as EUR.")
		case seen[p.Currency]:
			c.add(at+".currency", "There are two price lists in "+string(p.Currency)+".", "Keep one of the two.")
		}
		seen[p.Currency] = true
		c.tiers(at, l, p)
	}
}

// tiers checks one price list: quantities rise, prices don't, and the first
// holds from the smallest order on.
func (c *checker) tiers(at string, l Listing, p Price) {
	switch n := len(p.Tiers); {
	case n == 0:
		c.add(at+".tiers", "The price list is empty.", "Enter a price, or remove the currency.")
		return
	case n > MostTiers:
		c.add(at+".tiers", fmt.Sprintf("There are %d price tiers.", n), fmt.Sprintf("Keep %d at most.", MostTiers))
		return
	}
	if from := p.Tiers[0].From; from > l.MOQ && l.MOQ > 0 {
		c.add(at+".tiers[0].from", fmt.Sprintf("The first price holds from %d on, but an order may be as small as %d.", from, l.MOQ),
			fmt.Sprintf("Let the first price begin at %d, or raise the smallest order to %d.", l.MOQ, from))
	}
	for i, t := range p.Tiers {
		tier := at + ".tiers[" + strconv.Itoa(i) + "]"
		if t.From < 1 || t.From > market.MostQuantity {
			c.add(tier+".from", fmt.Sprintf("The price holds from %d on.", t.From), "Enter a quantity of 1 or more.")
		}
		if t.Minor < 1 || t.Minor > market.Most {
			c.add(tier+".minor", "The price is not above zero, or it is too large.", "Enter what one trade unit costs.")
		}
		if i == 0 {
			continue
		}
		before := p.Tiers[i-1]
		if t.From <= before.From {
			c.add(tier+".from", fmt.Sprintf("The quantity %d does not come after %d.", t.From, before.From), "Write the tiers in rising order of quantity.")
		}
		if t.Minor > before.Minor {
			c.add(tier+".minor", fmt.Sprintf("From %d on a piece would cost %s, more than %s for fewer.", t.From, market.Of(t.Minor, p.Currency), market.Of(before.Minor, p.Currency)),
				"A larger quantity never costs more a piece: lower this price or remove the tier.")
		}
	}
}
