package partytest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"kontor/market"
	"kontor/market/party"
)

func deskKeys(t *testing.T, h *house) {
	ctx := t.Context()
	a := h.member(t, "ada@example.org").Visitor.Actor
	key, err := h.MakeKey(ctx, a, "shop system", password)
	ok(t, err)
	v, err := h.EnterProgram(ctx, key)
	ok(t, err)
	same(t, v.Actor, a, "a program acts for somebody else")
	for _, wrong := range []string{"", key + "x", strings.TrimPrefix(key, "kontor_"), key[:len(key)-2] + "zz"} {
		_, err = h.EnterProgram(ctx, wrong)
		wantKind(t, err, market.SignIn, "a wrong key opens")
	}
	keys, err := h.Keys(ctx, a)
	ok(t, err)
	if len(keys) != 1 || keys[0].Label != "shop system" {
		t.Fatalf("listed as %+v", keys)
	}
	ok(t, h.EndKey(ctx, a, keys[0].ID))
	_, err = h.EnterProgram(ctx, key)
	wantKind(t, err, market.SignIn, "a key that was ended opens still")
	for i := range party.MostAPIKeys {
		_, err := h.MakeKey(ctx, a, fmt.Sprint("key ", i), password)
		ok(t, err)
	}
	_, err = h.MakeKey(ctx, a, "one more", password)
	wantKind(t, err, market.Invalid, "keys have no bound")
	b := h.member(t, "bea@example.org").Visitor.Actor
	_, err = h.MakeKey(ctx, b, "a thief's", "not my password")
	wantKind(t, err, market.Invalid, "whoever finds a browser open gets a key for good")
	if keys, err := h.Keys(ctx, b); err != nil || len(keys) != 0 {
		t.Errorf("%v, %v: a key was made without the password", keys, err)
	}
}

func deskKeysEnd(t *testing.T, h *house) {
	ctx := t.Context()
	a := h.member(t, "ada@example.org").Visitor.Actor
	const second, third = "another horse battery", "a third horse battery"
	for _, c := range []struct {
		name, now string
		change    func() error
	}{
		{"a new password", password, func() error { _, err := h.ChangePassword(ctx, a, password, second, ""); return err }},
		{"a reset password", second, func() error {
			ok(t, h.ForgotPassword(ctx, "ada@example.org"))
			return h.ResetPassword(ctx, h.link(t, party.PasswordForgotten), third)
		}},
	} {
		key, err := h.MakeKey(ctx, a, "shop", c.now)
		ok(t, err)
		ok(t, c.change())
		_, err = h.EnterProgram(ctx, key)
		wantKind(t, err, market.SignIn, "after "+c.name+" a thief's key opens still")
	}
}

func deskUnknown(t *testing.T, h *house) {
	ctx := t.Context()
	h.joins(t, signUp("ada@example.org"))
	slug := party.Slug(signUp("").Business)
	shown := func() bool {
		t.Helper()
		list, err := h.Suppliers(ctx, "", 10)
		ok(t, err)
		_, err = h.Storefront(ctx, market.Actor{}, slug)
		if (len(list) > 0) != (err == nil) {
			t.Errorf("listed: %+v, its storefront: %v", list, err)
		}
		return err == nil
	}
	if shown() {
		t.Error("whoever types a name into a form has a public page under it")
	}
	ok(t, h.Confirm(ctx, h.link(t, party.PersonJoined)))
	if !shown() {
		t.Error("a supplier whose address is confirmed is not to be found")
	}
}

