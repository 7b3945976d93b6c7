package demo

import (
	"context"
	"testing"

	"kontor/market"
	"kontor/market/party"
)

func admission(email, slug string) party.Admission {
	return party.Admission{
		SignUp: party.SignUp{Name: "Elif Aksoyan", Email: email, Business: "Tarsus Shirtworks", Country: "TR", City: "Tarsus", Sells: true, Language: "tr", Currency: "EUR"},
		Slug:   slug,
	}
}

func TestAnOperatorAdmitsABusiness(t *testing.T) {
	ctx := context.Background()
	r, _ := open(t)
	in := admission("satis@tarsus.example", "tarsus")
	in.Password, in.Verification, in.Founded = Password, party.Checked, 1994
	in.Legal = party.Legal{Name: "Tarsus Shirtworks Ltd. Şti.", TaxNumber: "TR 9000123456"}
	in.Bank = party.Bank{Holder: "Tarsus Shirtworks", IBAN: IBAN("TR", "9999999999999999990001"), Country: "TR"}
	b, p, err := r.Parties.Admit(ctx, runs, in)
	if err != nil {
		t.Fatal(err)
	}
	if b.Slug != "tarsus" || b.Verification != party.Checked || b.VerifiedAt.IsZero() || b.Founded != 1994 {
		t.Errorf("got %+v, want what was admitted", b)
	}
	pass, err := r.Parties.SignIn(ctx, "Satis@Tarsus.example", Password, "")
	if err != nil || pass.Visitor.Actor.Person != p.ID || !pass.Visitor.Actor.Sells {
		t.Fatalf("the admitted person can't sign in at once: %+v, %v", pass.Visitor, err)
	}
	why := party.Purpose{Kind: "own_data"}
	if legal, err := r.Parties.Legal(ctx, pass.Visitor.Actor, b.ID, why); err != nil || legal != in.Legal {
		t.Errorf("got legal data %+v, %v", legal, err)
	}
	if bank, err := r.Parties.Bank(ctx, pass.Visitor.Actor, b.ID, why); err != nil || bank.IBAN != in.Bank.IBAN {
		t.Errorf("got account %+v, %v: payouts would go nowhere", bank, err)
	}
}

func TestAnAdmissionWithoutPasswordOpensNothingYet(t *testing.T) {
	ctx := context.Background()
	r, _ := open(t)
	if _, _, err := r.Parties.Admit(ctx, runs, admission("a@b.example", "")); err != nil {
		t.Fatal(err)
	}
	for _, guess := range []string{"", Password} {
		if _, err := r.Parties.SignIn(ctx, "a@b.example", guess, ""); market.KindOf(err) != market.Invalid {
			t.Errorf("password %q opened an account that has none: %v", guess, err)
		}
	}
}

func TestAdmissionsThatAreRefused(t *testing.T) {
	ctx := context.Background()
	r, _ := open(t)
	if _, _, err := r.Parties.Admit(ctx, runs, admission("first@tarsus.example", "taken")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		by    market.Actor
		field string
		kind  market.Kind
		make  func(*party.Admission)
	}{
		{"by nobody", market.Actor{}, "", market.SignIn, func(*party.Admission) {}},
		{"by a supplier", market.Actor{Person: "p", Business: "b", Sells: true}, "", market.NotFound, func(*party.Admission) {}},
		{"of a member's address", runs, "email", market.Conflict, func(a *party.Admission) { a.Email = "First@tarsus.example" }},
		{"under a slug that is taken", runs, "slug", market.Conflict, func(a *party.Admission) { a.Slug = "taken" }},
		{"under a slug with capitals", runs, "slug", market.Invalid, func(a *party.Admission) { a.Slug = "Tarsus Shirts" }},
		{"with a weak password", runs, "password", market.Invalid, func(a *party.Admission) { a.Password = "short" }},
		{"as checked without a legal name", runs, "verification", market.Invalid, func(a *party.Admission) { a.Verification = party.Checked }},
		{"in a state of verification that is none", runs, "verification", market.Invalid, func(a *party.Admission) { a.Verification = "blessed" }},
		{"with a wrong IBAN", runs, "iban", market.Invalid, func(a *party.Admission) {
			a.Bank = party.Bank{Holder: "Tarsus Shirtworks", IBAN: "TR000000000000000000000001"}
		}},
		{"founded in the future", runs, "founded", market.Invalid, func(a *party.Admission) { a.Founded = 9999 }},
		{"of a country that is none", runs, "country", market.Invalid, func(a *party.Admission) { a.Country = "XX" }},
		{"without agreement to the newest terms", runs, "", 0, func(a *party.Admission) { a.Terms = "2020-01-01" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := admission("second@tarsus.example", "")
			c.make(&in)
			_, _, err := r.Parties.Admit(ctx, c.by, in)
			if c.kind == 0 {
				if err != nil {
					t.Errorf("got %v: a house without texts asks for no agreement", err)
				}
				return
			}
			if market.KindOf(err) != c.kind {
				t.Fatalf("got %v, want kind %d", err, c.kind)
			}
			if c.field != "" && !names(err, c.field) {
				t.Errorf("got %v, want a fault of %s", err, c.field)
			}
		})
	}
}

// names tells whether one of the faults in err is of a field.
func names(err error, field string) bool {
	switch e := err.(type) {
	case *market.Fault:
		return e.Field == field
	case market.Faults:
		for _, f := range e {
			if f.Field == field {
				return true
			}
		}
	}
	return false
}
