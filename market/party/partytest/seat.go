package partytest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"kontor/market"
	"kontor/market/party"
)

var ownData = party.Purpose{Kind: "own_data"}

// seated is the profile of a business in Am Wall 3.
func seated(version int64, sells bool) party.Profile {
	return party.Profile{
		Version: version, Name: "Weinkontor Grün", City: "Bremen", Street: "Am Wall 3", Postcode: "28195", Buys: true, Sells: sells, Language: "de", Currency: "EUR",
	}
}

// inTheClear tells whether the records of a business say where it is.
func (h *house) inTheClear(t *testing.T, id market.BusinessID) bool {
	t.Helper()
	b, err := h.records.Business(t.Context(), id)
	ok(t, err)
	text, err := json.Marshal(b)
	ok(t, err)
	open := strings.Contains(string(text), "Am Wall") || strings.Contains(string(text), "28195")
	if open == (len(b.Seat) > 0) || bytes.Contains(b.Seat, []byte("Wall")) {
		t.Errorf("in the clear: %t, sealed as %q", open, b.Seat)
	}
	return open
}

// deskSeat follows a business that only buys, sells too, and only buys again.
func deskSeat(t *testing.T, h *house) {
	ctx := t.Context()
	ada := h.member(t, "ada@example.org").Visitor
	stranger, operator := h.member(t, "bob@example.org").Visitor.Actor, h.operator(t)
	id, slug := ada.Business.ID, ada.Business.Slug
	why := party.Purpose{Kind: "kyb", ID: string(id)}
	want := party.Seat{Street: "Am Wall 3", Postcode: "28195"}
	b := ada.Business
	for round, sells := range []bool{false, true, false} {
		var err error
		b, err = h.Edit(ctx, ada.Actor, seated(b.Version, sells))
		ok(t, err)
		b, err = h.SetLegal(ctx, ada.Actor, party.Legal{Name: "Grün Wein GmbH"}, b.Version) // another change leaves it as it is
		ok(t, err)
		if open := h.inTheClear(t, id); open != sells {
			t.Errorf("change %d: sells %t, and where it is lies in the clear: %t", round, sells, open)
		}
		named, err := h.Named(ctx, id)
		ok(t, err)
		v, err := h.SignIn(ctx, "ada@example.org", password, "")
		ok(t, err)
		for what, face := range map[string]party.Business{"what was saved": b, "its public face": named, "the session's": v.Visitor.Business} {
			if (face.Street != "" || face.Postcode != "") != sells || len(face.Seat) > 0 {
				t.Errorf("change %d, %s: sells %t, and everybody reads %q, %q, %q", round, what, sells, face.Street, face.Postcode, face.Seat)
			}
		}
		front, err := h.Storefront(ctx, market.Actor{}, slug)
		if (err == nil) != sells || front.Street != "" && !sells {
			t.Errorf("change %d: a guest finds the storefront of one that sells %t: %v, %q", round, sells, err, front.Street)
		}
		for _, who := range []market.Actor{ada.Actor, operator} {
			got, err := h.Seat(ctx, who, id, why)
			ok(t, err)
			same(t, got, want, "a business's own people, or the house, don't read where it is")
		}
		_, err = h.Seat(ctx, stranger, id, why)
		wantKind(t, err, market.NotFound, "a stranger reads where a business is")
		_, err = h.Seat(ctx, market.Actor{}, id, why)
		wantKind(t, err, market.SignIn, "a guest reads where a business is")
	}
	looks := h.vault.Looks(b.Of())
	if last := looks[len(looks)-1]; last != (party.Look{Reader: operator.Person, Role: market.Operator, Subject: b.Of(), Purpose: why}) {
		t.Errorf("the operator's look was noted as %+v", last)
	}
	p := seated(b.Version, false)
	p.Street, p.Postcode = "", ""
	_, err := h.Edit(ctx, ada.Actor, p)
	ok(t, err)
	if got, err := h.Seat(ctx, ada.Actor, id, ownData); err != nil || got != (party.Seat{}) {
		t.Errorf("what its people took away is kept: %+v, %v", got, err)
	}
	for _, e := range h.records.events {
		if bytes.Contains(e.Body, []byte("Wall")) || bytes.Contains(e.Body, []byte("28195")) {
			t.Errorf("event %s says where a business is: %s", e.Subject, e.Body)
		}
	}
}