func deskOutstanding(t *testing.T, h *house) {
	ctx := t.Context()
	issue := func(slug, version string) {
		t.Helper()
		ok(t, h.IssueFirst(ctx, party.Document{Slug: slug, Version: version, Language: "en", Title: slug, Text: "text"}))
	}
	pass := h.member(t, "ada@example.org")
	key, err := h.MakeKey(ctx, pass.Visitor.Actor, "shop", password)
	ok(t, err)
	h.operator(t)
	asked := func(when string, want bool) {
		t.Helper()
		for name, enter := range map[string]func() (party.Visitor, error){
			"a session": func() (party.Visitor, error) { return h.Enter(ctx, pass.Token) },
			"a key":     func() (party.Visitor, error) { return h.EnterProgram(ctx, key) },
		} {
			if v, err := enter(); err != nil || v.Outstanding != want {
				t.Errorf("%s, %s: outstanding %t, %v; want %t", when, name, v.Outstanding, err, want)
			}
		}
	}
	asked("before there is a text", false)
	issue("terms", "2026-01-01")
	asked("with the first terms", true)
	ok(t, h.Agree(ctx, pass.Visitor, map[string]string{"terms": "2026-01-01"}))
	asked("after agreeing", false)
	issue("privacy", "2026-02-01")
	asked("with a second text", true)
	ok(t, h.Agree(ctx, pass.Visitor, map[string]string{"terms": "2026-01-01", "privacy": "2026-02-01"}))
	asked("after agreeing to both", false)

	// Another process issues a text: it is noticed a little later.
	ok(t, h.records.PutDocument(ctx, party.Document{Slug: "terms", Version: "2026-03-01", Language: "en", Title: "t", Text: "t", Issued: h.now}))
	h.now = h.now.Add(time.Minute)
	asked("with a text that another process issued", true)
	if h.signedIn(t, "otto@example.org", password).Visitor.Outstanding {
		t.Error("the operator is asked to agree to the house's own terms")
	}
}

func deskOperator(t *testing.T, h *house) {
	ctx := t.Context()
	secret, _, err := h.FirstLink(ctx)
	ok(t, err)
	in := party.NewOperator{Name: "Otto", Email: "otto@example.org", Password: password, Language: "de"}
	worked, _ := atOnce(4, func(i int) error {
		mine := in
		mine.Email = fmt.Sprintf("otto%d@example.org", i)
		return h.BecomeOperator(ctx, secret, mine)
	})
	if worked != 1 {
		t.Errorf("one link made %d operators", worked)
	}
	if _, needed, err := h.FirstLink(ctx); needed || err != nil {
		t.Errorf("needed %t, %v: every start would print a key to the house", needed, err)
	}
	people, err := h.records.Operators(ctx)
	ok(t, err)
	otto := market.Actor{Person: people[0].ID, Operator: true}
	second, err := h.InviteOperator(ctx, otto)
	ok(t, err)
	h.member(t, "ada@example.org")
	in.Email = "ada@example.org"
	wantKind(t, h.BecomeOperator(ctx, second, in), market.Conflict, "a member's account became the house's")
	in.Email = "olga@example.org"
	ok(t, h.BecomeOperator(ctx, second, in))
	h.now = h.now.Add(25 * time.Hour)
	third, err := h.InviteOperator(ctx, otto)
	ok(t, err)
	h.now = h.now.Add(25 * time.Hour)
	in.Email = "late@example.org"
	wantKind(t, h.BecomeOperator(ctx, third, in), market.NotFound, "an old link makes an operator")
}

