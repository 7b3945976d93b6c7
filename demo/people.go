package demo

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"kontor/demo/house"
	"kontor/market"
	"kontor/market/order"
	"kontor/market/party"
)

// people makes the operators, then everybody who sells and buys.
func (f *filler) people(ctx context.Context, suppliers []house.Supplier, buyers []house.Buyer) error {
	f.ago(420)
	if err := f.operators(ctx); err != nil {
		return err
	}
	for i, s := range suppliers {
		f.ago(400 - 11*float64(i))
		if err := f.supplier(ctx, s); err != nil {
			return fmt.Errorf("admit supplier %s: %w", s.Slug, err)
		}
		f.step(1)
	}
	for i, b := range buyers {
		f.ago(260 - 9*float64(i))
		if err := f.buyer(ctx, b); err != nil {
			return fmt.Errorf("admit buyer %s: %w", b.Slug, err)
		}
		f.step(1)
	}
	return nil
}

// operators makes those who run the house; the first acts for it from then on.
func (f *filler) operators(ctx context.Context) error {
	for i, o := range f.profile.Operators {
		var secret string
		var err error
		if i == 0 {
			secret, _, err = f.Parties.FirstLink(ctx)
		} else {
			secret, err = f.Parties.InviteOperator(ctx, f.operator.actor)
		}
		if err != nil {
			return err
		}
		name := o.First + " " + o.Last
		if err := f.Parties.BecomeOperator(ctx, secret, party.NewOperator{Name: name, Email: o.Email, Password: Password, Language: o.Language}); err != nil {
			return fmt.Errorf("make operator %d: %w", i+1, err)
		}
		if i > 0 {
			continue
		}
		pass, err := f.Parties.SignIn(ctx, o.Email, Password, "")
		if err != nil {
			return fmt.Errorf("sign the operator in: %w", err)
		}
		f.operator = firm{person: name, email: o.Email, actor: pass.Visitor.Actor}
		if err := f.Parties.SignOut(ctx, pass.Visitor.Actor, pass.Visitor.Session); err != nil {
			return err
		}
	}
	return nil
}

// agree notes that everybody agrees to the house's texts. It happens at the
// opening, as the texts are no older than that.
func (f *filler) agree(ctx context.Context) error {
	versions, err := f.newest(ctx)
	if err != nil {
		return err
	}
	all := slices.Concat([]*firm{&f.operator}, slices.Collect(maps.Values(f.suppliers)), slices.Collect(maps.Values(f.buyers)))
	for _, who := range all {
		if err := f.Parties.Agree(ctx, party.Visitor{Actor: who.actor, Language: "en"}, versions); err != nil {
			return fmt.Errorf("note the consent of %s: %w", cmp.Or(who.slug, "the operator"), err)
		}
	}
	return nil
}

// newest is the newest version of each text that people agree to.
func (f *filler) newest(ctx context.Context) (map[string]string, error) {
	versions := map[string]string{}
	for _, slug := range []string{"terms", "privacy"} {
		doc, err := f.Parties.Document(ctx, slug, "en")
		if err != nil && market.KindOf(err) != market.NotFound {
			return nil, err
		}
		versions[slug] = doc.Version
	}
	return versions, nil
}

func (f *filler) supplier(ctx context.Context, s house.Supplier) error {
	in := party.Admission{
		SignUp: signUp(s.Name, s.Contact, s.Address, s.Currency), Slug: s.Slug, Street: s.Address.Street, Postcode: s.Address.Postcode, About: s.Storefront, Founded: s.Founded, Staff: s.People,
		Legal:        party.Legal{Name: fmt.Sprintf("%s %s (%s)", s.Name, s.LegalForm, s.Registration), TaxNumber: s.VAT},
		Verification: party.Verification(s.Verification),
	}
	in.Sells, in.Language = true, s.Languages[0]
	if in.Verification == party.Checked {
		in.Bank = account(s)
	}
	b, err := f.admit(ctx, in, s.Contact, s.Address)
	if err != nil {
		return err
	}
	f.suppliers[s.Slug] = b
	bps := int64(s.CommissionBPS)
	if bps == 0 {
		bps = usualBps
	}
	table, err := freight(s)
	if err != nil {
		return err
	}
	return f.Orders.Book.SaveTerms(ctx, order.Terms{Business: b.id, Freight: table, CommissionBps: bps})
}

