package ordertest

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/order"
	"kontor/market/party"
)

// Threads checks a keeper of conversations.
func Threads(t *testing.T, open func(testing.TB) Records) {
	r := open(t)
	t.Run("a conversation is started once", func(t *testing.T) { startedOnce(t, r) })
	t.Run("what was said stays in order and is said once", func(t *testing.T) { saidOnce(t, r) })
	t.Run("each side sees its conversations, newest message first", func(t *testing.T) { threadsOfBoth(t, r) })
}

var evening = time.Date(2026, 3, 1, 18, 0, 0, 0, time.UTC)

func question(buyer, supplier market.BusinessID) (order.Thread, party.Key) {
	t := order.Thread{ID: market.NewID[order.ThreadID](), Listing: market.NewID[catalog.ListingID](), Title: "Azulejo tile", Buyer: buyer, Supplier: supplier, Started: evening, Last: evening}
	return t, party.Key{Subject: t.Of(), Wrapped: market.Sealed("wrapped")}
}

func startedOnce(t *testing.T, r Records) {
	buyer := market.NewID[market.BusinessID]()
	first, _ := question(buyer, "supplier")
	ofOrder := first
	ofOrder.ID, ofOrder.Listing, ofOrder.Order = market.NewID[order.ThreadID](), "", market.NewID[order.ID]()
	for _, want := range []order.Thread{first, ofOrder} {
		var all sync.WaitGroup
		got := make([]order.ThreadID, 8)
		for i := range got {
			again := want
			again.ID = market.NewID[order.ThreadID]()
			all.Go(func() {
				stands, err := r.Threads.Start(t.Context(), again, party.Key{Subject: again.Of(), Wrapped: market.Sealed("wrapped")})
				if err != nil {
					t.Errorf("start: %v", err)
				}
				got[i] = stands.ID
			})
		}
		all.Wait()
		for _, id := range got {
			if id != got[0] || id == "" {
				t.Errorf("two people started two conversations on one subject: %v", got)
			}
		}
		if stands, err := r.Threads.Thread(t.Context(), got[0]); err != nil || stands.Title != want.Title || stands.Messages != 0 || !stands.Last.Equal(evening) {
			t.Errorf("got %+v, %v", stands, err)
		}
	}
	if stands, err := r.Threads.ThreadOfOrder(t.Context(), ofOrder.Order); err != nil || stands.Order != ofOrder.Order {
		t.Errorf("got %+v, %v for the order's thread", stands, err)
	}
	other, key := question(market.NewID[market.BusinessID](), "supplier")
	other.Listing = first.Listing
	if stands, err := r.Threads.Start(t.Context(), other, key); err != nil || stands.ID != other.ID {
		t.Errorf("got %+v, %v: another buyer's question went into the first one's thread", stands, err)
	}
	for _, err := range []error{
		second(r.Threads.Thread(t.Context(), market.NewID[order.ThreadID]())),
		second(r.Threads.ThreadOfOrder(t.Context(), market.NewID[order.ID]())),
	} {
		if market.KindOf(err) != market.NotFound {
			t.Errorf("got %v for a thread that is not there, want NotFound", err)
		}
	}
}

func saidOnce(t *testing.T, r Records) {
	a := someBuyer()
	th, key := question(a.Business, "supplier")
	if _, err := r.Threads.Start(t.Context(), th, key); err != nil {
		t.Fatal(err)
	}
	var want []order.Message
	for i := range 3 {
		m := order.Message{ID: market.NewID[order.MessageID](), Thread: th.ID, From: a.Business, By: a.Person, Text: market.Sealed(fmt.Sprint("sealed ", i)), At: evening.Add(time.Duration(i+1) * time.Minute)}
		want = append(want, m)
		key := once(fmt.Sprint("say ", i))
		if err := r.Threads.Say(t.Context(), m, key, a); err != nil {
			t.Fatal(err)
		}
		m.ID = market.NewID[order.MessageID]()
		if err := r.Threads.Say(t.Context(), m, key, a); !errors.Is(err, order.ErrRepeat) {
			t.Errorf("got %v, want ErrRepeat: a double click says it twice", err)
		}
	}
	if got, err := r.Threads.Messages(t.Context(), th.ID); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if got, err := r.Threads.Thread(t.Context(), th.ID); err != nil || got.Messages != 3 || !got.Last.Equal(want[2].At) {
		t.Errorf("got %+v, %v, want 3 messages, the last at %s", got, err, want[2].At)
	}
	lost := want[0]
	lost.ID, lost.Thread = market.NewID[order.MessageID](), market.NewID[order.ThreadID]()
	if err := r.Threads.Say(t.Context(), lost, market.Idempotency{}, a); market.KindOf(err) != market.NotFound {
		t.Errorf("got %v for a message to a thread that is not there, want NotFound", err)
	}
}

func threadsOfBoth(t *testing.T, r Records) {
	a := someBuyer()
	supplier := market.NewID[market.BusinessID]()
	var ids []order.ThreadID
	for range 3 {
		th, key := question(a.Business, supplier)
		if _, err := r.Threads.Start(t.Context(), th, key); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, th.ID)
	}
	m := order.Message{ID: market.NewID[order.MessageID](), Thread: ids[1], From: a.Business, By: a.Person, Text: market.Sealed("sealed"), At: evening.Add(time.Hour)}
	if err := r.Threads.Say(t.Context(), m, market.Idempotency{}, a); err != nil {
		t.Fatal(err)
	}
	for _, b := range []market.BusinessID{a.Business, supplier} {
		got, err := r.Threads.ThreadsOf(t.Context(), b, 10)
		if err != nil || len(got) != 3 || got[0].ID != ids[1] {
			t.Errorf("got %+v, %v, want three, the one just written to first", got, err)
		}
		if two, err := r.Threads.ThreadsOf(t.Context(), b, 2); err != nil || len(two) != 2 {
			t.Errorf("got %d threads, %v, want the 2 asked for", len(two), err)
		}
	}
	if got, err := r.Threads.ThreadsOf(t.Context(), market.NewID[market.BusinessID](), 10); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v for a stranger", got, err)
	}
}
