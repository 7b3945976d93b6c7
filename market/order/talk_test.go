package order_test

import (
	"strings"
	"testing"

	"kontor/market"
	"kontor/market/order"
)

func TestTheTwoSidesTalkAndNobodyElseListens(t *testing.T) {
	h := open(t)
	a, _ := h.joins("Tienda", "ES")
	shown, err := h.db.Listing(t.Context(), h.mugs.ID)
	h.ok(err)
	th, err := h.desk.Ask(t.Context(), a, shown, "Are they dishwasher safe?", once("ask"))
	h.ok(err)
	again, err := h.desk.Ask(t.Context(), a, shown, "Are they dishwasher safe?", once("ask"))
	if err != nil || again.ID != th.ID {
		t.Errorf("asking twice made conversation %s, %v, want %s", again.ID, err, th.ID)
	}
	_, err = h.desk.Answer(t.Context(), h.kiln, th.ID, " Yes. ", once("answer"))
	h.ok(err)
	stranger, _ := h.joins("Stranger", "FR")
	_, err = h.desk.Thread(t.Context(), stranger, th.ID)
	h.refused(err, market.NotFound, "a stranger saw a conversation")
	_, err = h.desk.Answer(t.Context(), stranger, th.ID, "Buy mine instead.", once("intrude"))
	h.refused(err, market.NotFound, "a stranger spoke in a conversation")
	_, err = h.desk.Heard(t.Context(), stranger, th)
	h.refused(err, market.NotFound, "a stranger read messages")
	_, err = h.desk.Thread(t.Context(), a, "nonsense")
	h.refused(err, market.NotFound, "an id of no form is an error of ours")
	for _, reader := range []market.Actor{a, h.kiln, operator} {
		ms, err := h.desk.Heard(t.Context(), reader, th)
		if err != nil || len(ms) != 2 || ms[0].Text != "Are they dishwasher safe?" || ms[0].From != a.Business || ms[1].Text != "Yes." {
			t.Errorf("got %+v, %v", ms, err)
		}
	}
	stored, err := h.db.Messages(t.Context(), th.ID)
	h.ok(err)
	for _, m := range stored {
		if strings.Contains(string(m.Text), "dish") {
			t.Error("a message lies open in the records")
		}
	}
	for _, mine := range []market.Actor{a, h.kiln} {
		if list, err := h.desk.Conversations(t.Context(), mine); err != nil || len(list) != 1 {
			t.Errorf("got %d conversations, %v", len(list), err)
		}
	}
}

func TestWhatCantBeSaid(t *testing.T) {
	h := open(t)
	a, _ := h.joins("Tienda", "ES")
	shown, err := h.db.Listing(t.Context(), h.mugs.ID)
	h.ok(err)
	for text, why := range map[string]string{" \n": "an empty message", strings.Repeat("é", 4_001): "a book", "\xff": "no text"} {
		_, err := h.desk.Ask(t.Context(), a, shown, text, market.Idempotency{})
		h.refused(err, market.Invalid, why+" was sent")
	}
	_, err = h.desk.Ask(t.Context(), market.Actor{}, shown, "Hello?", market.Idempotency{})
	h.refused(err, market.SignIn, "a guest wrote to a supplier")
	_, err = h.desk.Ask(t.Context(), h.kiln, shown, "Hello me.", market.Idempotency{})
	h.refused(err, market.Forbidden, "a supplier asked itself")
	if list, err := h.desk.Conversations(t.Context(), a); err != nil || len(list) != 0 {
		t.Errorf("got %+v, %v of what was refused", list, err)
	}
}

func TestAnOrderHasOneConversation(t *testing.T) {
	h := open(t)
	a, o, _ := h.bought("card")
	first, err := h.desk.Tell(t.Context(), h.kiln, o.ID, "We pack tomorrow.", once("one"))
	h.ok(err)
	second, err := h.desk.Tell(t.Context(), a, o.ID, "Thank you.", once("two"))
	h.ok(err)
	if first.ID != second.ID || first.Title != o.Number || first.Order != o.ID {
		t.Errorf("got %+v and %+v", first, second)
	}
	for _, who := range []market.Actor{h.works, {}} {
		_, err := h.desk.Tell(t.Context(), who, o.ID, "Psst.", market.Idempotency{})
		h.refused(err, market.NotFound, "another supplier of the same checkout spoke")
	}
	if ms, err := h.desk.Heard(t.Context(), a, first); err != nil || len(ms) != 2 {
		t.Errorf("got %+v, %v", ms, err)
	}
	_, err = h.desk.Tell(t.Context(), a, market.NewID[order.ID](), "Hello?", market.Idempotency{})
	h.refused(err, market.NotFound, "an order that isn't there was spoken about")
}
