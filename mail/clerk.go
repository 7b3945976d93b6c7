package mail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/ledger"
	"kontor/market/order"
	"kontor/market/party"
)

// People is how the clerk learns whom a letter goes to. Names and addresses are
// opened, and the look is logged, for the purpose named.
type People interface {
	// Letter is what a letter with a one-time link needs; NotFound when the link
	// was used or is too old.
	Letter(ctx context.Context, token string) (party.Letter, error)
	Readers(ctx context.Context, b market.BusinessID, why party.Purpose) ([]party.Reader, error)
	OperatorReaders(ctx context.Context, why party.Purpose) ([]party.Reader, error)
	PersonReader(ctx context.Context, id market.PersonID, why party.Purpose) (party.Reader, error)
}

// Records is what the clerk reads to write a letter.
type Records interface {
	Business(ctx context.Context, id market.BusinessID) (party.Business, error)
	Listing(ctx context.Context, id catalog.ListingID) (catalog.Shown, error)
	Order(ctx context.Context, id order.ID) (order.Order, error)
	Group(ctx context.Context, id order.GroupID) (order.Group, error)
	History(ctx context.Context, id order.ID) ([]order.Entry, error)
	Complaint(ctx context.Context, id order.ID) (order.Complaint, error)
	Clocks(ctx context.Context, id order.ID) ([]order.Clock, error)
	Thread(ctx context.Context, id order.ThreadID) (order.Thread, error)
	Messages(ctx context.Context, id order.ThreadID) ([]order.Message, error)
	Payout(ctx context.Context, id ledger.PayoutID) (ledger.Payout, error)
}

// Clerk writes the letters that events ask for and posts them. It is safe for
// concurrent use.
type Clerk struct {
	House   House
	People  People
	Records Records
	Opener  party.Opener // for tracking numbers
	Post    Post
	Now     func() time.Time

	// ConfirmFor and ResetFor are how long one-time links work, as the letters
	// say it.
	ConfirmFor, ResetFor time.Duration
}

// Subjects of the events that Handle expects.
var Subjects = []string{"person.>", "business.>", "order.>", "thread.>", "listing.>", "payout.>"}

// draft is one letter before it is written: for whom, of which kind, over which
// values. The head's name is the reader's.
type draft struct {
	to     []party.Reader
	kind   string
	link   string
	values func(Head) any
	key    string // of the letter's ID where the event's own would not do
}

// Handle posts the letters that an event asks for; others are ignored. After an
// error it may be called again with the same event: who got the letter does not
// get it twice.
func (c *Clerk) Handle(ctx context.Context, e market.Event) error {
	write := map[string]func(context.Context, market.Event) ([]draft, error){
		"person": c.aboutPerson, "business": c.aboutBusiness, "order": c.aboutOrder,
		"thread": c.aboutThread, "listing": c.aboutListing, "payout": c.aboutPayout,
	}
	room, _, _ := strings.Cut(e.Subject, ".")
	if write[room] == nil {
		return nil
	}
	drafts, err := write[room](ctx, e)
	if err != nil {
		return fmt.Errorf("write letters of event %s: %w", e.ID, err)
	}
	var again, never []error
	for _, d := range drafts {
		if d.key == "" {
			d.key = e.ID
		}
		for _, r := range d.to {
			err := c.send(ctx, d, r)
			p, ok := errors.AsType[interface {
				error
				Permanent() bool
			}](err)
			switch {
			case err == nil:
			case ok && p.Permanent():
				never = append(never, err)
			default:
				again = append(again, err)
			}
		}
	}
	if len(again) > 0 {
		return errors.Join(again...)
	}
	return errors.Join(never...)
}

func (c *Clerk) send(ctx context.Context, d draft, to party.Reader) error {
	head := Head{Name: line(to.Name), House: c.House.Name, Link: d.link}
	subject, text, page, err := render(d.kind, to.Language, d.link, d.values(head))
	if err != nil {
		return err
	}
	return c.Post.Send(ctx, Letter{
		ID:   d.key + "." + d.kind + "." + string(to.Person),
		Kind: d.kind, Name: head.Name, Address: to.Email,
		Subject: subject, Text: text, HTML: page, At: c.Now(),
	})
}

func (c *Clerk) why(e market.Event) party.Purpose { return party.Purpose{Kind: "letter", ID: e.ID} }

// read unpacks an event's identities.
func read[T any](e market.Event) (T, error) {
	var t T
	if err := json.Unmarshal(e.Body, &t); err != nil {
		return t, fmt.Errorf("event %s (%s) can't be read: %w", e.ID, e.Subject, err)
	}
	return t, nil
}

