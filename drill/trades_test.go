package drill

import "testing"

func TestReceiptsAgainstTheRecords(t *testing.T) {
	order := func(group, payment string, total, held int64) (o books) {
		o.Group, o.Status.Payment, o.Money.Total.Minor, o.Money.Held.Minor = group, payment, total, held
		return o
	}
	for name, c := range map[string]struct {
		deals  []*deal
		orders []books
		want   Trade
	}{
		"all is as it was said": {
			[]*deal{{state: paid, group: "a", minor: 500}, {state: placed, group: "b", minor: 70}},
			[]books{order("a", "held", 500, 500), order("b", "awaiting", 70, 0)}, Trade{Placed: 2, Paid: 1},
		},
		"one order of two suppliers": {
			[]*deal{{state: paid, group: "a", minor: 500}},
			[]books{order("a", "held", 200, 200), order("a", "held", 300, 300)}, Trade{Placed: 1, Paid: 1},
		},
		"acknowledged and not there": {
			[]*deal{{state: placed, group: "a", minor: 500}}, nil, Trade{Placed: 1, Lost: 1},
		},
		"paid, and the payment not there": {
			[]*deal{{state: paid, group: "a", minor: 500}}, []books{order("a", "awaiting", 500, 0)}, Trade{Placed: 1, Paid: 1, Lost: 1},
		},
		"more held than was asked for": {
			[]*deal{{state: paid, group: "a", minor: 500}}, []books{order("a", "held", 512, 512)}, Trade{Placed: 1, Paid: 1, Off: 12},
		},
		"less held than was asked for": {
			[]*deal{{state: paid, group: "a", minor: 500}}, []books{order("a", "held", 488, 488)}, Trade{Placed: 1, Paid: 1, Off: 12},
		},
		"no answer, and it is there": {
			[]*deal{{state: unanswered}}, []books{order("x", "awaiting", 500, 0)}, Trade{},
		},
		"no answer, and it is not there": {
			[]*deal{{state: unanswered}}, nil, Trade{},
		},
		"no answer, and it is there twice": {
			[]*deal{{state: unanswered}}, []books{order("x", "awaiting", 500, 0), order("y", "awaiting", 500, 0)}, Trade{Doubled: 1},
		},
		"an answer, and it is there twice": {
			[]*deal{{state: placed, group: "a", minor: 500}}, []books{order("a", "awaiting", 500, 0), order("y", "awaiting", 500, 0)}, Trade{Placed: 1, Doubled: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got Trade
			got.settle(c.deals, c.orders)
			if got.Placed != c.want.Placed || got.Paid != c.want.Paid || got.Lost != c.want.Lost || got.Doubled != c.want.Doubled || got.Off != c.want.Off {
				t.Errorf("counted as %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestThePaymentPagesAmount(t *testing.T) {
	for text, want := range map[string]int64{
		"To pay now Into the hold €1,152.50 Duty not included": 115_250,
		"Into the hold €10.00 Into the hold SEK 20.05":         3_005,
		"Nothing here": -1,
	} {
		if got, ok := shown(text); ok != (want >= 0) || ok && got != want {
			t.Errorf("%q is read as %d, %v; want %d", text, got, ok, want)
		}
	}
}
