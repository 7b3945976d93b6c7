// Package pay holds the ways to pay that Kontor brings: a card of the demo,
// which moves no real money, and the bank transfer, whose arrival the operator
// confirms. Each declares how long it may hold a buyer's money.
//
// Both fulfil order.Provider and are safe for concurrent use.
package pay

import (
	"context"
	"strings"
	"time"

	"kontor/market"
	"kontor/market/order"
)

const day = 24 * time.Hour

// Card is the demo's card: every number that ends in 0002 is refused, every
// other one with a right check digit is charged, and nothing moves anywhere.
type Card struct{}

func (Card) Name() string           { return "card" }
func (Card) MaxHold() time.Duration { return 90 * day }
func (Card) Keep() time.Duration    { return 15 * time.Minute }
func (Card) ByOperator() bool       { return false }

// TestNumber is the card that a program pays with when it gives none.
const TestNumber = "4242 4242 4242 4242"

// Authorise checks the number and reserves the amounts, in play.
func (Card) Authorise(_ context.Context, c order.Charge) error {
	number := strings.NewReplacer(" ", "", "-", "").Replace(c.Instrument)
	switch {
	case number == "":
		return nil
	case !luhn(number):
		return refusal("This card number has a mistake.", "Compare it with the card, digit by digit.")
	case strings.HasSuffix(number, "0002"):
		return refusal("The card was refused, and nothing was charged.", "Try another card, or pay by bank transfer.")
	}
	return nil
}

// Capture takes nothing: no money moves in play.
func (Card) Capture(context.Context, order.Reference) error { return nil }

// Void gives nothing up, as nothing was reserved.
func (Card) Void(context.Context, order.Reference) error { return nil }

// Refund sends nothing back, as nothing was taken.
func (Card) Refund(context.Context, order.Refund) error { return nil }

func refusal(msg, fix string) error {
	return &market.Fault{Kind: market.Invalid, Field: "payment", Msg: msg, Fix: fix}
}

// luhn checks the check digit (ISO/IEC 7812-1, annex B) of 12 to 19 digits.
func luhn(s string) bool {
	if len(s) < 12 || len(s) > 19 {
		return false
	}
	sum := 0
	for i := range len(s) {
		c := s[len(s)-1-i]
		if c < '0' || c > '9' {
			return false
		}
		d := int(c - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// Transfer is a bank transfer to the house's account: it counts when the
// operator has seen it arrive.
type Transfer struct {
	// Hold is how long the house's licence or agent lets it hold money; zero is
	// 90 days.
	Hold time.Duration
}

func (Transfer) Name() string     { return "transfer" }
func (Transfer) ByOperator() bool { return true }

func (t Transfer) MaxHold() time.Duration {
	if t.Hold == 0 {
		return 90 * day
	}
	return t.Hold
}

// Keep is three days: a transfer between countries takes one or two.
func (Transfer) Keep() time.Duration { return 3 * day }

// Authorise is never called for a transfer.
func (Transfer) Authorise(context.Context, order.Charge) error {
	return refusal("A transfer can't be charged.", "Send the money with the reference shown.")
}

// Capture takes nothing: the money arrived before the operator confirmed it.
func (Transfer) Capture(context.Context, order.Reference) error { return nil }

// Void gives nothing up: what was sent for an order that ended, the operator
// sends back.
func (Transfer) Void(context.Context, order.Reference) error { return nil }

// Refund sends nothing: the operator sends the money from the house's account.
func (Transfer) Refund(context.Context, order.Refund) error { return nil }
