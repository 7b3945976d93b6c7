package party

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"kontor/market"
)

// Admission is a business that an operator admits, because the house knows its
// people: nobody has to confirm an address.
type Admission struct {
	SignUp              // Password may be empty: the person sets one by "New password"; Terms and Privacy too: the person is asked at the first sign-in
	Slug         string // of the storefront's address; "" makes one of the name
	About        map[string]string
	Street       string // with the number; public if it sells, else sealed; may be empty
	Postcode     string // the same
	Founded      int    // year, 0 if unknown
	Staff        int    // employees, 0 if unknown
	Legal        Legal
	Bank         Bank // zero if unknown
	Verification Verification
}

// check mends spelling in a and collects what is wrong.
func (a *Admission) check(fs *market.Faults, year int) {
	var joined market.Faults
	a.SignUp.check(&joined)
	*fs = append(*fs, slices.DeleteFunc(joined, func(f *market.Fault) bool { return f.Field == "password" && a.Password == "" })...)
	if a.Slug != "" && Slug(a.Slug) != a.Slug {
		fs.Add("slug", "The slug has other characters than small letters, digits and single hyphens.", "Write it like "+Slug(a.Slug)+".")
	}
	shown := a.profile()
	if err := shown.check(year, a.Country); err != nil {
		for _, f := range err.(market.Faults) {
			if f.Field == "founded" || f.Field == "people" || f.Field == "street" || f.Field == "postcode" || len(f.Field) >= 5 && f.Field[:5] == "about" {
				*fs = append(*fs, f) // the others stand there already
			}
		}
	}
	a.About, a.Street, a.Postcode = shown.About, shown.Street, shown.Postcode
	if a.Legal != (Legal{}) {
		text(fs, "legal_name", &a.Legal.Name, "the name in the register", 2, 160)
		text(fs, "tax_number", &a.Legal.TaxNumber, "the tax number", 0, 40)
	}
	if a.Bank != (Bank{}) {
		if err := a.Bank.check(); err != nil {
			*fs = append(*fs, err.(market.Faults)...)
		}
	}
	switch a.Verification {
	case "":
		a.Verification = Unchecked
	case Unchecked, InCheck:
	case Checked:
		if a.Legal.Name == "" {
			fs.Add("verification", "A business can't be checked without its legal name.", "Give the name in the register.")
		}
	default:
		fs.Add("verification", "This is not a state of verification.", "Choose unchecked, in_check or checked.")
	}
}

func (a Admission) profile() Profile {
	return Profile{
		Name: a.Business, City: a.City, Buys: a.Buys, Sells: a.Sells, Language: a.Language, Currency: a.Currency,
		Street: a.Street, Postcode: a.Postcode, About: a.About, Founded: a.Founded, People: a.Staff,
	}
}

// Admit joins a business and its first person on the word of an operator. Both
// count as known at once: the person can sign in, with a password given here or
// one set later. An address or a slug that is taken is a Conflict.
func (d *Desk) Admit(ctx context.Context, a market.Actor, in Admission) (Business, Person, error) {
	if err := mayOperate(a); err != nil {
		return Business{}, Person{}, err
	}
	var fs market.Faults
	in.check(&fs, d.clock().Year())
	var agreed []Consent
	if in.Terms != "" || in.Privacy != "" {
		var err error
		if agreed, err = d.agreed(ctx, &fs, in.Language, map[string]string{"terms": in.Terms, "privacy": in.Privacy}); err != nil {
			return Business{}, Person{}, err
		}
	}
	if err := fs.Err(); err != nil {
		return Business{}, Person{}, err
	}
	stored := ""
	if in.Password != "" {
		var err error
		if stored, err = d.hash(ctx, in.Password); err != nil {
			return Business{}, Person{}, err
		}
	}
	var j Joining
	err := d.untilNoRace(func() (err error) {
		if j, err = d.admission(ctx, in, stored); err != nil {
			return err
		}
		for _, c := range agreed {
			c.Person = j.Person.ID
			j.Consents = append(j.Consents, c)
		}
		return d.records.Join(ctx, j)
	})
	if err != nil {
		return Business{}, Person{}, err
	}
	return publicFace(j.Business), j.Person, nil
}

// admission prepares what an admission writes.
func (d *Desk) admission(ctx context.Context, in Admission, stored string) (Joining, error) {
	same, member, err := d.find(ctx, in.Email)
	if err != nil {
		return Joining{}, err
	}
	if member.ID != "" {
		return Joining{}, &market.Fault{Kind: market.Conflict, Field: "email", Msg: "This address belongs to an account already.", Fix: "Give the address of somebody who has none yet."}
	}
	j, err := d.newBusiness(ctx, in.SignUp)
	if err != nil {
		return Joining{}, err
	}
	b := &j.Business
	if in.Slug != "" {
		_, err := d.records.BusinessBySlug(ctx, in.Slug)
		if err == nil {
			return Joining{}, &market.Fault{Kind: market.Conflict, Field: "slug", Msg: fmt.Sprintf("The slug %q is taken.", in.Slug), Fix: "Choose another one, or leave it out."}
		}
		if market.KindOf(err) != market.NotFound {
			return Joining{}, fmt.Errorf("look for slug %s: %w", in.Slug, err)
		}
		b.Slug = in.Slug
	}
	b.Street, b.Postcode = in.Street, in.Postcode
	if err := d.sealSeat(ctx, b); err != nil {
		return Joining{}, err
	}
	b.About, b.Founded, b.People, b.Verification = in.About, in.Founded, in.Staff, in.Verification
	if b.Verification == Checked {
		b.VerifiedAt = d.clock()
	}
	if b.LegalName, err = d.seal(ctx, b.Of(), "business", "legal_name", string(b.ID), in.Legal.Name); err != nil {
		return Joining{}, err
	}
	if b.TaxNumber, err = d.seal(ctx, b.Of(), "business", "tax_number", string(b.ID), in.Legal.TaxNumber); err != nil {
		return Joining{}, err
	}
	if in.Bank != (Bank{}) {
		plain, err := json.Marshal(in.Bank)
		if err != nil {
			return Joining{}, fmt.Errorf("write the account of business %s: %w", b.ID, err)
		}
		if b.Bank, err = d.seal(ctx, b.Of(), "business", "bank", string(b.ID), string(plain)); err != nil {
			return Joining{}, err
		}
	}
	if j.Person, err = d.newPerson(ctx, &j, in.Name, in.Email, in.Language, stored); err != nil {
		return Joining{}, err
	}
	j.Person.Business, j.Person.Confirmed, j.SeenSame = b.ID, true, same
	j.Events = append(j.Events, d.tell(BusinessChanged, Told{Business: b.ID}))
	return j, nil
}