// deskRights tries every kind of visitor on every method that belongs to
// somebody.
func deskRights(t *testing.T, h *house) {
	ctx := t.Context()
	ada := h.member(t, "ada@example.org").Visitor
	stranger, operator := h.member(t, "bob@example.org").Visitor.Actor, h.operator(t)
	b := ada.Business.ID
	kept, err := h.KeepAddress(ctx, ada.Actor, "", party.Postal{Name: "Ada", Street: "Am Wall 3", Postcode: "28195", City: "Bremen", Country: "DE"})
	ok(t, err)
	key, err := h.MakeKey(ctx, ada.Actor, "shop", password)
	ok(t, err)
	why := party.Purpose{Kind: "review", ID: string(b)}
	const fine market.Kind = 0
	for _, c := range []struct {
		name                           string
		call                           func(a market.Actor) error
		guest, stranger, own, operator market.Kind
	}{
		{"see the business", func(a market.Actor) error { _, err := h.Business(ctx, a, b); return err }, market.SignIn, market.NotFound, fine, fine},
		{"see legal data", func(a market.Actor) error { _, err := h.Legal(ctx, a, b, why); return err }, market.SignIn, market.NotFound, fine, fine},
		{"see where it is", func(a market.Actor) error { _, err := h.Seat(ctx, a, b, why); return err }, market.SignIn, market.NotFound, fine, fine},
		{"see the account", func(a market.Actor) error { _, err := h.Bank(ctx, a, b, why); return err }, market.SignIn, market.NotFound, fine, fine},
		{"see an address", func(a market.Actor) error { _, err := h.Address(ctx, a, kept.ID, why); return err }, market.SignIn, market.NotFound, fine, market.NotFound},
		{"change an address", func(a market.Actor) error { _, err := h.KeepAddress(ctx, a, kept.ID, kept.Postal); return err }, market.SignIn, market.NotFound, fine, market.NotFound},
		{"list businesses", func(a market.Actor) error { _, err := h.Businesses(ctx, a, party.BusinessFilter{}); return err }, market.SignIn, market.NotFound, market.NotFound, fine},
		{"suspend", func(a market.Actor) error { _, err := h.Suspend(ctx, a, b, 1); return err }, market.SignIn, market.NotFound, market.NotFound, fine},
		{"verify", func(a market.Actor) error { _, err := h.Verify(ctx, a, b, party.InCheck, 2); return err }, market.SignIn, market.NotFound, market.NotFound, fine},
		{"invite an operator", func(a market.Actor) error { _, err := h.InviteOperator(ctx, a); return err }, market.SignIn, market.NotFound, market.NotFound, fine},
		{"issue terms", func(a market.Actor) error {
			return h.Issue(ctx, a, party.Document{Slug: "terms", Version: "2026-03-01", Language: "en", Title: "Terms", Text: "Be fair."})
		}, market.SignIn, market.NotFound, market.NotFound, fine},
		{"remove an address", func(a market.Actor) error { return h.DropAddress(ctx, a, kept.ID) }, market.SignIn, market.NotFound, fine, market.NotFound},
		{"see oneself", func(a market.Actor) error { _, err := h.Me(ctx, a); return err }, market.SignIn, fine, fine, fine},
		{"list sessions", func(a market.Actor) error { _, err := h.Browsers(ctx, a); return err }, market.SignIn, fine, fine, fine},
		{"list keys", func(a market.Actor) error { _, err := h.Keys(ctx, a); return err }, market.SignIn, fine, fine, fine},
		{"list addresses", func(a market.Actor) error { _, err := h.Addresses(ctx, a); return err }, market.SignIn, fine, fine, market.NotFound},
	} {
		for _, who := range []struct {
			name  string
			actor market.Actor
			want  market.Kind
		}{{"guest", market.Actor{}, c.guest}, {"stranger", stranger, c.stranger}, {"operator", operator, c.operator}, {"own", ada.Actor, c.own}} {
			wantKind(t, c.call(who.actor), who.want, who.name+" may or may not "+c.name)
		}
	}
	// What belongs to a person is out of a stranger's reach even by its id.
	keys, err := h.Keys(ctx, ada.Actor)
	ok(t, err)
	ok(t, h.EndKey(ctx, stranger, keys[0].ID))
	_, err = h.EnterProgram(ctx, key)
	ok(t, err)
	ok(t, h.SignOut(ctx, stranger, ada.Session))
	if list, err := h.Browsers(ctx, ada.Actor); err != nil || len(list) != 1 {
		t.Errorf("a stranger signed Ada out: %d, %v", len(list), err)
	}
}

