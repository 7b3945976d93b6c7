package mail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/landed"
	"kontor/market/ledger"
	"kontor/market/order"
	"kontor/market/party"
)

// town is a small platform in memory: one buyer, one supplier, one operator.
type town struct {
	orders    map[order.ID]order.Order
	history   map[order.ID][]order.Entry
	complaint *order.Complaint
	clocks    []order.Clock
	listing   catalog.Shown
	thread    order.Thread
	messages  []order.Message
	payouts   []ledger.Payout
	looks     []party.Purpose
}

var errTown = market.Missing("This")

const (
	buyerID    market.BusinessID = "buyer"
	supplierID market.BusinessID = "supplier"
)

func (w *town) Letter(_ context.Context, token string) (party.Letter, error) {
	if token == "used" {
		return party.Letter{}, fmt.Errorf("letter with link %s: %w", token, errTown)
	}
	return party.Letter{To: reader("new"), Kind: party.ConfirmEmail, Secret: "s3cret"}, nil
}

func reader(name string) party.Reader {
	return party.Reader{Person: market.PersonID(name), Name: "Name of " + name, Email: name + "@example.org", Language: "en"}
}

func (w *town) Readers(_ context.Context, b market.BusinessID, why party.Purpose) ([]party.Reader, error) {
	w.looks = append(w.looks, why)
	return []party.Reader{reader(string(b) + "1"), reader(string(b) + "2")}, nil
}

func (w *town) OperatorReaders(context.Context, party.Purpose) ([]party.Reader, error) {
	return []party.Reader{reader("operator")}, nil
}

func (w *town) PersonReader(_ context.Context, id market.PersonID, _ party.Purpose) (party.Reader, error) {
	return reader(string(id)), nil
}

func (w *town) Business(_ context.Context, id market.BusinessID) (party.Business, error) {
	return party.Business{ID: id, Name: "House of " + string(id)}, nil
}
func (w *town) Listing(_ context.Context, id catalog.ListingID) (catalog.Shown, error) {
	l := w.listing
	if id == "changed" { // the same, on sale, with a change that was sent back
		l.ID, l.State, l.Pending = id, catalog.Published, &catalog.Change{Returned: true}
	}
	return l, nil
}
func (w *town) Order(_ context.Context, id order.ID) (order.Order, error) {
	o, ok := w.orders[id]
	if !ok {
		return o, errTown
	}
	return o, nil
}
func (w *town) Group(_ context.Context, id order.GroupID) (order.Group, error) {
	g := order.Group{ID: id, Buyer: buyerID, Amounts: []market.Money{market.Of(24000, "EUR")}}
	for _, o := range w.orders {
		g.Orders = append(g.Orders, o)
	}
	slices.SortFunc(g.Orders, func(a, b order.Order) int { return strings.Compare(a.Number, b.Number) })
	return g, nil
}
func (w *town) History(_ context.Context, id order.ID) ([]order.Entry, error) {
	return w.history[id], nil
}
func (w *town) Complaint(context.Context, order.ID) (order.Complaint, error) {
	if w.complaint == nil {
		return order.Complaint{}, errTown
	}
	return *w.complaint, nil
}
func (w *town) Clocks(context.Context, order.ID) ([]order.Clock, error)      { return w.clocks, nil }
func (w *town) Thread(context.Context, order.ThreadID) (order.Thread, error) { return w.thread, nil }
func (w *town) Messages(context.Context, order.ThreadID) ([]order.Message, error) {
	return w.messages, nil
}
func (w *town) Payout(_ context.Context, id ledger.PayoutID) (ledger.Payout, error) {
	for _, p := range w.payouts {
		if p.ID == id {
			return p, nil
		}
	}
	return ledger.Payout{}, market.Missing("The payout")
}

// Open opens what this town sealed: nothing is closed here.
func (w *town) Open(_ context.Context, _ party.Look, values ...party.Value) (plain [][]byte, err error) {
	for _, v := range values {
		plain = append(plain, v.Sealed)
	}
	return plain, nil
}

// box is a post that keeps what it got, once a letter.
type box struct {
	letters map[string]Letter
	posted  int
	refuse  map[string]error // by address
}

