package market_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bojanz/currency"
	"pgregory.net/rapid"

	"kontor/market"
)

func amounts(t *rapid.T, name string) int64 {
	return rapid.Int64Range(-market.Most, market.Most).Draw(t, name)
}

func TestWhatIsWrittenIsReadBackInEveryCurrency(t *testing.T) {
	codes := currency.GetCurrencyCodes()
	if len(codes) < 150 {
		t.Fatalf("only %d currencies are known", len(codes))
	}
	rapid.Check(t, func(t *rapid.T) {
		m := market.Of(rapid.Int64Range(0, market.Most).Draw(t, "minor"), market.Currency(rapid.SampledFrom(codes).Draw(t, "currency")))
		if got, err := market.ParseMoney(m.Decimal(), m.Currency); err != nil || got != m {
			t.Fatalf("%s was read back as %v, %v: a supplier's export would come in at another price", m, got, err)
		}
	})
	for _, code := range codes { // each at its edges, whatever was drawn
		for _, minor := range []int64{0, 1, 9, 10, 99, 100, 999, 1_000, market.Most} {
			m := market.Of(minor, market.Currency(code))
			if got, err := market.ParseMoney(m.Decimal(), m.Currency); err != nil || got != m {
				t.Errorf("%s was read back as %v, %v", m, got, err)
			}
		}
	}
}

func TestDecimal(t *testing.T) {
	for _, c := range []struct {
		minor int64
		of    market.Currency
		want  string
	}{
		{1_250, "EUR", "12.50"}, {5, "EUR", "0.05"}, {0, "EUR", "0.00"}, {-5, "EUR", "-0.05"}, {-1_250, "EUR", "-12.50"},
		{3, "JPY", "3"}, {-3, "JPY", "-3"}, {125, "KWD", "0.125"}, {1, "KWD", "0.001"}, {12_345, "KWD", "12.345"},
		{math.MinInt64, "JPY", "-9223372036854775808"},
	} {
		if got := market.Of(c.minor, c.of).Decimal(); got != c.want {
			t.Errorf("got %q for %d of %s, want %q", got, c.minor, c.of, c.want)
		}
	}
}

func TestParseMoney(t *testing.T) {
	for _, c := range []struct {
		name, in string
		of       market.Currency
		want     int64 // -1: refused
	}{
		{"a plain price", "1.45", "EUR", 145},
		{"no decimals", "12", "EUR", 1_200},
		{"one decimal", "0.5", "EUR", 50},
		{"blanks around it", " 1.45 ", "EUR", 145},
		{"zeros beyond the smallest coin", "1.4500", "EUR", 145},
		{"yen", "1450", "JPY", 1_450},
		{"yen with empty decimals", "1450.00", "JPY", 1_450},
		{"three decimals of a dinar", "0.125", "KWD", 125},
		{"the largest amount", "10000000000000.00", "EUR", market.Most},
		{"one cent above the largest", "10000000000000.01", "EUR", -1},
		{"more digits than a number holds", strings.Repeat("9", 60), "EUR", -1},
		{"half a cent", "1.455", "EUR", -1},
		{"half a yen", "1.5", "JPY", -1},
		{"a comma", "1,45", "EUR", -1},
		{"thousands and a dot", "1,450.00", "EUR", -1},
		{"a minus", "-1.45", "EUR", -1},
		{"a plus", "+1.45", "EUR", -1},
		{"an exponent", "1e3", "EUR", -1},
		{"nothing", "", "EUR", -1},
		{"a dot alone", ".", "EUR", -1},
		{"no digit before the dot", ".5", "EUR", -1},
		{"no digit after the dot", "5.", "EUR", -1},
		{"two dots", "1.4.5", "EUR", -1},
		{"digits of another script", "١٤", "EUR", -1},
		{"a currency that is none", "1.45", "EURO", -1},
		{"no currency", "1.45", "", -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := market.ParseMoney(c.in, c.of)
			if c.want < 0 {
				if market.KindOf(err) != market.Invalid {
					t.Errorf("got %v, %v for %q, want a fault", got, err, c.in)
				}
			} else if err != nil || got != market.Of(c.want, c.of) {
				t.Errorf("got %v, %v for %q, want %d minor units", got, err, c.in, c.want)
			}
		})
	}
}

func FuzzParseMoney(f *testing.F) {
	for _, s := range []string{"1.45", "0", "10000000000000.01", "1,5", "-1", "\xff", "1.", "٣"} {
		f.Add(s, "EUR")
	}
	f.Add("1.5", "JPY")
	f.Add("0.125", "KWD")
	f.Fuzz(func(t *testing.T, s, c string) {
		m, err := market.ParseMoney(s, market.Currency(c))
		if err != nil {
			if fault, ok := errors.AsType[*market.Fault](err); !ok || fault.Fix == "" || utf8.RuneCountInString(fault.Error()) > 400 {
				t.Errorf("%q gives %v, which nobody can mend", s, err)
			}
			return
		}
		if m.Minor < 0 || m.Minor > market.Most || string(m.Currency) != c {
			t.Fatalf("%q was read as %v", s, m)
		}
		if again, err := market.ParseMoney(m.Decimal(), m.Currency); err != nil || again != m {
			t.Errorf("%q is %v, but its decimal form %q is %v, %v", s, m, m.Decimal(), again, err)
		}
	})
}

func TestThePartsMakeTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := market.Of(amounts(t, "whole"), "EUR")
		bps := rapid.Int64Range(0, 10_000).Draw(t, "bps")
		share := whole.Share(bps)
		if rest := whole.Sub(share); rest.Add(share) != whole {
			t.Fatalf("%v and %v don't make %v", share, rest, whole)
		}
		if abs(share.Minor) > abs(whole.Minor) || share.Minor != 0 && (share.Minor < 0) != (whole.Minor < 0) {
			t.Fatalf("%d bps of %v are %v", bps, whole, share)
		}
		if off := abs(share.Minor*10_000 - whole.Minor*bps); whole.Minor < 1<<49 && whole.Minor > -1<<49 && off > 5_000 {
			t.Fatalf("%d bps of %v are %v: off by more than half a cent", bps, whole, share)
		}
		if whole.Neg().Share(bps) != share.Neg() {
			t.Fatalf("a share of %v and of what is owed back differ", whole)
		}
	})
}

func abs(v int64) int64 { return max(v, -v) }

func TestShareRoundsHalfAwayFromZero(t *testing.T) {
	for _, c := range []struct{ minor, bps, want int64 }{
		{1, 5_000, 1}, {1, 4_999, 0}, {-1, 5_000, -1}, {-1, 4_999, 0}, {10, 333, 0}, {15, 333, 0}, {16, 333, 1}, {150, 300, 5}, {149, 300, 4},
		{market.Most, 10_000, market.Most}, {market.Most, 1, market.Most / 10_000}, {0, 2_500, 0}, {100, 0, 0},
	} {
		if got := market.Of(c.minor, "EUR").Share(c.bps).Minor; got != c.want {
			t.Errorf("%d bps of %d are %d, want %d", c.bps, c.minor, got, c.want)
		}
	}
}

func TestTimes(t *testing.T) {
	for _, c := range []struct {
		minor, n, want int64
		ok             bool
	}{
		{450, 3, 1_350, true}, {-450, 3, -1_350, true}, {450, -3, -1_350, true}, {450, 0, 0, true}, {0, math.MaxInt64, 0, true},
		{market.Most, 1, market.Most, true}, {market.Most, -1, -market.Most, true}, {1, market.Most, market.Most, true},
		{market.Most, 2, 0, false}, {market.Most/2 + 1, 2, 0, false}, {market.Most, math.MaxInt64, 0, false},
		{math.MinInt64, math.MinInt64, 0, false}, {1 << 32, 1 << 32, 0, false}, // the product's low word is 0
	} {
		got, ok := market.Of(c.minor, "EUR").Times(c.n)
		if ok != c.ok || ok && got != market.Of(c.want, "EUR") {
			t.Errorf("%d × %d is %v, %t, want %d, %t", c.minor, c.n, got, ok, c.want, c.ok)
		}
	}
}

func TestAdd(t *testing.T) {
	if got := (market.Money{}).Add(market.Of(5, "EUR")); got != market.Of(5, "EUR") {
		t.Errorf("nothing and 5 EUR are %v", got)
	}
	if got := market.Of(5, "EUR").Sub(market.Money{}); got != market.Of(5, "EUR") {
		t.Errorf("5 EUR less nothing are %v", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := market.Of(amounts(t, "a"), "EUR"), market.Of(amounts(t, "b"), "EUR")
		if a.Add(b) != b.Add(a) || a.Add(b).Sub(b) != a || a.Add(b).Minor != a.Minor+b.Minor {
			t.Fatalf("%v and %v don't add up", a, b)
		}
	})
	for name, add := range map[string]func(){
		"two currencies":               func() { market.Of(1, "EUR").Add(market.Of(1, "USD")) },
		"more than a number holds":     func() { market.Of(math.MaxInt64, "EUR").Add(market.Of(1, "EUR")) },
		"less than a number holds":     func() { market.Of(math.MinInt64, "EUR").Add(market.Of(-1, "EUR")) },
		"less by taking away too much": func() { market.Of(-2, "EUR").Sub(market.Of(math.MaxInt64, "EUR")) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("a wrong sum was given out")
				}
			}()
			add()
		})
	}
}

func TestFaultsAreFoundWhereverTheyLie(t *testing.T) {
	var fs market.Faults
	if fs.Err() != nil {
		t.Error("no faults are an error")
	}
	fs.Add("tiers[1].min_qty", "It is 0.", "Enter 1 or more.")
	fs = append(fs, &market.Fault{Kind: market.Conflict, Row: 7, Msg: "It moved.", Fix: "Look again."})
	err := fmt.Errorf("read a file: %w", fs.Err())
	if market.KindOf(err) != market.Invalid {
		t.Errorf("got kind %d, want that of the first fault", market.KindOf(err))
	}
	if want := "tiers[1].min_qty: It is 0. Enter 1 or more.\nline 7, It moved. Look again."; fs.Error() != want {
		t.Errorf("got %q, want %q", fs.Error(), want)
	}
	if market.KindOf(errors.New("disk on fire")) != 0 {
		t.Error("an error of ours would be shown to a reader")
	}
}
