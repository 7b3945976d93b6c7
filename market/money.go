package market

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"

	"github.com/bojanz/currency"
)

// Currency is an ISO 4217 alphabetic code, such as "EUR".
type Currency string

// Known tells whether c is a currency in use.
func (c Currency) Known() bool { return c != "" && currency.IsValid(string(c)) }

// Digits is the number of decimals of c's minor unit: 2 for EUR, 0 for JPY, 3
// for KWD (ISO 4217, column "minor unit").
func (c Currency) Digits() int {
	d, ok := currency.GetDigits(string(c))
	if !ok {
		return 2
	}
	return int(d)
}

// Money is an amount in minor units (cents for EUR, yen for JPY). The zero
// value has no currency and adds to any.
type Money struct {
	Minor    int64    `json:"minor"`
	Currency Currency `json:"currency"`
}

// Most is the largest amount in minor units that Kontor handles, either way:
// 10^15, so that a thousand of them can be summed in an int64.
const Most = 1_000_000_000_000_000

// Of is Money in short.
func Of(minor int64, c Currency) Money { return Money{Minor: minor, Currency: c} }

// Add is m + o. Two currencies never add: that is a bug of ours, and panics.
func (m Money) Add(o Money) Money {
	if m.Currency == "" {
		return o
	}
	if o.Currency == "" {
		return m
	}
	if m.Currency != o.Currency {
		panic(fmt.Sprintf("market: %s added to %s", o.Currency, m.Currency))
	}
	sum := m.Minor + o.Minor
	if (sum > m.Minor) != (o.Minor > 0) && o.Minor != 0 {
		panic("market: money overflows")
	}
	return Money{sum, m.Currency}
}

// Sub is m − o.
func (m Money) Sub(o Money) Money { return m.Add(o.Neg()) }

// Neg is −m.
func (m Money) Neg() Money { return Money{-m.Minor, m.Currency} }

// Zero tells whether nothing is there.
func (m Money) Zero() bool { return m.Minor == 0 }

// Times is m for n pieces. ok is false when the result would exceed Most.
func (m Money) Times(n int64) (product Money, ok bool) {
	neg := (m.Minor < 0) != (n < 0)
	hi, lo := bits.Mul64(abs(m.Minor), abs(n))
	if hi != 0 || lo > Most {
		return Money{}, false
	}
	v := int64(lo)
	if neg {
		v = -v
	}
	return Money{v, m.Currency}, true
}

func abs(v int64) uint64 {
	if v < 0 {
		return uint64(-v)
	}
	return uint64(v)
}

// Rounding names a rounding rule; it is kept on every document that used it.
type Rounding string

// HalfUp rounds half a minor unit away from zero, as commercial practice does.
const HalfUp Rounding = "half_up"

// Share is m × bps / 10,000 by HalfUp: commission, tax, an award. The other
// party of a split gets m.Sub(share), so that the parts always make the whole.
func (m Money) Share(bps int64) Money {
	v := new(big.Int).Mul(big.NewInt(m.Minor), big.NewInt(bps))
	neg := v.Sign() < 0
	v.Abs(v)
	v.Add(v, big.NewInt(5_000)).Quo(v, big.NewInt(10_000))
	r := v.Int64()
	if neg {
		r = -r
	}
	return Money{r, m.Currency}
}

// Decimal is the amount as a plain decimal number: "12.50", "-3", "0.125".
func (m Money) Decimal() string {
	d := m.Currency.Digits()
	s := strconv.FormatUint(abs(m.Minor), 10)
	if d > 0 {
		if len(s) <= d {
			s = strings.Repeat("0", d-len(s)+1) + s
		}
		s = s[:len(s)-d] + "." + s[len(s)-d:]
	}
	if m.Minor < 0 {
		s = "-" + s
	}
	return s
}

// String is for logs and tests: "12.50 EUR". Pages format by locale.
func (m Money) String() string { return m.Decimal() + " " + string(m.Currency) }

// ParseMoney reads a plain decimal number with a dot: "1.45", "12", "0.5". It
// refuses signs, thousands separators, and more decimals than c has.
func ParseMoney(s string, c Currency) (Money, error) {
	s = strings.TrimSpace(s)
	whole, frac, dot := strings.Cut(s, ".")
	switch {
	case !c.Known():
		return Money{}, &Fault{Kind: Invalid, Msg: fmt.Sprintf("%q is not a currency.", clip(string(c))), Fix: "Use an ISO 4217 code such as EUR."}
	case strings.Contains(s, ","):
		return Money{}, &Fault{Kind: Invalid, Msg: fmt.Sprintf("%q has a comma.", clip(s)), Fix: withDot(s, c.Digits())}
	case whole == "" || dot && frac == "" || !digits(whole) || !digits(frac):
		return Money{}, &Fault{Kind: Invalid, Msg: fmt.Sprintf("%q is not an amount.", clip(s)), Fix: "Write a number such as 12.50."}
	}
	d := c.Digits()
	if trimmed := strings.TrimRight(frac, "0"); len(trimmed) > d {
		return Money{}, &Fault{Kind: Invalid, Msg: fmt.Sprintf("%s has %d decimals at most.", c, d), Fix: "Round it to the smallest coin."}
	} else if frac = trimmed; len(frac) < d {
		frac += strings.Repeat("0", d-len(frac))
	}
	v, err := strconv.ParseInt(whole+frac, 10, 64)
	if err != nil || v > Most {
		return Money{}, &Fault{Kind: Invalid, Msg: fmt.Sprintf("%q is too large.", clip(s)), Fix: "Enter a smaller amount."}
	}
	return Money{v, c}, nil
}

// withDot tells how to write an amount with a comma: "1,45" can only mean 1.45,
// "1,450" may mean either.
func withDot(s string, digits int) string {
	whole, frac, _ := strings.Cut(s, ",")
	if len(frac) > 0 && len(frac) <= min(digits, 2) && !strings.ContainsAny(whole+frac, ".,") {
		return "Write " + clip(whole+"."+frac) + "."
	}
	return "Write a number such as 1250.50: a dot before the decimals, and no separator for thousands."
}

func digits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

// clip keeps quoted input short.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// Quantity counts trade units (pieces, cartons, kilograms in whole units).
type Quantity int64

// MostQuantity bounds one line of trade.
const MostQuantity Quantity = math.MaxInt32
