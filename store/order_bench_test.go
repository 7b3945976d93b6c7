package store

import (
	"testing"

	"kontor/market/order/ordertest"
	"kontor/store/storetest"
)

func BenchmarkPlace(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			ordertest.PlaceSpeed(b, func(t testing.TB) ordertest.Records { return tradingOn(whole(t, Settings{URL: url(t)})) })
		})
	}
}

func BenchmarkPrice(b *testing.B) {
	ordertest.PriceSpeed(b, func(t testing.TB) ordertest.Records { return tradingOn(whole(t, Settings{URL: storetest.SQLite(t)})) })
}
