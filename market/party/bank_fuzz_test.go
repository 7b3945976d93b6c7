package party

import (
	"testing"

	"kontor/market"
)

// FuzzBank reads a bank account as people type it. One that is taken is taken
// again as it was kept, and no slip of one character of an IBAN goes through.
func FuzzBank(f *testing.F) {
	f.Add("Firm Ltd", "DE89 3704 0044 0532 0130 00", "", "", "", "DE", "")
	f.Add("Firm Ltd", "gb82west12345698765432", "", "", "", "", "GBP")
	f.Add("Firm", "", "0123-456 789", "CHASUS33", "A bank", "US", "USD")
	f.Add("", "DE00", "x", "y", "\x00", "XX", "EUX")
	f.Add("F\xff", "ÄE89370400440532013000", "１２３", "deutdeff500", "b", "de", "")
	f.Fuzz(func(t *testing.T, holder, iban, number, bic, name, country, accepts string) {
		b := Bank{Holder: holder, IBAN: iban, Number: number, BIC: bic, Name: name, Country: country, Accepts: market.Currency(accepts)}
		if err := b.check(); err != nil {
			if market.KindOf(err) != market.Invalid {
				t.Fatalf("got %v, which its reader can't mend", err)
			}
			return
		}
		again := b
		if err := again.check(); err != nil || again != b {
			t.Fatalf("what was kept is refused or changed when it is sent again: %v\n%+v\n%+v", err, b, again)
		}
		if b.IBAN == "" && (b.Number == "" || b.BIC == "") || !IsCountry(b.Country) || b.Accepts != "" && !b.Accepts.Known() {
			t.Fatalf("nobody can pay to %+v", b)
		}
		for i := range b.IBAN {
			slip := []byte(b.IBAN)
			switch c := slip[i]; {
			case c == '9':
				slip[i] = '0'
			case c == 'Z':
				slip[i] = 'A'
			default:
				slip[i]++
			}
			if validIBAN(string(slip)) {
				t.Fatalf("%s is taken, and so is %s, a slip of one character", b.IBAN, slip)
			}
		}
	})
}