// aboutPerson writes what a person's own account needs.
func (c *Clerk) aboutPerson(ctx context.Context, e market.Event) ([]draft, error) {
	told, err := read[party.Told](e)
	if err != nil {
		return nil, err
	}
	kind, path, lasts := "", "/reset", c.ResetFor
	switch e.Subject {
	case party.PersonJoined:
		kind, path, lasts = "confirm", "/confirm", c.ConfirmFor
	case party.PersonKnown:
		kind = "known"
	case party.PasswordForgotten:
		kind = "reset"
	case party.PasswordChanged:
		to, err := c.People.PersonReader(ctx, told.Person, c.why(e))
		if err != nil {
			return nil, err
		}
		return []draft{{to: []party.Reader{to}, kind: "password_changed", link: c.at("/reset"), values: func(h Head) any { return AccountLetter{Head: h} }}}, nil
	}
	if kind == "" || told.Token == "" {
		return nil, nil
	}
	l, err := c.People.Letter(ctx, told.Token)
	if market.KindOf(err) == market.NotFound {
		return nil, nil // used, or too old: a letter would only puzzle
	}
	if err != nil {
		return nil, err
	}
	return []draft{{
		to: []party.Reader{l.To}, kind: kind, link: c.at(path) + "?token=" + l.Secret,
		values: func(h Head) any {
			return AccountLetter{Head: h, Lasts: span(lasts), Code: l.Code, CodeFor: span(party.CodeFor)}
		},
	}}, nil
}

// aboutBusiness writes to everybody of a business whose standing or account was
// changed.
func (c *Clerk) aboutBusiness(ctx context.Context, e market.Event) ([]draft, error) {
	kinds := map[string]string{
		party.BankChanged: "bank_changed", party.BusinessVerified: "verified",
		party.BusinessSuspended: "suspended", party.BusinessResumed: "resumed",
	}
	kind := kinds[e.Subject]
	if kind == "" {
		return nil, nil
	}
	told, err := read[party.Told](e)
	if err != nil {
		return nil, err
	}
	b, err := c.Records.Business(ctx, told.Business)
	if err != nil {
		return nil, err
	}
	to, err := c.People.Readers(ctx, b.ID, c.why(e))
	return []draft{{to: to, kind: kind, link: c.at("/account"), values: func(h Head) any {
		return AccountLetter{Head: h, Business: line(b.Name)}
	}}}, err
}

// aboutThread tells the other side of a message.
func (c *Clerk) aboutThread(ctx context.Context, e market.Event) ([]draft, error) {
	told, err := read[struct {
		Thread  order.ThreadID
		Message order.MessageID
	}](e)
	if err != nil {
		return nil, err
	}
	t, err := c.Records.Thread(ctx, told.Thread)
	if err != nil {
		return nil, err
	}
	messages, err := c.Records.Messages(ctx, told.Thread)
	if err != nil {
		return nil, err
	}
	for _, m := range messages {
		if m.ID != told.Message {
			continue
		}
		other, kind := t.Supplier, "message"
		if m.From == t.Supplier {
			other = t.Buyer
		}
		if t.Listing != "" && m.From == t.Buyer {
			kind = "question"
		}
		from, err := c.Records.Business(ctx, m.From)
		if err != nil {
			return nil, err
		}
		about := line(t.Title)
		if t.Order != "" {
			about = "order " + about
		}
		to, err := c.People.Readers(ctx, other, c.why(e))
		return []draft{{to: to, kind: kind, link: c.at("/messages/" + string(t.ID)), values: func(h Head) any {
			return ThreadLetter{Head: h, From: line(from.Name), About: about}
		}}}, err
	}
	return nil, fmt.Errorf("message %s is not in thread %s", told.Message, told.Thread)
}

// aboutListing tells a supplier why the operator sent a listing, or a change to
// one, back or took it off: once for each reason. That listings were published is not told one by
// one: a catalogue has thousands.
func (c *Clerk) aboutListing(ctx context.Context, e market.Event) ([]draft, error) {
	told, err := read[struct{ Listing catalog.ListingID }](e)
	if err != nil || told.Listing == "" {
		return nil, err
	}
	l, err := c.Records.Listing(ctx, told.Listing)
	if market.KindOf(err) == market.NotFound {
		return nil, nil
	}
	kind := map[catalog.State]string{catalog.Draft: "listing_returned", catalog.Suspended: "listing_suspended"}[l.State]
	if l.State == catalog.Published && l.Pending != nil && l.Pending.Returned {
		kind = "listing_change_returned"
	}
	if err != nil || l.Reason == "" || kind == "" {
		return nil, err
	}
	to, err := c.People.Readers(ctx, l.Supplier, c.why(e))
	return []draft{{
		to: to, kind: kind, link: c.at("/desk/listings/" + string(l.ID)), key: string(l.ID) + "." + digest(l.Reason),
		values: func(h Head) any {
			return ListingLetter{Head: h, Title: line(l.Title("en")), Article: line(l.Article), Reason: atMost(catalog.MostReason, l.Reason)}
		},
	}}, err
}

// aboutPayout tells a supplier that money is on its way.
func (c *Clerk) aboutPayout(ctx context.Context, e market.Event) ([]draft, error) {
	told, err := read[struct{ Payout ledger.PayoutID }](e)
	if err != nil {
		return nil, err
	}
	p, err := c.Records.Payout(ctx, told.Payout)
	if err != nil {
		return nil, err
	}
	to, err := c.People.Readers(ctx, p.Supplier, c.why(e))
	return []draft{{to: to, kind: "payout", link: c.at("/desk/money"), values: func(h Head) any {
		return PayoutLetter{Head: h, Amount: money(p.Amount), Day: day(p.PaidAt)}
	}}}, err
}

func (c *Clerk) at(path string) string { return c.House.URL + path }
