package main

import (
	"context"
	"log/slog"
	"testing"

	"kontor/market"
	"kontor/market/party"
)

// A house that an earlier release has kept holds street and postcode of its
// buyers in the clear.
func TestAStartSealsWhereBuyersAre(t *testing.T) {
	s, err := readSettings(nil, "", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	var id market.BusinessID
	for _, start := range []string{"first", "second", "third"} {
		h, err := openHouse(t.Context(), s, data, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		h.sealSeats(t.Context()) // as serve does
		switch start {
		case "first":
			in := party.Admission{SignUp: party.SignUp{Name: "Ada Grün", Email: "ada@firm.example", Business: "Weinladen Grün", Country: "DE", City: "Bremen", Buys: true, Language: "de", Currency: "EUR"}}
			made, _, err := h.parties.Admit(t.Context(), operating, in)
			if err != nil {
				t.Fatal(err)
			}
			id = made.ID
			b, err := h.db.Business(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			b.Street, b.Postcode = "Am Wall 3", "28195"
			if err := h.db.SaveBusiness(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		default:
			b, err := h.db.Business(t.Context(), id)
			if err != nil || b.Street != "" || b.Postcode != "" || b.Version != 3 {
				t.Errorf("after the %s start its records say %q, %q in version %d, %v", start, b.Street, b.Postcode, b.Version, err)
			}
			seat, err := h.parties.Seat(t.Context(), operating, id, party.Purpose{Kind: "kyb", ID: string(id)})
			if want := (party.Seat{Street: "Am Wall 3", Postcode: "28195"}); seat != want || err != nil {
				t.Errorf("after the %s start it is at %+v, %v, want %+v", start, seat, err, want)
			}
			checks, err := h.db.Verify(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range checks {
				if c.Failed > 0 {
					t.Errorf("after the %s start this does not hold: %s, %v", start, c.Name, c.Examples)
				}
			}
		}
		if err := h.close(context.WithoutCancel(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
}
