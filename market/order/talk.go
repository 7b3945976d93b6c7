package order

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/party"
)

// Spoken is a message opened for one of its two sides.
type Spoken struct {
	ID   MessageID
	From market.BusinessID
	Text string
	At   time.Time
}

// Ask starts a conversation with a listing's supplier, or goes on with the one
// that the actor's business already has about it.
func (d *Desk) Ask(ctx context.Context, a market.Actor, l catalog.Shown, text string, once market.Idempotency) (Thread, error) {
	if !a.SignedIn() || a.Business == "" {
		return Thread{}, &market.Fault{Kind: market.SignIn, Msg: "Nobody is signed in.", Fix: "Sign in to ask the supplier."}
	}
	if a.Business == l.Supplier {
		return Thread{}, &market.Fault{Kind: market.Forbidden, Msg: "This is your own listing.", Fix: "Questions from buyers appear under Messages."}
	}
	if err := speakable(text); err != nil {
		return Thread{}, err
	}
	return d.start(ctx, a, Thread{Listing: l.ID, Title: l.Title("en"), Buyer: a.Business, Supplier: l.Supplier}, text, once)
}

// Tell adds a message to an order's conversation, which the first one starts.
func (d *Desk) Tell(ctx context.Context, a market.Actor, id ID, text string, once market.Idempotency) (Thread, error) {
	o, err := d.Order(ctx, a, id)
	if err != nil {
		return Thread{}, err
	}
	if err := speakable(text); err != nil {
		return Thread{}, err
	}
	t, err := d.Threads.ThreadOfOrder(ctx, id)
	if market.KindOf(err) == market.NotFound {
		return d.start(ctx, a, Thread{Order: o.ID, Title: o.Number, Buyer: o.Buyer, Supplier: o.Supplier}, text, once)
	}
	if err != nil {
		return Thread{}, err
	}
	return t, d.say(ctx, a, t, text, once)
}

// Answer adds a message to a conversation.
func (d *Desk) Answer(ctx context.Context, a market.Actor, id ThreadID, text string, once market.Idempotency) (Thread, error) {
	t, err := d.Thread(ctx, a, id)
	if err != nil {
		return Thread{}, err
	}
	if err := speakable(text); err != nil {
		return Thread{}, err
	}
	return t, d.say(ctx, a, t, text, once)
}

func (d *Desk) start(ctx context.Context, a market.Actor, t Thread, text string, once market.Idempotency) (Thread, error) {
	t.ID, t.Started, t.Last = market.NewID[ThreadID](), d.Now(), d.Now()
	key, err := d.Vault.NewKey(ctx, t.Of())
	if err != nil {
		return Thread{}, err
	}
	if t, err = d.Threads.Start(ctx, t, key); err != nil {
		return Thread{}, err
	}
	return t, d.say(ctx, a, t, text, once)
}

func (d *Desk) say(ctx context.Context, a market.Actor, t Thread, text string, once market.Idempotency) error {
	m := Message{ID: market.NewID[MessageID](), Thread: t.ID, From: a.Business, By: a.Person, At: d.Now()}
	var err error
	if m.Text, err = d.Vault.Seal(ctx, t.Of(), m.at(), []byte(strings.TrimSpace(text))); err != nil {
		return err
	}
	body, _ := json.Marshal(struct {
		Thread  ThreadID  `json:"thread"`
		Message MessageID `json:"message"`
	}{t.ID, m.ID}) // strings always marshal
	err = d.Threads.Say(ctx, m, once, a, market.Event{ID: market.NewID[string](), Subject: "thread.said", Body: body, At: m.At})
	if errors.Is(err, ErrRepeat) {
		return nil
	}
	return err
}

func (m Message) at() party.Place {
	return party.Place{Table: "message", Column: "text", Row: string(m.ID)}
}

func speakable(text string) error {
	var fs market.Faults
	bound(&fs, "text", text, 4_000)
	if strings.TrimSpace(text) == "" {
		fs.Add("text", "The message is empty.", "Write what you want to say.")
	}
	return fs.Err()
}

// Thread is a conversation for one of its two sides, or the operator.
func (d *Desk) Thread(ctx context.Context, a market.Actor, id ThreadID) (Thread, error) {
	if !market.IsID(id) {
		return Thread{}, market.Missing("This conversation")
	}
	t, err := d.Threads.Thread(ctx, id)
	if err == nil && !t.lets(a) {
		return Thread{}, market.Missing("This conversation")
	}
	return t, err
}

func (t Thread) lets(a market.Actor) bool {
	return a.Operator || a.Business != "" && (a.Business == t.Buyer || a.Business == t.Supplier)
}

// Heard opens the messages of a conversation that the actor is part of.
func (d *Desk) Heard(ctx context.Context, a market.Actor, t Thread) ([]Spoken, error) {
	if !t.lets(a) {
		return nil, market.Missing("This conversation")
	}
	ms, err := d.Threads.Messages(ctx, t.ID)
	if err != nil || len(ms) == 0 {
		return nil, err
	}
	values := make([]party.Value, len(ms))
	for i, m := range ms {
		values[i] = party.Value{At: m.at(), Sealed: m.Text}
	}
	role := market.Buyer
	switch {
	case a.Operator:
		role = market.Operator
	case a.Business == t.Supplier:
		role = market.Supplier
	}
	plain, err := d.Vault.Open(ctx, party.LookOf(a, role, t.Of(), party.Purpose{Kind: "thread", ID: string(t.ID)}), values...)
	if err != nil {
		return nil, err
	}
	out := make([]Spoken, len(ms))
	for i, m := range ms {
		out[i] = Spoken{m.ID, m.From, string(plain[i]), m.At}
	}
	return out, nil
}

// Conversations lists those of the actor's business, newest message first.
func (d *Desk) Conversations(ctx context.Context, a market.Actor) ([]Thread, error) {
	if a.Business == "" {
		return nil, nil
	}
	return d.Threads.ThreadsOf(ctx, a.Business, 100)
}