func (b *box) Send(_ context.Context, l Letter) error {
	if err := b.refuse[l.Address]; err != nil {
		return err
	}
	if _, known := b.letters[l.ID]; !known {
		b.posted++
	}
	b.letters[l.ID] = l
	return nil
}

func (b *box) kinds() (kinds []string) {
	for _, l := range b.letters {
		kinds = append(kinds, l.Kind+" to "+l.Address)
	}
	slices.Sort(kinds)
	return kinds
}

func newTown() (*town, *box, *Clerk) {
	w := &town{orders: map[order.ID]order.Order{}, history: map[order.ID][]order.Entry{}}
	b := &box{letters: map[string]Letter{}, refuse: map[string]error{}}
	return w, b, &Clerk{
		House: House{Name: "Kontor Lübeck", URL: "https://kontor.example", Account: []string{"DE02"}}, People: w, Records: w, Opener: w, Post: b,
		Now: noon, ConfirmFor: 72 * time.Hour, ResetFor: time.Hour,
	}
}

func event(subject string, body any) market.Event {
	b, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return market.Event{ID: market.NewID[string](), Subject: subject, Body: b, At: noon()}
}

func put(w *town, number string) order.Order {
	o := order.Order{
		ID: market.NewID[order.ID](), Group: "group", Number: number, Buyer: buyerID, BuyerName: "Petersen", Supplier: supplierID, SupplierName: "Tarsus",
		Lines: []order.Line{{Title: "Shirt", Label: "Blue", Quantity: 6, Sum: market.Of(9000, "EUR")}},
		Goods: market.Of(9000, "EUR"), Freight: landed.Freight{Price: market.Of(1000, "EUR")}, Tax: landed.Tax{Amount: market.Of(2000, "EUR")}, Total: market.Of(12000, "EUR"),
		CommissionBps: 300, Provider: "transfer", Tracking: market.Sealed("TRACK1"), Carrier: "DHL",
		Status: order.Status{Payment: order.Held, Fulfilment: order.Shipped, Dispute: order.None},
		PaidIn: market.Of(12000, "EUR"), Out: market.Of(0, "EUR"), Back: market.Of(0, "EUR"),
	}
	w.orders[o.ID] = o
	return o
}

func TestEachStepOfAnOrderIsToldToWhomItConcerns(t *testing.T) {
	both := func(kind string) []string {
		return []string{kind + "_buyer to buyer1@example.org", kind + "_buyer to buyer2@example.org", kind + "_supplier to supplier1@example.org", kind + "_supplier to supplier2@example.org"}
	}
	for _, c := range []struct {
		subject string
		step    order.Step
		want    []string
	}{
		{"order.paid", order.StepPay, both("paid")},
		{"order.expired", order.StepExpire, both("expired")},
		{"order.accepted", order.StepAccept, both("accepted")[:2]},
		{"order.cancelled", order.StepCancel, both("cancelled")},
		{"order.shipped", order.StepShip, both("shipped")[:2]},
		{"order.received", order.StepReceive, both("received")},
		{"order.released", order.StepRelease, both("released")},
		{"order.refunded", order.StepRefund, both("refunded")},
		{"order.complained", order.StepComplain, both("complained")},
		{"order.offered", order.StepOffer, both("offered")[:2]},
		{"order.settled", order.StepAgree, both("settled")},
		{"order.settled", order.StepDecide, both("settled")},
		{"order.escalated", order.StepEscalate, slices.Insert(both("escalated"), 2, "escalated_operator to operator@example.org")},
		{"order.withdrawn", order.StepWithdraw, both("withdrawn")[2:]},
		{"order.reviewed", order.StepPlace, nil},
	} {
		w, b, clerk := newTown()
		o := put(w, "K-1")
		w.complaint = &order.Complaint{Reason: order.Damaged}
		w.history[o.ID] = []order.Entry{
			{At: noon().Add(-time.Hour), What: c.step, Amount: market.Of(1, "EUR")},
			{At: noon(), What: c.step, Amount: market.Of(5000, "EUR"), Role: market.Clock},
		}
		e := event(c.subject, order.Told{Order: o.ID, Step: c.step})
		for range 2 { // the second time nothing more is posted
			if err := clerk.Handle(t.Context(), e); err != nil {
				t.Errorf("%s: %v", c.subject, err)
			}
		}
		if got := b.kinds(); !slices.Equal(got, c.want) {
			t.Errorf("%s (%s): letters\n%q, want\n%q", c.subject, c.step, got, c.want)
		}
		if b.posted != len(c.want) {
			t.Errorf("%s: %d letters for a repeated event, want %d", c.subject, b.posted, len(c.want))
		}
		for _, look := range w.looks {
			if look != (party.Purpose{Kind: "letter", ID: e.ID}) {
				t.Errorf("%s: addresses were opened for %v", c.subject, look)
			}
		}
		for _, l := range b.letters {
			side := "/orders/"
			switch {
			case strings.HasSuffix(l.Kind, "_supplier"):
				side = "/orders/"
			case strings.HasSuffix(l.Kind, "_operator"):
				side = "/orders/"
			}
			if !strings.Contains(l.Text, "https://kontor.example"+side+string(o.ID)) {
				t.Errorf("%s does not lead to its reader's own page:\n%s", l.Kind, l.Text)
			}
			if l.Kind == "shipped_buyer" && !strings.Contains(l.Text, "TRACK1") {
				t.Errorf("the tracking number is missing:\n%s", l.Text)
			}
			if l.Kind == "released_supplier" && (!strings.Contains(l.Text, "Commission €1.50") || !strings.Contains(l.Text, "Yours €48.50")) {
				t.Errorf("the supplier reads other sums than the ledger has:\n%s", l.Text)
			}
		}
	}
}