func deskLegal(t *testing.T, h *house) {
	ctx := t.Context()
	ada := h.member(t, "ada@example.org").Visitor
	operator := h.operator(t)
	b, err := h.SetLegal(ctx, ada.Actor, party.Legal{Name: "Grün Wein GmbH", TaxNumber: "DE123456789"}, 1)
	ok(t, err)
	if b.Verification != party.InCheck || b.Version != 2 || b.LegalName != nil {
		t.Errorf("after legal data: %+v", b)
	}
	bank := party.Bank{Holder: "Grün Wein GmbH", IBAN: "DE89 3704 0044 0532 0130 00", BIC: "deutdeff"}
	_, err = h.SetBank(ctx, ada.Actor, "wrong horse battery", bank, b.Version)
	wantKind(t, err, market.Invalid, "an open browser is enough to send payouts elsewhere")
	_, err = h.SetBank(ctx, ada.Actor, password, party.Bank{Holder: "Grün", IBAN: "DE00"}, b.Version)
	wantKind(t, err, market.Invalid, "payouts go nowhere")
	b, err = h.SetBank(ctx, ada.Actor, password, bank, b.Version)
	ok(t, err)
	if told := h.told(t, party.BankChanged); told.Business != b.ID {
		t.Errorf("told %+v", told)
	}

	raw, err := h.records.Business(ctx, b.ID)
	ok(t, err)
	for _, sealed := range []market.Sealed{raw.LegalName, raw.TaxNumber, raw.Bank} {
		if len(sealed) == 0 || bytes.Contains(sealed, []byte("Wein")) || bytes.Contains(sealed, []byte("DE")) && bytes.Contains(sealed, []byte("3704")) {
			t.Errorf("it lies in the clear: %q", sealed)
		}
	}
	legal, err := h.Legal(ctx, operator, b.ID, party.Purpose{Kind: "verify", ID: string(b.ID)})
	ok(t, err)
	same(t, legal, party.Legal{Name: "Grün Wein GmbH", TaxNumber: "DE123456789"}, "the operator can't check the business")
	got, err := h.Bank(ctx, ada.Actor, b.ID, party.Purpose{Kind: "own_data"})
	ok(t, err)
	same(t, got, party.Bank{Holder: "Grün Wein GmbH", IBAN: "DE89370400440532013000", BIC: "DEUTDEFF", Country: "DE"}, "the account is another")
	looks := h.vault.Looks(raw.Of())
	want := party.Look{Reader: operator.Person, Role: market.Operator, Subject: raw.Of(), Purpose: party.Purpose{Kind: "verify", ID: string(b.ID)}}
	if len(looks) != 2 || looks[0] != want || looks[1].Reader != ada.Actor.Person {
		t.Errorf("looks were noted as %+v", looks)
	}

	b, err = h.Verify(ctx, operator, b.ID, party.Checked, b.Version)
	ok(t, err)
	if b.VerifiedAt != h.now {
		t.Errorf("checked at %s", b.VerifiedAt)
	}
	h.told(t, party.BusinessVerified)
	b, err = h.SetLegal(ctx, ada.Actor, party.Legal{Name: "Other GmbH"}, b.Version)
	ok(t, err)
	if b.Verification != party.InCheck || !b.VerifiedAt.IsZero() {
		t.Error("a business took another legal name and still counts as checked")
	}
	other := h.member(t, "bob@example.org").Visitor
	_, err = h.Verify(ctx, operator, other.Business.ID, party.Checked, 1)
	wantKind(t, err, market.Invalid, "a business without a legal name counts as checked")
}

func deskProfile(t *testing.T, h *house) {
	ctx := t.Context()
	ada := h.member(t, "ada@example.org").Visitor
	p := party.Profile{
		Version: 1, Name: "Weinhandel Grün", City: "Bremen", Street: " Am Wall 7 ", Postcode: "d-28195", Buys: false, Sells: true, Language: "de", Currency: "EUR",
		About: map[string]string{"de": "Weine\nseit 1919", "fr": ""}, Founded: 1919, People: 12,
	}
	b, err := h.Edit(ctx, ada.Actor, p)
	ok(t, err)
	if b.Version != 2 || b.Name != p.Name || b.Buys || len(b.About) != 1 || b.Slug != ada.Business.Slug {
		t.Errorf("edited to %+v", b)
	}
	if b.Street != "Am Wall 7" || b.Postcode != "28195" {
		t.Errorf("invoices say %q, %q", b.Street, b.Postcode)
	}
	h.told(t, party.BusinessChanged)
	_, err = h.Edit(ctx, ada.Actor, p)
	wantKind(t, err, market.Conflict, "an edit from an old page wins over a newer one")
	p.Version, p.Founded, p.People, p.Buys, p.Sells = 2, h.now.Year()+1, -1, false, false
	p.About, p.Street, p.Postcode = map[string]string{"de": "a\x00b"}, "a\nb", "2819"
	_, err = h.Edit(ctx, ada.Actor, p)
	if fs, isFaults := err.(market.Faults); !isFaults || len(fs) != 6 {
		t.Errorf("got %v, want six faults at once", err)
	}
	shown, err := h.Storefront(ctx, market.Actor{}, b.Slug)
	ok(t, err)
	same(t, shown.Name, "Weinhandel Grün", "a guest sees the old name")
	ok(t, h.EditMe(ctx, ada.Actor, "Ada Blau", "en", 2)) // 2: confirming counted
	me, err := h.Me(ctx, ada.Actor)
	ok(t, err)
	if me.Name != "Ada Blau" || me.Language != "en" {
		t.Errorf("she is %+v", me)
	}
}