func deskSeatAdmitted(t *testing.T, h *house) {
	ctx, operator := t.Context(), h.operator(t)
	for _, sells := range []bool{false, true} {
		in := party.Admission{SignUp: signUp(fmt.Sprintf("ada.%t@example.org", sells)), Street: "Am Wall 3", Postcode: "28195"}
		in.Sells = sells
		b, _, err := h.Admit(ctx, operator, in)
		ok(t, err)
		if open := h.inTheClear(t, b.ID); open != sells || (b.Street != "") != sells {
			t.Errorf("admitted, sells %t: it lies in the clear: %t, and everybody reads %q", sells, open, b.Street)
		}
		got, err := h.Seat(ctx, operator, b.ID, party.Purpose{Kind: "kyb", ID: string(b.ID)})
		ok(t, err)
		same(t, got, party.Seat{Street: "Am Wall 3", Postcode: "28195"}, "where an admitted business is got lost")
	}
}

// killed ends after some businesses were saved, as a process does that is killed.
type killed struct {
	party.Records
	saves int
	end   context.CancelFunc
}

func (k *killed) SaveBusiness(ctx context.Context, b party.Business, events ...market.Event) error {
	if k.saves--; k.saves < 0 {
		k.end()
		return context.Canceled
	}
	return k.Records.SaveBusiness(ctx, b, events...)
}

// deskSeatsOfOld begins with what earlier releases wrote: street and postcode of
// buyers in the clear.
func deskSeatsOfOld(t *testing.T, h *house) {
	ctx := t.Context()
	const many = 210 // more than are read at once
	var ids []market.BusinessID
	for i := range many {
		j := joining(fmt.Sprint("old", i), 0)
		j.Business.Sells, j.Business.Street, j.Business.Postcode, j.Business.Seat = i == 1, "Am Wall 3", "28195", nil
		if i != 2 { // one whose key is gone
			key, err := h.vault.NewKey(ctx, j.Business.Of())
			ok(t, err)
			j.Keys[0] = key
		}
		ok(t, h.records.Join(ctx, j))
		ids = append(ids, j.Business.ID)
	}
	own := market.Actor{Person: "01900000-0000-7000-8000-000000000001", Business: ids[0], Buys: true}
	reads := func(when string) {
		t.Helper()
		if b, err := h.Named(ctx, ids[0]); err != nil || b.Street != "" || b.Postcode != "" {
			t.Errorf("%s, everybody reads where a buyer is: %+v, %v", when, b, err)
		}
		if got, err := h.Seat(ctx, own, ids[0], ownData); err != nil || got != (party.Seat{Street: "Am Wall 3", Postcode: "28195"}) {
			t.Errorf("%s, its own people don't: %+v, %v", when, got, err)
		}
	}
	reads("before it is sealed")

	dying, end := context.WithCancel(ctx)
	defer end()
	whole := h.records.Records
	h.records.Records = &killed{whole, 5, end}
	if sealed, err := h.SealSeats(dying); sealed != 5 || err == nil {
		t.Errorf("cut short after five: %d sealed, %v", sealed, err)
	}
	h.records.Records = whole
	reads("between two starts")
	for start, want := range []int{many - 2 - 5, 0} { // but the seller and the one without a key
		sealed, err := h.SealSeats(ctx)
		if sealed != want || err == nil || !strings.Contains(err.Error(), string(ids[2])) || strings.Contains(err.Error(), "Wall") {
			t.Errorf("start %d: %d sealed, want %d; %v, want the one business that can't be sealed, by its id", start, sealed, want, err)
		}
	}
	for i, id := range ids {
		if open := h.inTheClear(t, id); open != (i == 1 || i == 2) {
			t.Errorf("business %d lies in the clear: %t", i, open)
		}
	}
	reads("after it was sealed")
}
