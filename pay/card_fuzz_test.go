package pay

import (
	"errors"
	"strings"
	"testing"

	"kontor/market"
	"kontor/market/order"
)

// FuzzCard reads a card's number as people type it. What is charged has the
// check digit of its number, and no digit of it may be mistyped; a refusal says
// what to do and repeats no digit.
func FuzzCard(f *testing.F) {
	for _, s := range []string{TestNumber, "4000 0000 0000 0002", "4242-4242-4242-4242", "4242 4242 4242 4241", "", " ", "4242４242424242424", "00000000000000000000", "\x00\xff", "1234567890123456789"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, number string) {
		err := Card{}.Authorise(t.Context(), order.Charge{Instrument: number})
		plain := strings.NewReplacer(" ", "", "-", "").Replace(number)
		if err != nil {
			fault, ok := errors.AsType[*market.Fault](err)
			if !ok || fault.Kind != market.Invalid || fault.Field != "payment" || fault.Msg == "" || fault.Fix == "" || len(plain) > 3 && strings.Contains(fault.Msg+fault.Fix, plain) {
				t.Fatalf("the refusal of a card says %v", err)
			}
			return
		}
		if plain == "" {
			return // a program that gives none pays with the test card
		}
		if len(plain) < 12 || len(plain) > 19 || strings.Trim(plain, "0123456789") != "" || strings.HasSuffix(plain, "0002") {
			t.Fatalf("%q was charged, and is no card's number", number)
		}
		for i := range plain {
			wrong := []byte(plain)
			wrong[i] = '0' + (wrong[i]-'0'+1)%10
			if err := (Card{}).Authorise(t.Context(), order.Charge{Instrument: string(wrong)}); err == nil {
				t.Fatalf("%q was charged, and so was %q, a slip of one digit", number, wrong)
			}
		}
	})
}