func TestATransferIsExplainedOnceForAllOrdersOfACheckout(t *testing.T) {
	w, b, clerk := newTown()
	for _, n := range []string{"K-1", "K-2"} {
		o := put(w, n)
		w.history[o.ID] = []order.Entry{{At: noon(), What: order.StepPlace}}
	}
	w.clocks = []order.Clock{{Kind: order.PayBy, Due: noon().Add(72 * time.Hour)}}
	for id := range w.orders {
		if err := clerk.Handle(t.Context(), event("order.placed", order.Told{Order: id, Step: order.StepPlace})); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	for _, l := range b.letters {
		if l.Kind != "transfer" {
			continue
		}
		n++
		for _, want := range []string{"€240.00", "DE02", "26 November 2026, 12:00 UTC", "K-1"} {
			if !strings.Contains(l.Text, want) {
				t.Errorf("the buyer is not told %q:\n%s", want, l.Text)
			}
		}
	}
	if n != 2 {
		t.Errorf("%d letters explain the transfer, want one for each of two people", n)
	}
}

func TestACancelledOrdersLetterSaysWhetherMoneyComesBack(t *testing.T) {
	for name, c := range map[string]struct {
		role            market.Role
		amount          market.Money
		step            order.Step
		buyer, supplier string
		never           string
	}{
		"cancelled by a side":           {market.Supplier, market.Of(5000, "EUR"), order.StepCancel, "€50.00 are on their way back to you.", "The buyer gets €50.00 back.", "in time"},
		"nobody acted":                  {market.Clock, market.Of(5000, "EUR"), order.StepCancel, "was not accepted or shipped in time. €50.00 are on their way", "in time", "refused"},
		"cancelled before it was paid":  {market.Buyer, market.Money{}, order.StepCancel, "Nothing was charged.", "back in your stock", "way back"},
		"the payment was refused later": {market.Clock, market.Money{}, order.StepBounce, "was refused in the end, so the order is cancelled. Nothing was charged", "the buyer’s payment was refused in the end. The pieces", "€50.00"},
	} {
		w, b, clerk := newTown()
		o := put(w, "K-1")
		w.history[o.ID] = []order.Entry{{At: noon(), What: c.step, Amount: c.amount, Role: c.role}}
		if err := clerk.Handle(t.Context(), event("order.cancelled", order.Told{Order: o.ID, Step: c.step})); err != nil {
			t.Fatal(err)
		}
		for _, l := range b.letters {
			want := map[string]string{"cancelled_buyer": c.buyer, "cancelled_supplier": c.supplier}[l.Kind]
			if !strings.Contains(l.Text, want) || strings.Contains(l.Text, c.never) {
				t.Errorf("%s: the letter %s should say %q and never %q:\n%s", name, l.Kind, want, c.never, l.Text)
			}
		}
		if len(b.letters) != 4 {
			t.Errorf("%s: %d letters, want 4", name, len(b.letters))
		}
	}
}

func TestAccountsLettersCarryTheirLinkAndUsedLinksNone(t *testing.T) {
	for _, c := range []struct {
		subject, token, kind, has string
	}{
		{party.PersonJoined, "fresh", "confirm", "https://kontor.example/confirm?token=s3cret"},
		{party.PersonKnown, "fresh", "known", "https://kontor.example/reset?token=s3cret"},
		{party.PasswordForgotten, "fresh", "reset", "1 hour"},
		{party.PasswordForgotten, "used", "", ""},
		{party.PasswordChanged, "", "password_changed", "/reset"},
		{party.PersonConfirmed, "", "", ""},
		{party.BankChanged, "", "bank_changed", "House of supplier"},
		{party.BusinessVerified, "", "verified", "/account"},
		{party.BusinessSuspended, "", "suspended", "Open orders go on"},
		{party.BusinessResumed, "", "resumed", "no longer suspended"},
		{party.BusinessChanged, "", "", ""},
		{"weather.changed", "", "", ""},
	} {
		_, b, clerk := newTown()
		if err := clerk.Handle(t.Context(), event(c.subject, party.Told{Person: "new", Business: supplierID, Token: c.token})); err != nil {
			t.Errorf("%s: %v", c.subject, err)
		}
		if c.kind == "" {
			if len(b.letters) > 0 {
				t.Errorf("%s (%s): nobody waits for %v", c.subject, c.token, b.kinds())
			}
			continue
		}
		if len(b.letters) == 0 {
			t.Errorf("%s: no letter", c.subject)
		}
		for _, l := range b.letters {
			if l.Kind != c.kind || !strings.Contains(l.Text, c.has) {
				t.Errorf("%s: letter %s lacks %q:\n%s", c.subject, l.Kind, c.has, l.Text)
			}
		}
	}
}

func TestMessagesListingsAndPayoutsAreTold(t *testing.T) {
	w, b, clerk := newTown()
	w.thread = order.Thread{ID: "t", Listing: "l", Title: "Shirt", Buyer: buyerID, Supplier: supplierID}
	w.messages = []order.Message{{ID: "m1", From: buyerID}, {ID: "m2", From: supplierID}}
	w.listing = catalog.Shown{Listing: catalog.Listing{ID: "l", Supplier: supplierID, Article: "TS-1", Titles: map[string]string{"en": "Shirt"}, State: catalog.Draft, Reason: "The weight is missing."}}
	w.payouts = []ledger.Payout{{ID: "p", Supplier: supplierID, Amount: market.Of(100, "EUR"), PaidAt: noon()}}
	type ids map[string]string
	for _, e := range []market.Event{
		event("thread.said", ids{"thread": "t", "message": "m1"}),
		event("thread.said", ids{"thread": "t", "message": "m2"}),
		event("listing.changed", ids{"listing": "l"}),
		event("listing.changed", ids{"listing": "l"}), // edited since, same reason: not told again
		event("listing.changed", ids{"listing": "changed"}),
		event("payout.paid", ids{"payout": "p"}),
	} {
		if err := clerk.Handle(t.Context(), e); err != nil {
			t.Errorf("%s: %v", e.Subject, err)
		}
	}
	want := []string{
		"listing_change_returned to supplier1@example.org", "listing_change_returned to supplier2@example.org",
		"listing_returned to supplier1@example.org", "listing_returned to supplier2@example.org",
		"message to buyer1@example.org", "message to buyer2@example.org",
		"payout to supplier1@example.org", "payout to supplier2@example.org",
		"question to supplier1@example.org", "question to supplier2@example.org",
	}
	if got := b.kinds(); !slices.Equal(got, want) {
		t.Errorf("letters\n%q, want\n%q", got, want)
	}
	w.listing.State, w.listing.Reason = catalog.Published, ""
	if err := clerk.Handle(t.Context(), event("listing.changed", ids{"listing": "l"})); err != nil || len(b.letters) != len(want) {
		t.Errorf("a published listing caused a letter: %v %v", b.kinds(), err)
	}
}

func TestOneRecipientsTroubleIsNotAnothers(t *testing.T) {
	never := &Refused{Step: "RCPT TO", Code: 550}
	later := &Refused{Step: "RCPT TO", Code: 450}
	for _, c := range []struct {
		why       string
		refuse    map[string]error
		fails     bool
		permanent bool
	}{
		{"one mailbox is gone", map[string]error{"buyer1@example.org": never}, true, true},
		{"one mailbox is busy", map[string]error{"buyer1@example.org": later}, true, false},
		{"one is gone, one is busy", map[string]error{"buyer1@example.org": never, "supplier1@example.org": later}, true, false},
	} {
		w, b, clerk := newTown()
		o := put(w, "K-1")
		w.history[o.ID] = []order.Entry{{At: noon(), What: order.StepPay}}
		b.refuse = c.refuse
		err := clerk.Handle(t.Context(), event("order.paid", order.Told{Order: o.ID, Step: order.StepPay}))
		p, ok := errors.AsType[*Refused](err)
		if (err != nil) != c.fails || ok && p.Permanent() != c.permanent {
			t.Errorf("%s: %v", c.why, err)
		}
		if len(b.letters) != 4-len(c.refuse) {
			t.Errorf("%s: %d others got their letter, want %d", c.why, len(b.letters), 4-len(c.refuse))
		}
	}
}

func TestAnEventThatCantBeReadIsAnError(t *testing.T) {
	_, _, clerk := newTown()
	for _, subject := range []string{"order.paid", "person.joined", "thread.said", "listing.changed", "payout.paid", "business.verified"} {
		if err := clerk.Handle(t.Context(), market.Event{ID: "e", Subject: subject, Body: []byte("{")}); err == nil {
			t.Errorf("%s: a torn event passed for handled", subject)
		}
	}
	if err := clerk.Handle(t.Context(), event("order.paid", order.Told{Order: "gone"})); err == nil {
		t.Error("an event of an order that is not there passed for handled")
	}
}

// shelf keeps letters in memory.
type shelf struct{ kept []KeptLetter }

func (s *shelf) Keep(_ context.Context, l KeptLetter) error {
	if !slices.ContainsFunc(s.kept, func(k KeptLetter) bool { return k.ID == l.ID }) {
		s.kept = append([]KeptLetter{l}, s.kept...)
	}
	return nil
}
func (s *shelf) Kept(_ context.Context, limit int) ([]KeptLetter, error) {
	return s.kept[:min(limit, len(s.kept))], nil
}

// lock seals by turning every bit, and notes who looked.
type lock struct{ looks []party.Look }

func (lock) NewKey(context.Context, party.Subject) (party.Key, error) { return party.Key{}, nil }
func (lock) EmailIndex(string) []byte                                 { return nil }
func (lock) Seal(_ context.Context, _ party.Subject, _ party.Place, plain []byte) (market.Sealed, error) {
	return turned(plain), nil
}
func (l *lock) Open(_ context.Context, look party.Look, values ...party.Value) (plain [][]byte, err error) {
	l.looks = append(l.looks, look)
	for _, v := range values {
		plain = append(plain, turned(v.Sealed))
	}
	return plain, nil
}

func turned(b []byte) []byte {
	out := make([]byte, len(b))
	for i := range b {
		out[i] = ^b[i]
	}
	return out
}

func TestTheDemoKeepsLettersSealedAndShowsThem(t *testing.T) {
	s, v := &shelf{}, &lock{}
	k := NewKeep(s, v, party.Subject{Kind: party.OfHouse, ID: "letters"})
	for range 2 {
		if err := k.Send(t.Context(), sample()); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.kept) != 1 || strings.Contains(string(s.kept[0].Body), "Anna") {
		t.Fatalf("kept %d letters; a name may lie in the open", len(s.kept))
	}
	got, err := k.Letters(t.Context(), market.Actor{Operator: true, Person: "op"}, market.Operator, 10)
	if err != nil || len(got) != 1 || got[0] != sample() {
		t.Errorf("the page would show %+v, %v", got, err)
	}
	if len(v.looks) != 1 || v.looks[0].Reader != "op" || v.looks[0].Subject.ID != "letters" {
		t.Errorf("the look was noted as %+v", v.looks)
	}
}
