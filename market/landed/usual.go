package landed

import "kontor/market"

// usual are the prices of the table that a supplier starts with, in hundredths
// of a currency of the euro's size.
var usual = []struct{ grams, parcel, freight int64 }{
	{2_000, 900, 0}, {5_000, 1_400, 0}, {15_000, 2_400, 0}, {31_500, 3_900, 0}, {100_000, 0, 9_500}, {300_000, 0, 21_000}, {1_000_000, 0, 48_000}, {5_000_000, 0, 160_000}, {24_000_000, 0, 420_000},
}

// size is how many of a currency make about a euro, in round figures: enough for
// a table that its supplier is asked to replace.
var size = map[market.Currency]int64{"CNY": 8, "INR": 90, "JPY": 160, "KES": 150, "MAD": 10, "PLN": 4, "SEK": 11, "NOK": 11, "DKK": 7, "CZK": 25, "HUF": 400, "TRY": 40, "THB": 38, "BRL": 6, "MXN": 20, "VND": 28_000, "IDR": 18_000, "KRW": 1_600, "ZAR": 20, "UAH": 45}

// Usual is the freight table that a new supplier starts with, in its own
// currency: one zone for everywhere, parcels up to 31.5 kg and freight up to
// 24 t. It is a starting point, not a carrier's price.
func Usual(c market.Currency) Table {
	scale := func(v int64) []market.Money {
		v *= max(1, size[c])
		for d := c.Digits(); d < 2; d++ {
			v /= 10
		}
		for d := c.Digits(); d > 2; d-- {
			v *= 10
		}
		return []market.Money{market.Of(v, c)}
	}
	parcel := Method{Key: "parcel", DaysFrom: 4, DaysTo: 9}
	freight := Method{Key: "road", DaysFrom: 7, DaysTo: 20}
	for _, u := range usual {
		if u.parcel > 0 {
			parcel.Brackets = append(parcel.Brackets, Bracket{UpToGrams: u.grams, Prices: scale(u.parcel)})
		}
		if u.freight > 0 {
			freight.Brackets = append(freight.Brackets, Bracket{UpToGrams: u.grams, Prices: scale(u.freight)})
		}
	}
	return Table{{Name: "everywhere", Countries: []string{"*"}, Methods: []Method{parcel, freight}}}
}
