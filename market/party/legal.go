package party

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"kontor/market"
)

// Legal identifies a business to the house and to authorities.
type Legal struct {
	Name      string
	TaxNumber string
}

// Bank is the account that payouts go to: an IBAN where the country has them,
// else number and BIC.
type Bank struct {
	Holder  string          `json:"holder"`
	IBAN    string          `json:"iban,omitempty"`   // without spaces
	Number  string          `json:"number,omitempty"` // national, with its branch or routing code
	BIC     string          `json:"bic,omitempty"`    // ISO 9362, 8 or 11 characters
	Name    string          `json:"name,omitempty"`   // of the bank
	Country string          `json:"country"`          // of the bank, ISO 3166-1 alpha-2
	Accepts market.Currency `json:"accepts,omitempty"`
}

// Legal shows a business's legal data to its own people, or to an operator who
// says why.
func (d *Desk) Legal(ctx context.Context, a market.Actor, id market.BusinessID, why Purpose) (Legal, error) {
	b, err := d.managed(ctx, a, id)
	if err != nil {
		return Legal{}, err
	}
	plain, err := d.vault.Open(ctx, LookOf(a, roleOf(a), b.Of(), why),
		field("business", "legal_name", string(id), b.LegalName),
		field("business", "tax_number", string(id), b.TaxNumber))
	if err != nil {
		return Legal{}, fmt.Errorf("show the legal data of business %s: %w", id, err)
	}
	return Legal{string(plain[0]), string(plain[1])}, nil
}

// SetLegal changes the legal data of the actor's business. A business that was
// checked has to be checked again. version is the business's as it was shown.
func (d *Desk) SetLegal(ctx context.Context, a market.Actor, in Legal, version int64) (Business, error) {
	if err := mayOwn(a, a.Business); err != nil {
		return Business{}, err
	}
	var fs market.Faults
	text(&fs, "legal_name", &in.Name, "the name in the register", 2, 160)
	text(&fs, "tax_number", &in.TaxNumber, "the tax number", 0, 40)
	if err := fs.Err(); err != nil {
		return Business{}, err
	}
	b, err := d.managed(ctx, a, a.Business)
	if err != nil {
		return Business{}, err
	}
	if b.LegalName, err = d.seal(ctx, b.Of(), "business", "legal_name", string(b.ID), in.Name); err != nil {
		return Business{}, err
	}
	if b.TaxNumber, err = d.seal(ctx, b.Of(), "business", "tax_number", string(b.ID), in.TaxNumber); err != nil {
		return Business{}, err
	}
	b.Version, b.Verification, b.VerifiedAt = version, InCheck, noTime
	return d.save(ctx, b, d.tell(BusinessChanged, Told{Business: b.ID}))
}

// Bank shows a business's account to its own people, or to an operator who says
// why. A zero Bank means none was given.
func (d *Desk) Bank(ctx context.Context, a market.Actor, id market.BusinessID, why Purpose) (Bank, error) {
	b, err := d.managed(ctx, a, id)
	if err != nil || len(b.Bank) == 0 {
		return Bank{}, err
	}
	plain, err := d.vault.Open(ctx, LookOf(a, roleOf(a), b.Of(), why), field("business", "bank", string(id), b.Bank))
	if err != nil {
		return Bank{}, fmt.Errorf("show the account of business %s: %w", id, err)
	}
	var bank Bank
	if err := json.Unmarshal(plain[0], &bank); err != nil {
		return Bank{}, fmt.Errorf("read the account of business %s: %w", id, err)
	}
	return bank, nil
}