func deskSuspend(t *testing.T, h *house) {
	ctx := t.Context()
	ada, operator := h.member(t, "ada@example.org").Visitor, h.operator(t)
	b, err := h.Suspend(ctx, operator, ada.Business.ID, ada.Business.Version)
	ok(t, err)
	h.told(t, party.BusinessSuspended)
	_, err = h.Storefront(ctx, market.Actor{}, b.Slug)
	wantKind(t, err, market.NotFound, "a suspended business still attracts buyers")
	for _, a := range []market.Actor{ada.Actor, operator} {
		_, err = h.Storefront(ctx, a, b.Slug)
		ok(t, err)
	}
	if list, err := h.Suppliers(ctx, "", 10); err != nil || len(list) != 0 {
		t.Errorf("%d suppliers listed, %v", len(list), err)
	}
	if v := h.signedIn(t, "ada@example.org", password).Visitor; v.Business.State != party.Suspended {
		t.Error("her pages don't know that she is suspended")
	}
	_, err = h.Resume(ctx, operator, b.ID, b.Version)
	ok(t, err)
	h.told(t, party.BusinessResumed)
	if list, err := h.Suppliers(ctx, "", 10); err != nil || len(list) != 1 {
		t.Errorf("%d suppliers listed, %v", len(list), err)
	}
}

func deskAddresses(t *testing.T, h *house) {
	ctx := t.Context()
	ada := h.member(t, "ada@example.org").Visitor.Actor
	p := party.Postal{Name: "Ada", Street: "Am Wall 3", Postcode: "D-28195", City: "Bremen", Country: "de"}
	kept, err := h.KeepAddress(ctx, ada, "", p)
	ok(t, err)
	if kept.Country != "DE" || kept.Postal.Postcode != "28195" {
		t.Errorf("kept as %+v", kept)
	}
	if bytes.Contains(kept.Lines, []byte("Wall")) {
		t.Error("the street lies in the clear")
	}
	_, err = h.KeepAddress(ctx, ada, "", party.Postal{Country: "US"})
	if fs, isFaults := err.(market.Faults); !isFaults || len(fs) != 5 {
		t.Errorf("got %v, want five faults at once", err)
	}
	moved := kept.Postal
	moved.Street = "Am Wall 4"
	_, err = h.KeepAddress(ctx, ada, kept.ID, moved)
	ok(t, err)
	list, err := h.Addresses(ctx, ada)
	ok(t, err)
	if len(list) != 1 || list[0].Postal != moved || list[0].ID != kept.ID {
		t.Errorf("listed as %+v", list)
	}
	_, err = h.KeepAddress(ctx, ada, market.NewID[party.AddressID](), moved)
	wantKind(t, err, market.NotFound, "an address under an id that somebody made up")
	ok(t, h.DropAddress(ctx, ada, kept.ID))
	wantKind(t, h.DropAddress(ctx, ada, kept.ID), market.NotFound, "what is gone was removed again")
}