// usualBps is the sample house's commission: five per cent.
const usualBps = 500

func (f *filler) buyer(ctx context.Context, b house.Buyer) error {
	in := party.Admission{
		SignUp: signUp(b.Name, b.People[0], b.Billing, b.Currency), Slug: b.Slug, Street: b.Billing.Street, Postcode: b.Billing.Postcode,
		Legal: party.Legal{Name: b.Name + " " + b.LegalForm, TaxNumber: b.VAT}, Verification: party.Checked,
	}
	in.Buys = true
	to := slices.Clone(b.Delivery)
	for i := range to {
		if to[i].Region == "" && to[i].Country == b.Billing.Country {
			to[i].Region = b.Billing.Region
		}
	}
	made, err := f.admit(ctx, in, b.People[0], to...)
	if err != nil {
		return err
	}
	f.buyers[b.Slug] = made
	return nil
}

func signUp(business string, p house.Person, a house.Address, currency string) party.SignUp {
	return party.SignUp{
		Name: p.First + " " + p.Last, Email: p.Email, Password: Password, Business: business, Country: a.Country, City: a.City,
		Language: p.Language, Currency: market.Currency(currency),
	}
}

// admit admits a business and keeps its addresses, the first for its orders.
func (f *filler) admit(ctx context.Context, in party.Admission, p house.Person, addresses ...house.Address) (*firm, error) {
	b, person, err := f.Parties.Admit(ctx, f.operator.actor, in)
	if err != nil {
		return nil, err
	}
	made := &firm{
		slug: b.Slug, name: b.Name, person: in.Name, email: in.Email, currency: b.Currency, id: b.ID,
		actor: market.Actor{Person: person.ID, Business: b.ID, Buys: b.Buys, Sells: b.Sells},
	}
	for _, a := range addresses {
		kept, err := f.Parties.KeepAddress(ctx, made.actor, "", party.Postal{
			Name: in.Name, Organisation: b.Name, Street: a.Street, City: a.City, Region: a.Region, Postcode: a.Postcode, Country: a.Country, Phone: p.Phone,
		})
		if err != nil {
			return nil, fmt.Errorf("keep an address: %w", err)
		}
		if made.address == "" {
			made.address = kept.ID
		}
	}
	return made, nil
}

// ibanLengths are those of the sample suppliers' countries (ISO 13616 registry).
var ibanLengths = map[string]int{
	"BR": 29, "CZ": 24, "DE": 22, "DK": 18, "ES": 24, "FR": 27, "GB": 22, "IT": 27, "LT": 20, "NL": 18, "PL": 28, "PT": 25, "SE": 24, "TR": 26,
}

// account invents a bank account in the form of the supplier's country: an IBAN
// with its check digits, else number and BIC. Bank codes of nines are given to
// nobody.
func account(s house.Supplier) party.Bank {
	bank := party.Bank{Holder: s.Name, Name: "Sample Bank", Country: s.Address.Country, Accepts: market.Currency(s.Currency)}
	number := fmt.Sprintf("%010d", uint32(s.Founded)*40_361+uint32(s.People)*97)
	length, ok := ibanLengths[bank.Country]
	if !ok {
		bank.Number, bank.BIC = "9999 "+number, "SMPL"+bank.Country+"22"
		return bank
	}
	bank.IBAN = IBAN(bank.Country, strings.Repeat("9", length-4-len(number))+number)
	return bank
}

// IBAN puts country and check digits before a national account number of digits
// (ISO 13616, ISO/IEC 7064 MOD 97-10).
func IBAN(country, number string) string {
	rest := 0
	for _, r := range number + country + "00" {
		if r >= 'A' {
			rest = (rest*100 + int(r-'A') + 10) % 97
		} else {
			rest = (rest*10 + int(r-'0')) % 97
		}
	}
	return fmt.Sprintf("%s%02d%s", country, 98-rest, number)
}