// SetBank changes where payouts of the actor's business go. It asks for the
// actor's password again, and everybody of the business gets a letter.
func (d *Desk) SetBank(ctx context.Context, a market.Actor, password string, in Bank, version int64) (Business, error) {
	if err := mayOwn(a, a.Business); err != nil {
		return Business{}, err
	}
	if err := in.check(); err != nil {
		return Business{}, err
	}
	if _, err := d.proven(ctx, a, password); err != nil {
		return Business{}, err
	}
	b, err := d.managed(ctx, a, a.Business)
	if err != nil {
		return Business{}, err
	}
	plain, err := json.Marshal(in)
	if err != nil {
		return Business{}, fmt.Errorf("write the account of business %s: %w", b.ID, err)
	}
	if b.Bank, err = d.seal(ctx, b.Of(), "business", "bank", string(b.ID), string(plain)); err != nil {
		return Business{}, err
	}
	b.Version = version
	return d.save(ctx, b, d.tell(BankChanged, Told{Business: b.ID, Person: a.Person}))
}

// proven reads the actor's own person and checks the password typed again.
func (d *Desk) proven(ctx context.Context, a market.Actor, password string) (Person, error) {
	p, err := d.records.Person(ctx, a.Person)
	if err != nil {
		return Person{}, fmt.Errorf("person %s: %w", a.Person, err)
	}
	right, err := d.right(ctx, &p, password)
	if err != nil {
		return Person{}, err
	}
	if !right {
		return Person{}, &market.Fault{Kind: market.Invalid, Field: "password", Msg: "This is not your password.", Fix: "Type the one that you sign in with."}
	}
	return p, nil
}

var (
	ibanForm   = regexp.MustCompile(`^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$`)
	bicForm    = regexp.MustCompile(`^[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$`)
	numberForm = regexp.MustCompile(`^[A-Z0-9][A-Z0-9 ./-]{2,39}$`)
)

func (b *Bank) check() error {
	var fs market.Faults
	text(&fs, "holder", &b.Holder, "the holder's name as the bank has it", 2, 140)
	text(&fs, "bank", &b.Name, "the bank's name", 0, 80)
	b.IBAN = strings.ToUpper(strings.Join(strings.Fields(b.IBAN), ""))
	b.BIC = strings.ToUpper(strings.TrimSpace(b.BIC))
	b.Number = strings.ToUpper(strings.TrimSpace(b.Number))
	if b.IBAN != "" {
		b.Country = b.IBAN[:min(2, len(b.IBAN))]
	}
	switch {
	case b.IBAN != "" && !validIBAN(b.IBAN):
		fs.Add("iban", "A digit or letter of the IBAN is wrong or missing.", "Compare it with your bank statement.")
	case b.IBAN != "":
	case b.Number == "":
		fs.Add("iban", "There is no account.", "Enter the IBAN, or number and BIC where the bank has none.")
	case !numberForm.MatchString(b.Number):
		fs.Add("number", "The account number has other characters than digits, letters, spaces, dots and hyphens.", "Copy it from your bank statement.")
	case b.BIC == "":
		fs.Add("bic", "An account without IBAN needs the bank's BIC.", "Enter its 8 or 11 characters.")
	}
	if b.BIC != "" && !bicForm.MatchString(b.BIC) {
		fs.Add("bic", "This is not a BIC.", "Enter its 8 or 11 characters, such as DEUTDEFF.")
	}
	country(&fs, "bank_country", &b.Country)
	if b.Accepts != "" && !b.Accepts.Known() {
		fs.Add("accepts", "This is not a currency.", "Choose one from the list.")
	}
	return fs.Err()
}

// validIBAN checks form and check digits: ISO 13616, by ISO/IEC 7064 MOD 97-10.
func validIBAN(iban string) bool {
	if !ibanForm.MatchString(iban) {
		return false
	}
	var digits strings.Builder
	for _, r := range iban[4:] + iban[:4] {
		if r >= 'A' {
			fmt.Fprintf(&digits, "%d", r-'A'+10)
		} else {
			digits.WriteRune(r)
		}
	}
	n, _ := new(big.Int).SetString(digits.String(), 10)
	return new(big.Int).Mod(n, big.NewInt(97)).Int64() == 1
}