func deskDocuments(t *testing.T, h *house) {
	ctx := t.Context()
	issue := func(slug, version string) {
		t.Helper()
		ok(t, h.IssueFirst(ctx, party.Document{Slug: slug, Version: version, Language: "en", Title: slug, Text: "text"}))
	}
	issue("terms", "2026-01-01")
	issue("privacy", "2026-01-01")
	issue("imprint", "2026-01-01")
	_, err := h.SignUp(ctx, signUp("ada@example.org"))
	wantKind(t, err, market.Invalid, "somebody joins without agreeing")
	in := signUp("ada@example.org")
	in.Terms, in.Privacy = "2026-01-01", "2025-01-01"
	_, err = h.SignUp(ctx, in)
	wantKind(t, err, market.Invalid, "somebody joins under old terms")
	in.Privacy = "2026-01-01"
	h.joins(t, in)
	ok(t, h.Confirm(ctx, h.link(t, party.PersonJoined)))
	v := h.signedIn(t, "ada@example.org", password).Visitor
	open, err := h.Outstanding(ctx, v)
	ok(t, err)
	if len(open) != 0 {
		t.Errorf("asked again at once: %+v", open)
	}
	issue("terms", "2026-02-01")
	open, err = h.Outstanding(ctx, v)
	ok(t, err)
	if len(open) != 1 || open[0].Slug != "terms" || open[0].Version != "2026-02-01" {
		t.Errorf("asked for %+v, want the new terms", open)
	}
	wantKind(t, h.Agree(ctx, v, map[string]string{"terms": "2026-02-01"}), market.Invalid, "half an agreement counts")
	ok(t, h.Agree(ctx, v, map[string]string{"terms": "2026-02-01", "privacy": "2026-01-01"}))
	open, err = h.Outstanding(ctx, v)
	ok(t, err)
	if len(open) != 0 {
		t.Errorf("asked again: %+v", open)
	}
	me, err := h.Me(ctx, v.Actor)
	ok(t, err)
	if len(me.Consents) != 3 {
		t.Errorf("%d consents shown, want 3", len(me.Consents))
	}
	for _, bad := range []party.Document{
		{Slug: "rules", Version: "2026-02-01", Language: "en", Title: "t", Text: "t"},
		{Slug: "terms", Version: "2", Language: "en", Title: "t", Text: "t"},
		{Slug: "terms", Version: "2026-03-01", Language: "en"},
	} {
		wantKind(t, h.IssueFirst(ctx, bad), market.Invalid, "a text that nobody can agree to")
	}
	if open, err := h.Outstanding(ctx, party.Visitor{}); open != nil || err != nil {
		t.Errorf("a guest is asked: %v, %v", open, err)
	}
}

func deskReaders(t *testing.T, h *house) {
	ctx := t.Context()
	ada := h.member(t, "ada@example.org").Visitor
	h.operator(t)
	why := party.Purpose{Kind: "order", ID: "o"}
	readers, err := h.Readers(ctx, ada.Business.ID, why)
	ok(t, err)
	same(t, readers, []party.Reader{{Person: ada.Actor.Person, Name: "Ada Grün", Email: "ada@example.org", Language: "de"}}, "the letter goes elsewhere")
	reader, err := h.PersonReader(ctx, ada.Actor.Person, why)
	ok(t, err)
	same(t, reader, readers[0], "the letter goes elsewhere")
	readers, err = h.OperatorReaders(ctx, why)
	ok(t, err)
	if len(readers) != 1 || readers[0].Name != "Otto" {
		t.Errorf("the house's letter goes to %+v", readers)
	}
	h.joins(t, signUp("new@example.org"))
	readers, err = h.Readers(ctx, h.told(t, party.PersonJoined).Business, why)
	ok(t, err)
	if len(readers) != 0 {
		t.Errorf("letters go to an address that nobody confirmed: %+v", readers)
	}
}

func deskHouseKey(t *testing.T, h *house) {
	for range 2 {
		of, err := h.HouseKey(t.Context(), "letters")
		ok(t, err)
		if _, err := h.vault.Seal(t.Context(), of, party.Place{Table: "letter", Column: "text", Row: "1"}, []byte("x")); err != nil {
			t.Errorf("the house can't keep its letters: %v", err)
		}
	}
}
